/**
 * Home Assistant's MQTT discovery: retained messages under `homeassistant/` that say how to read the
 * stations' retained status. A device for each station; for each container how full it is, and whether it
 * is full. What is unknown is unavailable there, never 0 % and never "not full".
 * Fields as in home-assistant.io/integrations/mqtt, sensor.mqtt and binary_sensor.mqtt (2026).
 */
import { containerName } from '#src/stations/container-order.ts'
import { languageRoot, type Language } from '#src/stations/fraction.ts'
import type { Container, Station } from '#src/stations/station.ts'
import { MINUTE } from '#src/stations/time.ts'
import type { Journal } from '#src/store/journal.ts'
import { capital } from '#src/wording/capital.ts'
import { statusWord } from '#src/wording/status-text.ts'
import { realPace, statusTopic, type Pace } from './mqtt-status.ts'

/** Where Home Assistant says `online` when it has started. */
export const BIRTH_TOPIC = 'homeassistant/status'

export interface AnnouncedBy {
  readonly language: Language
  /** Without a slash at its end. */
  readonly publicUrl: string
  readonly version: string
}

export interface DiscoveryOptions extends AnnouncedBy {
  readonly journal: Pick<Journal, 'town' | 'onCommitted'>
  /** Publishes retained, QoS 1; an empty body takes the retained message away. */
  readonly publish: (topic: string, body: string) => Promise<unknown>
  readonly onFault: (what: string, error: unknown) => void
  readonly pace?: Pace
}

export interface Discovery extends AsyncDisposable {
  /** Says everything once more, a minute apart at least, since anybody may ask. */
  again(): void
}

/** What is said of a station, by topic. */
export function discoveryOf(station: Station, by: AnnouncedBy): ReadonlyMap<string, string> {
  return new Map(
    station.containers.flatMap((container) =>
      [levelOf(station, container, by), fullnessOf(station, container, by)].map(
        ([topic, config]) => [topic, JSON.stringify(config)] as const,
      ),
    ),
  )
}

const MODEL: Readonly<Record<Language, string>> = {
  sv: 'Återvinningsstation',
  en: 'Recycling station',
  fi: 'Kierrätyspiste',
}

type Entity = readonly [topic: string, config: object]

function levelOf(station: Station, container: Container, by: AnnouncedBy): Entity {
  const it = findIn(container)
  return [
    configTopic('sensor', station, container),
    {
      ...commonOf(station, container, by, 'level'),
      name: titleOf(station, container, by.language),
      value_template: `{{ ${it}.fillPercent }}`,
      availability: [availableWhen(station, `${it}.fillPercent is number`)],
      unit_of_measurement: '%',
      state_class: 'measurement',
      icon: 'mdi:trash-can',
    },
  ]
}

function fullnessOf(station: Station, container: Container, by: AnnouncedBy): Entity {
  const it = findIn(container)
  const full = statusWord('full', by.language).toLocaleLowerCase('sv')
  return [
    configTopic('binary_sensor', station, container),
    {
      ...commonOf(station, container, by, 'full'),
      name: `${titleOf(station, container, by.language)}, ${full}`,
      value_template: `{{ 'ON' if ${it}.word == 'full' else 'OFF' }}`,
      availability: [availableWhen(station, `${it}.word in ['has-room', 'nearly-full', 'full']`)],
      icon: 'mdi:trash-can-outline',
    },
  ]
}

function commonOf(station: Station, container: Container, by: AnnouncedBy, what: string): object {
  const { language, publicUrl, version } = by
  return {
    unique_id: `${plainId(container.id)}_${what}`,
    state_topic: statusTopic(station.id),
    qos: 1,
    device: {
      identifiers: [plainId(station.id)],
      name: station.name,
      manufacturer: 'Kvitter',
      model: MODEL[language],
      configuration_url: `${publicUrl}${languageRoot(language)}/s/${station.id}`,
    },
    origin: { name: 'Kvitter', sw_version: version, support_url: publicUrl },
  }
}

/** In Jinja: the container's part of the status; without it, nothing is known. */
function findIn({ id }: Container): string {
  return `(value_json.containers | selectattr('id', 'eq', '${id}') | list + [{}])[0]`
}

function availableWhen(station: Station, condition: string): object {
  return {
    topic: statusTopic(station.id),
    value_template: `{{ 'online' if ${condition} else 'offline' }}`,
  }
}

function configTopic(
  component: 'sensor' | 'binary_sensor',
  station: Station,
  container: Container,
) {
  return `homeassistant/${component}/${plainId(station.id)}/${container.name}/config`
}

/** Of letters, digits, `_` and `-` alone; no station's own number has a `-`, so none becomes another's. */
function plainId(id: string): string {
  return `kvitter_${id.replaceAll('.', '-')}`
}

function titleOf(station: Station, container: Container, language: Language): string {
  return capital(containerName(container, station, language))
}

const AGAIN_MS = MINUTE

/** Announces every station now and each change of the town after it, until disposed of. */
export function announceStations(options: DiscoveryOptions): Discovery {
  const { journal, publish, onFault } = options
  const pace = options.pace ?? realPace
  const said = new Map<string, string>()
  const underWay = new Set<Promise<unknown>>()
  let town = journal.town
  let againAt = -Infinity

  function say(topic: string, body: string): void {
    if (body === '') said.delete(topic)
    else said.set(topic, body)
    const sent: Promise<unknown> = publish(topic, body)
      .catch((error: unknown) => {
        said.delete(topic)
        onFault(`${topic} could not be published`, error)
      })
      .finally(() => underWay.delete(sent))
    underWay.add(sent)
  }

  function announce(): void {
    town = journal.town
    const wanted = new Map(
      town.town.stations.flatMap((station) => [...discoveryOf(station, options)]),
    )
    for (const topic of said.keys()) if (!wanted.has(topic)) say(topic, '')
    for (const [topic, body] of wanted) if (said.get(topic) !== body) say(topic, body)
  }

  const stopListening = journal.onCommitted(() => {
    if (journal.town !== town) announce()
  })
  announce()

  return {
    again() {
      if (pace.now() - againAt < AGAIN_MS) return
      againAt = pace.now()
      for (const [topic, body] of said) say(topic, body)
    },
    async [Symbol.asyncDispose]() {
      stopListening()
      await Promise.all(underWay)
    },
  }
}
