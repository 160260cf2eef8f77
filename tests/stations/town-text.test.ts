import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  DEVICE_PROFILES,
  type EmptyingDays,
  type Mounting,
  type Town,
} from '#src/stations/station.ts'
import type { ContainerId, DeviceId } from '#src/stations/ids.ts'
import { DAY, type EpochMs, HOUR, instant, plus, WEEKDAYS } from '#src/stations/time.ts'
import { formatFaults, parseTownFile } from '#src/stations/town-file.ts'
import { indexTown, type TownIndex } from '#src/stations/town-index.ts'
import { townText } from '#src/stations/town-text.ts'
import {
  areaId,
  box,
  castTown,
  containerId,
  deviceId,
  ekudden,
  hamnen,
} from '#tests/support/town.ts'

function readBack(town: Town): Town {
  const parsed = parseTownFile(townText(town), 'town.yaml')
  if (parsed.kind === 'faulty') throw new Error(formatFaults(parsed.faults) + townText(town))
  return parsed.town
}

/** A town's order of devices and mountings says nothing; which of two comes first in a file is taste. */
function sorted(town: Town): Town {
  const key = (m: Mounting) => `${m.containerId} ${m.deviceId} ${m.from}`
  return {
    ...town,
    devices: town.devices.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    mountings: town.mountings.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)),
  }
}

const newYear = instant(Date.parse('2026-01-01T00:00:00Z'))
const paper = containerId('1490-901-paper-1')
const glass = containerId('1490-901-clear-glass-1')
const paperDevice = deviceId('dev-901-paper-1')

test('the text is one that a person would have written', () => {
  const town: Town = {
    ...castTown,
    name: 'Provstad "vid ån"',
    stalledAfterMs: 90 * 60_000,
    operator: {
      name: 'Provstads kommun',
      url: 'https://provstad.example/',
      phone: '033-35 70 00',
      reviewedAt: '2026-04-01',
    },
    networkServers: [
      { id: 'tts', kind: 'tts-v3', topic: 'v3/+/devices/+/up' },
      {
        id: 'cloud',
        kind: 'json',
        topic: 'smartbin/+/telemetry',
        deviceLevel: 2,
        mapping: {
          bytes: { path: 'p[0].d', encoding: 'base64' },
          at: { path: 'ts', unit: 's' },
          counter: 'n',
        },
      },
    ],
    channels: {
      x: [
        {
          account: 'provstad',
          language: 'sv',
          monthlyBudget: 12.5,
          appKeyEnv: 'X_APP_KEY',
          appSecretEnv: 'X_APP_SECRET',
          accessTokenEnv: 'X_ACCESS_TOKEN',
          accessSecretEnv: 'X_ACCESS_SECRET',
        },
        {
          account: '0123',
          language: 'en',
          stations: [ekudden.id],
          areas: [areaId('13')],
          appKeyEnv: 'X_APP_KEY',
          appSecretEnv: 'X_APP_SECRET',
          accessTokenEnv: 'X_EKUDDEN_TOKEN',
          accessSecretEnv: 'X_EKUDDEN_SECRET',
        },
      ],
      mastodon: [
        {
          server: 'https://mastodon.example',
          account: 'avs@mastodon.example',
          language: 'sv',
          accessTokenEnv: 'MASTODON_TOKEN',
          visibility: 'public',
          pictures: false,
        },
      ],
      activitypub: [{ account: 'avs', language: 'fi' }],
    },
    areas: [
      { id: areaId('norrby'), name: 'Norrby' },
      { id: areaId('13'), name: 'Väster "om ån"' },
    ],
    serviceDays: [
      {
        weekdays: ['Tue', 'Thu'],
        except: ['2026-12-24'],
        holidays: 'skip',
        hours: { fromMinute: 10 * 60, untilMinute: 15 * 60 },
      },
      { dates: ['2026-12-22'] },
    ],
    stations: [
      ekudden,
      {
        ...hamnen,
        areaId: areaId('13'),
        plan: [
          {
            fractions: ['paper', 'clear-glass'],
            weekdays: ['Mon', 'Thu'],
            except: ['2026-12-24'],
            holidays: 'after',
            hours: { fromMinute: 6 * 60, untilMinute: 14 * 60 + 30 },
          },
          { containers: ['paper-1'], weekdays: ['Sat'], weeks: 4, from: '2026-01-10' },
          { dates: ['2026-12-23'], hours: { fromMinute: 22 * 60, untilMinute: 28 * 60 } },
        ],
        containers: [
          hamnen.containers[0]!,
          {
            ...hamnen.containers[1]!,
            geometry: { ...box, fullDistanceMm: 310, mountingOffsetMm: -40, tiltDeg: 12.5 },
          },
        ],
      },
    ],
    devices: [...castTown.devices.slice(0, 4), { id: deviceId('old'), profile: 'milesight/em400' }],
    mountings: [
      ...castTown.mountings.slice(1, 4),
      {
        deviceId: deviceId('old'),
        containerId: paper,
        from: newYear,
        until: instant(Date.parse('2026-03-28T12:00:00.250Z')),
      },
      {
        deviceId: paperDevice,
        containerId: paper,
        // Midnight in Stockholm.
        from: instant(Date.parse('2026-03-28T23:00:00Z')),
      },
    ],
  }
  expect(townText(town))
    .toBe(`# The recycling stations of Provstad "vid ån", as they stood in the database.
version: 1
municipality: "1490"
name: "Provstad \\"vid ån\\""
timeZone: Europe/Stockholm
stalledAfter: 90m

operator:
  name: "Provstads kommun"
  url: "https://provstad.example/"
  phone: "033-35 70 00"
  reviewedAt: 2026-04-01

# When the return bike runs.
serviceDays:
  - { days: [Tue, Thu], except: [2026-12-24], holidays: skip, hours: "10:00-15:00" }
  - { dates: [2026-12-22] }

# Millimetres from the sensor under the lid.
containerTypes:
  box-3000: { volumeLitres: 3000, emptyDistanceMm: 1650, fullDistanceMm: 300, deadZoneMm: 250 }
  box-3000-2: { volumeLitres: 3000, emptyDistanceMm: 1650, fullDistanceMm: 310, deadZoneMm: 250, mountingOffsetMm: -40, tiltDeg: 12.5 }

networkServers:
  - { id: tts, kind: tts-v3, topic: "v3/+/devices/+/up" }
  - { id: cloud, kind: json, topic: "smartbin/+/telemetry", deviceLevel: 2, mapping: {"bytes":{"path":"p[0].d","encoding":"base64"},"at":{"path":"ts","unit":"s"},"counter":"n"} }

channels:
  x:
    - account: "provstad"
      language: sv
      monthlyBudget: 12.5
      appKeyEnv: "X_APP_KEY"
      appSecretEnv: "X_APP_SECRET"
      accessTokenEnv: "X_ACCESS_TOKEN"
      accessSecretEnv: "X_ACCESS_SECRET"
    - account: "0123"
      language: en
      stations: ["901"]
      areas: ["13"]
      appKeyEnv: "X_APP_KEY"
      appSecretEnv: "X_APP_SECRET"
      accessTokenEnv: "X_EKUDDEN_TOKEN"
      accessSecretEnv: "X_EKUDDEN_SECRET"
  mastodon:
    - account: "avs@mastodon.example"
      language: sv
      server: "https://mastodon.example"
      accessTokenEnv: "MASTODON_TOKEN"
      visibility: "public"
      pictures: false
  activitypub:
    - account: "avs"
      language: fi

areas:
  - { id: norrby, name: "Norrby" }
  - { id: "13", name: "Väster \\"om ån\\"" }

stations:
  - id: "901"
    name: "Ekudden"
    address: "Provgatan 1"
    lat: 57.72
    lon: 12.94
    containers:
      - id: paper-1
        fraction: paper
        type: box-3000
        device: { id: "dev-901-paper-1", profile: native, since: 2026-03-29 }
        devices:
          - { id: "old", profile: milesight/em400, from: 2026-01-01T00:00:00Z, until: 2026-03-28T12:00:00.250Z }
      - { id: plastic-1, fraction: plastic, type: box-3000, device: { id: "dev-901-plastic-1", profile: native } }
      - { id: clear-glass-1, fraction: clear-glass, type: box-3000, device: { id: "dev-901-clear-glass-1", profile: native } }
  - id: "902"
    name: "Hamnen"
    address: "Provgatan 1"
    area: "13"
    lat: 57.72
    lon: 12.95
    containers:
      - { id: paper-1, fraction: paper, type: box-3000, device: { id: "dev-902-paper-1", profile: native } }
      - { id: clear-glass-1, fraction: clear-glass, type: box-3000-2 }
    plan:
      - { fractions: [paper, clear-glass], days: [Mon, Thu], except: [2026-12-24], holidays: after, hours: "06:00-14:30" }
      - { containers: [paper-1], days: [Sat], weeks: 4, from: 2026-01-10 }
      - { dates: [2026-12-23], hours: "22:00-04:00" }
`)
  expect(sorted(readBack(town))).toEqual(sorted(town))
})

test('the test cast and the demo town come back as they were', () => {
  expect(sorted(readBack(castTown))).toEqual(sorted(castTown))
  const path = new URL('../../towns/boras/town.yaml', import.meta.url)
  const boras = parseTownFile(readFileSync(path, 'utf8'), 'town.yaml')
  if (boras.kind === 'faulty') throw new Error(formatFaults(boras.faults))
  expect(readBack(boras.town)).toEqual(boras.town)
})

describe('where mountings overlap, what held at each instant is written', () => {
  const from = newYear
  const moved = plus(newYear, 40 * DAY)
  const glassDevice = deviceId('dev-901-clear-glass-1')
  const others = castTown.mountings.filter(
    (m) => m.containerId !== paper && m.containerId !== glass,
  )
  const cases: readonly [string, readonly Mounting[], readonly Mounting[]][] = [
    [
      'a device moved without a date',
      [
        { deviceId: glassDevice, containerId: glass, from, until: moved },
        { deviceId: glassDevice, containerId: paper, from },
      ],
      [
        { deviceId: glassDevice, containerId: paper, from: moved },
        { deviceId: glassDevice, containerId: glass, from, until: moved },
      ],
    ],
    [
      'a device put in the place of another for a while',
      [
        { deviceId: paperDevice, containerId: paper, from },
        { deviceId: glassDevice, containerId: paper, from: moved, until: plus(moved, DAY) },
      ],
      [
        { deviceId: glassDevice, containerId: paper, from: moved, until: plus(moved, DAY) },
        { deviceId: paperDevice, containerId: paper, from, until: moved },
        { deviceId: paperDevice, containerId: paper, from: plus(moved, DAY) },
      ],
    ],
    [
      'one that ended before it began',
      [
        { deviceId: paperDevice, containerId: paper, from },
        { deviceId: glassDevice, containerId: glass, from: moved, until: from },
      ],
      [{ deviceId: paperDevice, containerId: paper, from }],
    ],
  ]
  test.each(cases)('%s', (_what, kept, written) => {
    const town = { ...castTown, mountings: [...kept, ...others] }
    const back = readBack(town)
    const expected = sorted({ ...town, mountings: [...written, ...others] }).mountings
    expect(sorted(back).mountings).toEqual(expected)
    expect(townText(back)).toBe(townText(town))
  })
})

test('whatever the mountings, each reading belongs to the same container as before, and is believed as before', () => {
  const containers = ekudden.containers.map((c) => c.id)
  const devices = castTown.devices.slice(0, 3)
  const span = fc.record({
    deviceId: fc.constantFrom(...devices.map((d) => d.id)),
    containerId: fc.constantFrom(...containers),
    day: fc.nat(6),
    days: fc.option(fc.integer({ min: -1, max: 4 }), { nil: undefined }),
  })
  const hears = (town: TownIndex, container: ContainerId, id: DeviceId, at: EpochMs) =>
    town.deviceOn(container, at) === id || town.devicesBeside(container, at).includes(id)
  fc.assert(
    fc.property(fc.array(span, { maxLength: 8 }), (spans) => {
      const town: Town = {
        ...castTown,
        stations: [ekudden],
        devices,
        mountings: spans.map(({ deviceId, containerId, day, days }): Mounting => ({
          deviceId,
          containerId,
          ...(deviceId === devices[2]!.id && { alongside: true }),
          from: plus(newYear, day * DAY),
          ...(days === undefined ? {} : { until: plus(newYear, (day + days) * DAY) }),
        })),
      }
      const before = indexTown(town)
      const after = indexTown(readBack(town))
      for (let hour = -12; hour < 15 * 24; hour += 12) {
        const at = plus(newYear, hour * HOUR)
        for (const { id } of devices) {
          const container = before.mountedOn(id, at)
          const isBelieved = container && hears(before, container.id, id, at)
          expect(after.mountedOn(id, at)?.id).toBe(isBelieved ? container.id : undefined)
          if (isBelieved) expect(hears(after, container.id, id, at)).toBe(true)
        }
      }
    }),
    { numRuns: 300 },
  )
})

const line = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((text) => /\S/.test(text) && !/\p{Cc}/u.test(text))

const someDay = fc
  .integer({ min: 0, max: 800 })
  .map((days) => Temporal.PlainDate.from('2026-01-01').add({ days }).toString())
const someDays = fc
  .uniqueArray(someDay, { minLength: 1, maxLength: 3 })
  .map((days) => days.toSorted())
const someHours = fc
  .record({ fromMinute: fc.nat(1439), minutes: fc.integer({ min: 1, max: 1439 }) })
  .map(({ fromMinute, minutes }) => ({ fromMinute, untilMinute: fromMinute + minutes }))
const someWeekdays = fc.record(
  {
    weekdays: fc.subarray([...WEEKDAYS], { minLength: 1 }),
    weeks: fc.constantFrom<'odd' | 'even' | number>('odd', 'even', 2, 4, 52),
    from: fc.constant('2026-01-07'),
    until: someDay.filter((day) => day >= '2026-01-07'),
    except: someDays,
    holidays: fc.constantFrom('skip', 'before', 'after'),
    hours: someHours,
  },
  { requiredKeys: ['weekdays', 'from'] },
)
const someDates = fc.record({ dates: someDays, hours: someHours }, { requiredKeys: ['dates'] })

const direct = {
  sms: {
    provider: '46elks',
    from: '+46766861234',
    usernameEnv: 'ELKS_USERNAME',
    passwordEnv: 'ELKS_PASSWORD',
    monthlyLimit: 500,
  },
  staffAlerts: { sms: ['ON_CALL', 'DEPOT'], language: 'fi' },
} as const

test('who sends SMS, and whom alarms are told, comes back', () => {
  expect(readBack({ ...castTown, ...direct })).toMatchObject(direct)
})

test('whatever the names and measures, the town comes back', () => {
  const someTown = fc
    .record({
      name: line,
      timeZone: fc.constantFrom('Europe/Stockholm', 'Europe/Helsinki', 'UTC', 'Etc/GMT+1'),
      stalledAfterMs: fc.integer({ min: 60_000, max: 30 * DAY }),
      operatorName: line,
      stationName: line,
      address: fc.option(line, { nil: undefined }),
      areas: fc.uniqueArray(
        fc.record({
          id: fc.constantFrom('norrby', '1', '1e5', 'null', 'no', '0x1f', 'a-1', '2026-01-01'),
          name: line,
        }),
        { selector: ({ id }) => id, maxLength: 4 },
      ),
      isInArea: fc.boolean(),
      plan: fc.array(
        fc.record({
          whose: fc.constantFrom('all', 'fractions', 'containers'),
          when: fc.oneof(someWeekdays, someDates),
        }),
        { maxLength: 3 },
      ),
      externalId: fc.constantFrom('1', '007', '1e5', 'null', 'true', '0x10', 'a_b.c'),
      containers: fc.uniqueArray(
        fc.constantFrom('1', '1e5', 'null', 'paper-1', 'no', 'true', '0x1f', '2026-01-01'),
        { minLength: 1 },
      ),
      volumes: fc.array(fc.constantFrom(1500, 1500.5, 0.5, 1e21, 3000), {
        minLength: 8,
        maxLength: 8,
      }),
      profile: fc.constantFrom(...DEVICE_PROFILES),
      from: fc.integer({ min: Date.UTC(2000), max: Date.UTC(2030) }),
    })
    .map((a): Town => {
      const station = { ...ekudden, externalId: a.externalId, name: a.stationName }
      const id = `1490-${a.externalId}` as typeof ekudden.id
      const { address: _, ...bare } = station
      const first = containerId(`${id}-${a.containers[0]}`)
      return {
        ...castTown,
        name: a.name,
        timeZone: a.timeZone,
        stalledAfterMs: a.stalledAfterMs,
        operator: { name: a.operatorName },
        ...(a.areas.length > 0 && {
          areas: a.areas.map(({ id, name }) => ({ id: areaId(id), name })),
        }),
        stations: [
          {
            ...bare,
            id,
            ...(a.isInArea && a.areas.length > 0 && { areaId: areaId(a.areas.at(-1)!.id) }),
            ...(a.address === undefined ? {} : { address: a.address }),
            containers: a.containers.map((name, i) => ({
              id: containerId(`${id}-${name}`),
              stationId: id,
              name,
              fraction: 'paper',
              geometry: { ...box, volumeLitres: a.volumes[i]! },
            })),
            ...(a.plan.length > 0 && {
              plan: a.plan.map(({ whose, when }): EmptyingDays => ({
                ...(whose === 'fractions' && { fractions: ['paper'] }),
                ...(whose === 'containers' && { containers: a.containers }),
                ...when,
              })),
            }),
          },
        ],
        devices: [{ id: deviceId('1e5'), profile: a.profile }],
        mountings: [{ deviceId: deviceId('1e5'), containerId: first, from: instant(a.from) }],
      }
    })
  fc.assert(
    fc.property(someTown, (town) => {
      expect(readBack(town)).toEqual(town)
    }),
    { numRuns: 300 },
  )
})

test('the town’s own profiles, and one device that watches several containers, come back', () => {
  const [first, second] = ekudden.containers
  const four = deviceId('four-bins')
  const since = instant(Date.UTC(2026, 2, 1, 12))
  const town: Town = {
    ...castTown,
    profiles: [
      {
        name: 'our-town/four-bins',
        codec: { file: 'codecs/four-bins.js', source: '' },
        fields: {
          levels: [
            { channel: '1', path: 'bins[0].mm', meaning: 'distance', unit: 'mm', least: 1 },
            {
              channel: '2',
              path: 'bins[1].mm',
              meaning: 'distance',
              unit: 'mm',
              sentinels: [{ value: null, fault: 'no-echo' }],
            },
          ],
          battery: { path: 'batt', unit: 'mV' },
        },
      },
    ],
    devices: [{ id: four, profile: 'our-town/four-bins' }],
    mountings: [
      { deviceId: four, containerId: first!.id, channel: '1', from: since },
      { deviceId: four, containerId: second!.id, channel: '2', from: since },
    ],
  }
  expect(readBack(town)).toEqual(town)
})
