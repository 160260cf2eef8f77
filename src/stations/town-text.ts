/** A town written down as its `town.yaml`, the other way round from `town-file.ts`. Pure. */
import type { ContainerId } from './ids.ts'
import type {
  Account,
  Channels,
  Container,
  EmptyingDays,
  FractionColours,
  Geometry,
  Mounting,
  Operator,
  Station,
  Town,
  TownProfile,
} from './station.ts'
import { isDirectWay } from './station.ts'
import { isoText, type EpochMs, writeDuration } from './time.ts'
import { DEFAULT_SINCE, instantOf } from './town-shape.ts'

/**
 * The text of a `town.yaml` that reads back as this town. Boxes of the same measures share a type,
 * named by its volume. Where mountings overlap, as they do in a database after a device was moved
 * without a date, what held at each instant is written (see `TownIndex`): a file may not contradict itself.
 */
export function townText(town: Town): string {
  const types = containerTypes(town.stations)
  const mountings = Map.groupBy(settledMountings(town.mountings), (m) => m.containerId)
  const profiles = new Map(town.devices.map((d) => [d.id, d.profile]))
  const { operator, stalledAfterMs, timeZone } = town
  const seat = (m: Mounting, times: readonly string[]) =>
    `{ ${[
      `id: ${quoted(m.deviceId)}`,
      `profile: ${profiles.get(m.deviceId) ?? 'native'}`,
      ...(m.channel === undefined ? [] : [`channel: ${quoted(m.channel)}`]),
      ...times,
      ...(m.alongside ? ['alongside: true'] : []),
    ].join(', ')} }`

  const containerLines = (container: Container): string[] => {
    const { id, name, fraction, geometry } = container
    const box = `id: ${plain(name)}, fraction: ${fraction}, type: ${types.nameOf(geometry)}`
    const { now, past } = nowAndPast(mountings, id)
    const since =
      now === undefined || now.from === DEFAULT_SINCE
        ? []
        : [`since: ${timeText(now.from, timeZone)}`]
    const device = now === undefined ? undefined : `device: ${seat(now, since)}`
    if (past.length === 0) return [`      - { ${[box, device].filter(Boolean).join(', ')} }`]
    return [
      `      - id: ${plain(name)}`,
      `        fraction: ${fraction}`,
      `        type: ${types.nameOf(geometry)}`,
      ...(device === undefined ? [] : [`        ${device}`]),
      '        devices:',
      ...past.map((m) => {
        const from = `from: ${timeText(m.from, timeZone)}`
        const until = m.until === undefined ? [] : [`until: ${timeText(m.until, timeZone)}`]
        return `          - ${seat(m, [from, ...until])}`
      }),
    ]
  }

  const lines = [
    `# The recycling stations of ${town.name}, as they stood in the database.`,
    'version: 1',
    `municipality: ${quoted(town.municipalityCode)}`,
    `name: ${quoted(town.name)}`,
    `timeZone: ${timeZone}`,
    ...(stalledAfterMs === undefined ? [] : [`stalledAfter: ${writeDuration(stalledAfterMs)}`]),
    ...(operator === undefined ? [] : operatorLines(operator)),
    ...(town.serviceDays === undefined
      ? []
      : [
          '',
          '# When the return bike runs.',
          'serviceDays:',
          ...town.serviceDays.map((days) => `  - ${daysText(days)}`),
        ]),
    '',
    '# Millimetres from the sensor under the lid.',
    'containerTypes:',
    ...types.lines,
    ...colourLines(town.fractionColours),
    ...profileLines(town.profiles ?? []),
    ...(town.networkServers.length === 0 ? [] : ['', 'networkServers:']),
    ...town.networkServers.map(
      ({ id, kind, topic, deviceLevel, mapping }) =>
        `  - { ${[
          `id: ${plain(id)}, kind: ${kind}, topic: ${quoted(topic)}`,
          ...(deviceLevel === undefined ? [] : [`deviceLevel: ${deviceLevel}`]),
          ...(mapping === undefined ? [] : [`mapping: ${quotedJson(mapping)}`]),
        ].join(', ')} }`,
    ),
    ...channelLines(town.channels),
    ...blockLines('sms', town.sms),
    ...blockLines('staffAlerts', town.staffAlerts),
    ...(town.areas === undefined ? [] : ['', 'areas:']),
    ...(town.areas ?? []).map(({ id, name }) => `  - { id: ${plain(id)}, name: ${quoted(name)} }`),
    '',
    'stations:',
    ...town.stations.flatMap((s) => [
      `  - id: ${quoted(s.externalId)}`,
      `    name: ${quoted(s.name)}`,
      ...(s.address === undefined ? [] : [`    address: ${quoted(s.address)}`]),
      ...(s.areaId === undefined ? [] : [`    area: ${plain(s.areaId)}`]),
      `    lat: ${s.place.lat}`,
      `    lon: ${s.place.lon}`,
      '    containers:',
      ...s.containers.flatMap(containerLines),
      ...(s.plan === undefined
        ? []
        : ['    plan:', ...s.plan.map((days) => `      - ${daysText(days)}`)]),
    ]),
  ]
  return `${lines.join('\n')}\n`
}

function daysText(days: EmptyingDays): string {
  const { fractions, containers, weekdays, weeks, from, until, except, holidays, dates } = days
  const listed = (items: readonly string[] | undefined) => items && `[${items.join(', ')}]`
  const fields = {
    fractions: listed(fractions),
    containers: listed(containers?.map(plain)),
    days: listed(weekdays),
    weeks,
    from,
    until,
    except: listed(except),
    holidays,
    dates: listed(dates),
    hours: days.hours && hoursText(days.hours),
  }
  const written = Object.entries(fields).filter(([, value]) => value !== undefined)
  return `{ ${written.map(([key, value]) => `${key}: ${value}`).join(', ')} }`
}

function hoursText({ fromMinute, untilMinute }: NonNullable<EmptyingDays['hours']>): string {
  const clock = (minute: number) =>
    [Math.trunc(minute / 60), minute % 60].map((n) => String(n).padStart(2, '0')).join(':')
  const end = untilMinute > 24 * 60 ? untilMinute - 24 * 60 : untilMinute
  return quoted(`${clock(fromMinute)}-${clock(end)}`)
}

function colourLines(colours: FractionColours | undefined): readonly string[] {
  if (colours === undefined) return []
  return [
    '',
    'fractionColours:',
    ...Object.entries(colours).map(([fraction, colour]) => `  ${fraction}: ${quoted(colour)}`),
  ]
}

/** A field map is written as JSON, which YAML reads as it is. */
function profileLines(profiles: readonly TownProfile[]): readonly string[] {
  if (profiles.length === 0) return []
  return [
    '',
    'profiles:',
    ...profiles.flatMap(({ name, codec, fields }) => [
      `  ${name}:`,
      ...(codec === undefined ? [] : [`    codec: ${codec.file}`]),
      `    fields: ${quotedJson(fields)}`,
    ]),
  ]
}

function operatorLines(operator: Operator): readonly string[] {
  const { name, url, feedbackUrl, email, phone, reviewedAt } = operator
  const fields = Object.entries({ name, url, feedbackUrl, email, phone })
  return [
    '',
    'operator:',
    ...fields.flatMap(([key, value]) =>
      value === undefined ? [] : [`  ${key}: ${quoted(value)}`],
    ),
    ...(reviewedAt === undefined ? [] : [`  reviewedAt: ${reviewedAt}`]),
  ]
}

function channelLines(channels: Channels): readonly string[] {
  const written = Object.entries(channels).flatMap(([channel, accounts]) => [
    `  ${channel}:`,
    ...(isDirectWay(channel)
      ? accounts.flatMap(directLines)
      : (accounts as readonly Account[]).flatMap(accountLines)),
  ])
  return written.length === 0 ? [] : ['', 'channels:', ...written]
}

/** A town has one, without a name of its own. */
function directLines(direct: object): readonly string[] {
  return Object.entries(direct)
    .filter(([key]) => key !== 'account')
    .map(([key, value]) => `    ${key}: ${quotedJson(value)}`)
}

function blockLines(name: string, block: object | undefined): readonly string[] {
  if (block === undefined) return []
  const lines = Object.entries(block).map(([key, value]) => `  ${key}: ${quotedJson(value)}`)
  return ['', `${name}:`, ...lines]
}

function accountLines({ account, language, stations, ...more }: Account): readonly string[] {
  const numbers = stations?.map((id) => id.slice(id.indexOf('-') + 1))
  const fields = { ...(numbers && { stations: numbers }), ...more }
  return [
    `    - account: ${quoted(account)}`,
    `      language: ${language}`,
    ...Object.entries(fields).map(([key, value]) => `      ${key}: ${quotedJson(value)}`),
  ]
}

/** The town's kinds of boxes, smallest first, each with a name. */
function containerTypes(stations: readonly Station[]): {
  readonly lines: readonly string[]
  nameOf(geometry: Geometry): string
} {
  const found = new Map<string, Geometry>()
  for (const { geometry } of stations.flatMap((s) => s.containers)) {
    found.set(measuresOf(geometry), geometry)
  }
  const names = new Map<string, string>()
  const taken = new Set<string>()
  const bySize = [...found].toSorted(([, a], [, b]) => a.volumeLitres - b.volumeLitres)
  for (const [measures, { volumeLitres }] of bySize) {
    const base = `box-${String(volumeLitres).replace(/[^0-9a-z]+/g, '-')}`
    let name = base
    for (let n = 2; taken.has(name); n++) name = `${base}-${n}`
    taken.add(name)
    names.set(measures, name)
  }
  return {
    lines: bySize.map(([measures]) => `  ${names.get(measures)}: { ${measures} }`),
    nameOf: (geometry) => names.get(measuresOf(geometry))!,
  }
}

function measuresOf(geometry: Geometry): string {
  const { volumeLitres, emptyDistanceMm, fullDistanceMm, deadZoneMm } = geometry
  const { mountingOffsetMm, tiltDeg } = geometry
  const measures = { volumeLitres, emptyDistanceMm, fullDistanceMm, deadZoneMm }
  return Object.entries({ ...measures, mountingOffsetMm, tiltDeg })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ')
}

/** The device that sits there, if it has no end yet, and those that sat there, oldest first. */
function nowAndPast(
  mountings: ReadonlyMap<ContainerId, readonly Mounting[]>,
  container: ContainerId,
): { readonly now?: Mounting; readonly past: readonly Mounting[] } {
  const all = (mountings.get(container) ?? []).toSorted((a, b) => a.from - b.from)
  const newest = all.findLast((m) => !m.alongside)
  return newest?.until === undefined && newest !== undefined
    ? { now: newest, past: all.filter((m) => m !== newest) }
    : { past: all }
}

interface Span {
  readonly from: number
  readonly until: number
}

/**
 * Each mounting cut down to the time in which it counted, for its device and for its container alike:
 * of two that hold at one instant the one that began later does, or else the first in the town's order.
 */
function settledMountings(mountings: readonly Mounting[]): readonly Mounting[] {
  const sensorOf = (m: Mounting) => `${m.deviceId} ${m.channel ?? ''}`
  const ofDevice = Map.groupBy(mountings, sensorOf)
  const chiefs = mountings.filter((m) => !m.alongside)
  const ofContainer = Map.groupBy(chiefs, (m) => m.containerId)
  const order = new Map(mountings.map((m, i) => [m, i]))
  return mountings.flatMap((m) => {
    let spans: readonly Span[] = [spanOf(m)].filter((s) => s.from < s.until)
    const rivals = m.alongside ? [] : (ofContainer.get(m.containerId) ?? [])
    for (const other of [...ofDevice.get(sensorOf(m))!, ...rivals]) {
      const wins =
        other.from > m.from || (other.from === m.from && order.get(other)! < order.get(m)!)
      if (wins) spans = spans.flatMap((s) => without(s, spanOf(other)))
    }
    return spans.map(({ from, until }): Mounting => ({
      deviceId: m.deviceId,
      containerId: m.containerId,
      ...(m.channel === undefined ? {} : { channel: m.channel }),
      ...(m.alongside && { alongside: true }),
      from: from as EpochMs,
      ...(until === Infinity ? {} : { until: until as EpochMs }),
    }))
  })
}

function spanOf({ from, until }: Mounting): Span {
  return { from, until: until ?? Infinity }
}

/** What is left of a span when another is taken out of it. */
function without(span: Span, other: Span): readonly Span[] {
  if (other.from >= other.until || other.from >= span.until || other.until <= span.from) {
    return [span]
  }
  return [
    { from: span.from, until: other.from },
    { from: other.until, until: span.until },
  ].filter((s) => s.from < s.until)
}

/** A day where it is the day's first moment by the town's clock, else the instant. */
function timeText(at: EpochMs, timeZone: string): string {
  const day = Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(timeZone)
    .toPlainDate()
    .toString()
  return instantOf(day, timeZone) === at ? day : isoText(at).replace('.000Z', 'Z')
}

function quoted(text: string): string {
  return quotedJson(text)
}

/** YAML 1.2 reads JSON's text as it is (§1.1), save for what may not stand in a file unescaped (§5.1). */
function quotedJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Names that nothing could take for a number or a truth value stand without quotes. */
function plain(name: string): string {
  const isPlain = /^[a-z][a-z-]*(?:-\d+)?$/.test(name) && !NOT_TEXT.has(name)
  return isPlain ? name : quoted(name)
}

const NOT_TEXT: ReadonlySet<string> = new Set(['null', 'true', 'false', 'yes', 'no', 'on', 'off'])
