import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyChange, applyChanges } from '#src/stations/device-changes.ts'
import type { DeviceChange, RecordedChange } from '#src/stations/device-changes.ts'
import type { Town } from '#src/stations/station.ts'
import { DAY, plus } from '#src/stations/time.ts'
import { formatFaults, parseTownFile } from '#src/stations/town-file.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { townText } from '#src/stations/town-text.ts'
import { castTown, containerId, deviceId, ekudden } from '#tests/support/town.ts'

const paper = containerId('1490-901-paper-1')
const paperDevice = deviceId('dev-901-paper-1')
const spare = deviceId('24e124713d000001')
const start = castTown.mountings[0]!.from
const day = (n: number) => plus(start, n * DAY)

function after(...changes: readonly DeviceChange[]): Town {
  let town: Town = castTown
  for (const change of changes) {
    const next = applyChange(town, change)
    if (typeof next === 'string') throw new Error(next)
    town = next
  }
  return town
}
const register: DeviceChange = { kind: 'register', deviceId: spare, profile: 'milesight/em400' }

test('a swap leaves the container its history', () => {
  const town = indexTown(after({ kind: 'swap', deviceId: paperDevice, by: spare, at: day(10) }))
  expect(town.deviceOn(paper, day(9))).toBe(paperDevice)
  expect(town.deviceOn(paper, day(10))).toBe(spare)
  expect(town.devices.get(spare)?.profile).toBe(town.devices.get(paperDevice)?.profile)
  expect(town.mountedOn(paperDevice, day(11))).toBeUndefined()
})

test('taken off and put on elsewhere', () => {
  const free = containerId('1490-901-plastic-1')
  const town = indexTown(
    after(
      { kind: 'unmount', deviceId: deviceId('dev-901-plastic-1'), until: day(3) },
      { kind: 'unmount', deviceId: paperDevice, until: day(4) },
      { kind: 'mount', deviceId: paperDevice, containerId: free, from: day(5) },
    ),
  )
  expect(town.mountedOn(paperDevice, day(4))).toBeUndefined()
  expect(town.mountedOn(paperDevice, day(5))?.id).toBe(free)
})

test('calibrating moves one measure of one container', () => {
  const change: DeviceChange = {
    kind: 'calibrate',
    containerId: paper,
    level: 'empty',
    distanceMm: 1800,
  }
  const town = indexTown(after(change))
  const before = ekudden.containers[0]!.geometry
  expect(town.containers.get(paper)!.geometry).toEqual({ ...before, emptyDistanceMm: 1800 })
  expect(town.containers.get(ekudden.containers[1]!.id)!.geometry).toEqual(before)
})

describe('what can’t be is refused with the way out', () => {
  test.each<[string, DeviceChange, string]>([
    [
      'a profile nobody has',
      { kind: 'register', deviceId: spare, profile: 'milesight/em40' },
      '"milesight/em40" is not a device profile; did you mean "milesight/em400"?',
    ],
    [
      'a device nobody knows',
      { kind: 'mount', deviceId: spare, containerId: paper, from: day(1) },
      'there is no device 24e124713d000001; register it first',
    ],
    [
      'a container that is taken',
      { kind: 'mount', deviceId: deviceId('dev-902-paper-1'), containerId: paper, from: day(1) },
      'dev-902-paper-1 sits on 1490-902-paper-1 then; unmount it first',
    ],
    [
      'taken off before it was put on',
      { kind: 'unmount', deviceId: paperDevice, until: day(-1) },
      'dev-901-paper-1 came to where it sits after 2025-12-31T00:00:00.000Z',
    ],
    [
      'its own place',
      { kind: 'swap', deviceId: paperDevice, by: paperDevice, at: day(1) },
      'a device can’t take its own place',
    ],
    [
      'empty above the full line',
      { kind: 'calibrate', containerId: paper, level: 'empty', distanceMm: 320 },
      '320 mm is not below the full line (300 mm); is it really empty?',
    ],
    [
      'full within the dead zone',
      { kind: 'calibrate', containerId: paper, level: 'full', distanceMm: 100 },
      '100 mm is within the dead zone (250 mm), where the sensor sees nothing',
    ],
  ])('%s', (_, change, why) => {
    expect(applyChange(castTown, change)).toBe(why)
  })
})

const recorded = (changes: readonly DeviceChange[]): RecordedChange[] =>
  changes.map((change, i) => ({ no: i + 1, at: day(0), by: 'Kim', change, settled: false }))

test('a change that fits no more is passed over with its reason, and the others hold', () => {
  const { town, skipped } = applyChanges(
    castTown,
    recorded([
      {
        kind: 'calibrate',
        containerId: containerId('1490-999-paper-1'),
        level: 'full',
        distanceMm: 400,
      },
      register,
    ]),
  )
  expect(skipped).toEqual([{ no: 1, why: 'there is no container 1490-999-paper-1' }])
  expect(town.devices.some((d) => d.id === spare)).toBe(true)
})

test('what is settled is the file’s', () => {
  const settled = recorded([register]).map((change) => ({ ...change, settled: true }))
  expect(applyChanges(castTown, settled)).toEqual({ town: castTown, skipped: [] })
})

const ids = [spare, deviceId('two'), ...castTown.devices.slice(0, 3).map((d) => d.id)]
const anyDevice = fc.constantFrom(...ids)
const anyContainer = fc.constantFrom(...ekudden.containers.map((c) => c.id))
const anyDay = fc.integer({ min: -2, max: 20 }).map(day)
const anyChange: fc.Arbitrary<DeviceChange> = fc.oneof(
  fc.record({
    kind: fc.constant('register' as const),
    deviceId: anyDevice,
    profile: fc.constantFrom('native', 'milesight/em400', 'nobody/knows'),
  }),
  fc.record({
    kind: fc.constant('mount' as const),
    deviceId: anyDevice,
    containerId: anyContainer,
    from: anyDay,
  }),
  fc.record({ kind: fc.constant('unmount' as const), deviceId: anyDevice, until: anyDay }),
  fc.record({ kind: fc.constant('swap' as const), deviceId: anyDevice, by: anyDevice, at: anyDay }),
  fc.record({
    kind: fc.constant('calibrate' as const),
    containerId: anyContainer,
    level: fc.constantFrom('empty' as const, 'full' as const),
    distanceMm: fc.integer({ min: 1, max: 4000 }),
  }),
)

test('whatever is changed, the town can be written to a file that holds no contradiction', () => {
  fc.assert(
    fc.property(fc.array(anyChange, { maxLength: 12 }), (changes) => {
      const { town, skipped } = applyChanges(castTown, recorded(changes))
      const parsed = parseTownFile(townText(town), 'town.yaml')
      if (parsed.kind === 'faulty') throw new Error(formatFaults(parsed.faults))
      for (const { why } of skipped) expect(why).not.toBe('')
      // Said again, each is so already or still can't be.
      for (const change of changes.slice(-1)) {
        const again = applyChange(town, change)
        if (typeof again !== 'string') expect(indexTown(again).town.stations).toEqual(town.stations)
      }
    }),
    { numRuns: 300 },
  )
})
