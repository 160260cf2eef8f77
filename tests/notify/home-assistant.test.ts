import mqtt from 'mqtt'
import { describe, expect, test } from 'vitest'
import {
  announceStations,
  BIRTH_TOPIC,
  discoveryOf,
  type DiscoveryOptions,
} from '#src/notify/home-assistant.ts'
import type { Town } from '#src/stations/station.ts'
import { indexTown } from '#src/stations/town-index.ts'
import type { Committed } from '#src/store/journal.ts'
import { castTown, ekudden, hamnen, torget } from '#tests/support/town.ts'
import { until } from '#tests/support/until.ts'
import { brokerForTests, PAPER, TOKEN } from '../ingest/broker-for-tests.ts'
import { noon } from './deliveries.ts'

const by = { language: 'sv', publicUrl: 'https://kvitter.example', version: '0.1.0' } as const
const LEVEL = 'homeassistant/sensor/kvitter_1490-901/paper-1/config'
const FULL = 'homeassistant/binary_sensor/kvitter_1490-901/paper-1/config'

type Config = Readonly<Record<string, unknown>>
const configsOf = (...args: Parameters<typeof discoveryOf>) =>
  new Map([...discoveryOf(...args)].map(([topic, body]) => [topic, JSON.parse(body) as Config]))

describe('a station is a device', () => {
  const device = {
    identifiers: ['kvitter_1490-901'],
    name: 'Ekudden',
    manufacturer: 'Kvitter',
    model: 'Återvinningsstation',
    configuration_url: 'https://kvitter.example/s/1490-901',
  }
  const origin = { name: 'Kvitter', sw_version: '0.1.0', support_url: 'https://kvitter.example' }
  const it = "(value_json.containers | selectattr('id', 'eq', '1490-901-paper-1') | list + [{}])[0]"
  const topic = 'kvitter/v1/stations/1490-901/status'

  test('with a level for each container, which is unavailable while it is unknown', () => {
    expect(configsOf(ekudden, by).get(LEVEL)).toEqual({
      unique_id: 'kvitter_1490-901-paper-1_level',
      name: 'Pappersförpackningar',
      state_topic: topic,
      qos: 1,
      value_template: `{{ ${it}.fillPercent }}`,
      availability: [
        {
          topic,
          value_template: `{{ 'online' if ${it}.fillPercent is number else 'offline' }}`,
        },
      ],
      unit_of_measurement: '%',
      state_class: 'measurement',
      icon: 'mdi:trash-can',
      device,
      origin,
    })
  })

  test('and whether it is full, by its word, which visitors may have said', () => {
    expect(configsOf(ekudden, by).get(FULL)).toEqual({
      unique_id: 'kvitter_1490-901-paper-1_full',
      name: 'Pappersförpackningar, fullt',
      state_topic: topic,
      qos: 1,
      value_template: `{{ 'ON' if ${it}.word == 'full' else 'OFF' }}`,
      availability: [
        {
          topic,
          value_template: `{{ 'online' if ${it}.word in ['has-room', 'nearly-full', 'full'] else 'offline' }}`,
        },
      ],
      icon: 'mdi:trash-can-outline',
      device,
      origin,
    })
  })

  test('and nothing else; each entity has its own id', () => {
    const configs = configsOf(ekudden, by)
    expect(configs.size).toBe(2 * ekudden.containers.length)
    const ids = [...configs.values()].map((config) => config['unique_id'])
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('in the language that was asked for', () => {
    const config = configsOf(ekudden, { ...by, language: 'fi' }).get(FULL)!
    expect(config['name']).toBe('Paperipakkaukset, täynnä')
    expect(config['device']).toMatchObject({
      model: 'Kierrätyspiste',
      configuration_url: 'https://kvitter.example/fi/s/1490-901',
    })
  })

  test('whose topics hold only what Home Assistant takes', () => {
    const odd = { ...ekudden, id: '1490-9.0_1' as typeof ekudden.id }
    for (const topic of discoveryOf(odd, by).keys()) {
      expect(topic).toMatch(/^homeassistant\/[a-z_]+\/[a-zA-Z0-9_-]+\/[a-zA-Z0-9_-]+\/config$/)
    }
  })
})

/** As documented for `sensor.mqtt` and `binary_sensor.mqtt`; of those, what we use and more. */
const COMMON = [
  ...['availability', 'availability_mode', 'availability_topic', 'device', 'device_class'],
  ...['enabled_by_default', 'entity_category', 'expire_after', 'force_update', 'icon', 'name'],
  ...['json_attributes_template', 'json_attributes_topic', 'origin', 'payload_available'],
  ...['payload_not_available', 'qos', 'state_topic', 'unique_id', 'value_template'],
]
const DOCUMENTED: Readonly<Record<string, readonly string[]>> = {
  sensor: [...COMMON, 'state_class', 'suggested_display_precision', 'unit_of_measurement'],
  binary_sensor: [...COMMON, 'off_delay', 'payload_off', 'payload_on'],
}

test('all that is said is documented', () => {
  for (const [topic, config] of configsOf(hamnen, by)) {
    const known = DOCUMENTED[topic.split('/')[1]!]!
    expect(Object.keys(config).filter((key) => !known.includes(key))).toEqual([])
    const { availability } = config as { availability: readonly object[] }
    for (const one of availability) expect(Object.keys(one)).toEqual(['topic', 'value_template'])
  }
})

/** A town that may change, and what is published of it. */
function announced(over: Partial<DiscoveryOptions> = {}) {
  let town: Town = castTown
  let index = indexTown(town)
  let elapsed = 0
  const listeners = new Set<(committed: Committed) => void>()
  const sent: [string, string][] = []
  const faults: string[] = []
  const discovery = announceStations({
    ...by,
    journal: {
      get town() {
        return index
      },
      onCommitted(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    publish: async (topic, body) => void sent.push([topic, body]),
    onFault: (what, error) => faults.push(`${what}: ${String(error)}`),
    pace: { now: () => elapsed, after: () => () => {} },
    ...over,
  })
  const commit = () => {
    for (const listener of listeners) {
      listener({ seq: 1, at: noon, posts: [], withdrawn: [], decisions: [], containers: [] })
    }
  }
  return {
    discovery,
    sent,
    faults,
    listeners,
    commit,
    change: (next: Town) => {
      town = next
      index = indexTown(town)
      commit()
    },
    pass: (ms: number) => {
      elapsed += ms
    },
  }
}

describe('what is announced', () => {
  const ALL = 2 * castTown.stations.flatMap((s) => s.containers).length

  test('is every station at the start, and nothing while the town stays', () => {
    const { sent, commit } = announced()
    expect(sent).toHaveLength(ALL)
    commit()
    expect(sent).toHaveLength(ALL)
  })

  test('follows the town: what is gone is taken away, what is new or renamed is said', () => {
    const { sent, change } = announced()
    sent.splice(0)
    const [paper, plastic] = ekudden.containers
    const smaller = { ...ekudden, containers: [paper!, plastic!] }
    change({ ...castTown, stations: [smaller, { ...hamnen, name: 'Nya hamnen' }, torget] })
    expect(
      sent.map(([topic, body]) => [topic.slice('homeassistant/'.length), body === '']),
    ).toEqual([
      ['sensor/kvitter_1490-901/clear-glass-1/config', true],
      ['binary_sensor/kvitter_1490-901/clear-glass-1/config', true],
      ['sensor/kvitter_1490-902/paper-1/config', false],
      ['binary_sensor/kvitter_1490-902/paper-1/config', false],
      ['sensor/kvitter_1490-902/clear-glass-1/config', false],
      ['binary_sensor/kvitter_1490-902/clear-glass-1/config', false],
    ])
  })

  test('is said again to whoever starts, but not as often as anybody asks', () => {
    const { sent, discovery, pass } = announced()
    sent.splice(0)
    discovery.again()
    discovery.again()
    expect(sent).toHaveLength(ALL)
    pass(60_000)
    discovery.again()
    expect(sent).toHaveLength(2 * ALL)
  })

  test('and could not be published is said at the next change', async () => {
    let broken = true
    const sent: string[] = []
    const { faults, change, discovery } = announced({
      publish: (topic) =>
        broken ? Promise.reject(new Error('no')) : Promise.resolve(sent.push(topic)),
    })
    await Promise.resolve()
    await Promise.resolve()
    expect(faults[0]).toBe(`${LEVEL} could not be published: Error: no`)
    broken = false
    change({ ...castTown })
    expect(sent).toHaveLength(ALL)
    await discovery[Symbol.asyncDispose]()
  })

  test('ends when it is closed', async () => {
    const { discovery, listeners } = announced()
    await discovery[Symbol.asyncDispose]()
    expect(listeners.size).toBe(0)
  })
})

describe('at the real broker', () => {
  async function openTown() {
    const broker = await brokerForTests({ anonymous: false, openTopics: [BIRTH_TOPIC] })
    const town = announced({ publish: (topic, body) => broker.publishRetained(topic, body) })
    await broker.listen(BIRTH_TOPIC, (word) => {
      if (word === 'online') town.discovery.again()
    })
    const logIn = (username: string) =>
      mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, { username, password: TOKEN })
    return { broker, town, logIn }
  }

  test('Home Assistant finds all, sees a container go, and is told again when it starts', async () => {
    const { broker, town, logIn } = await openTown()
    await using _ = broker
    const assistant = await logIn('display')
    const heard = new Map<string, string>()
    let messages = 0
    assistant.on('message', (topic, payload) => {
      messages += 1
      if (payload.length === 0) heard.delete(topic)
      else heard.set(topic, payload.toString())
    })
    const granted = await assistant.subscribeAsync(
      ['homeassistant/+/+/+/config', 'homeassistant/status', 'kvitter/v1/stations/+/status'],
      { qos: 1 },
    )
    expect(granted.map(({ qos }) => qos)).toEqual([1, 1, 1])
    await until(
      () => heard.size === 12,
      5000,
      () => 'all twelve are heard',
    )
    expect(JSON.parse(heard.get(LEVEL)!)).toEqual(configsOf(ekudden, by).get(LEVEL))

    town.change({ ...castTown, stations: [ekudden, hamnen] })
    await until(
      () => heard.size === 10,
      5000,
      () => 'those of a station that is gone are taken away',
    )

    messages = 0
    await assistant.publishAsync(BIRTH_TOPIC, 'online', { qos: 1 })
    // Its own birth message, and all that there is.
    await until(
      () => messages === 11,
      5000,
      () => 'all is said again',
    )
    await assistant.endAsync()
  })

  test('nobody else may announce anything there', async () => {
    const { broker, logIn } = await openTown()
    await using _ = broker
    const device = await logIn(PAPER)
    const assistant = await logIn('display')
    const heard: string[] = []
    assistant.on('message', (topic) => heard.push(topic))
    await assistant.subscribeAsync('homeassistant/#', { qos: 1 })
    await until(
      () => heard.length === 12,
      5000,
      () => 'all twelve are heard',
    )
    for (const client of [device, assistant]) {
      await client.publishAsync(LEVEL, '{}', { qos: 1, retain: true })
    }
    await broker.publishRetained('homeassistant/last', 'x')
    await until(
      () => heard.includes('homeassistant/last'),
      5000,
      () => 'what came after is heard',
    )
    expect(heard).toHaveLength(13)
    await Promise.all([device.endAsync(), assistant.endAsync()])
  })
})
