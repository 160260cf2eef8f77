import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyChange, applyChanges, settleBy, tryChanges } from '#src/stations/device-changes.ts'
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
      'by two of its sensors at once',
      {
        kind: 'mount',
        deviceId: paperDevice,
        containerId: paper,
        channel: '2',
        alongside: true,
        from: day(1),
      },
      'dev-901-paper-1 sits on 1490-901-paper-1 by another channel; one of a device’s sensors can watch a container',
    ],
    [
      'an echo from far beyond the floor',
      { kind: 'calibrate', containerId: paper, level: 'empty', distanceMm: 9000 },
      '9000 mm is more than twice as deep as the town has it (1650 mm); if that is right, say so in town.yaml',
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

test('a device that came to a container is there, however often it is told', () => {
  const on = after(
    register,
    { kind: 'unmount', deviceId: paperDevice, until: day(1) },
    mountSpare(2),
  )
  expect(applyChange(on, mountSpare(2))).toBe(on)
  expect(applyChange(on, mountSpare(5))).toBe(on)
  const off = after(
    register,
    { kind: 'unmount', deviceId: paperDevice, until: day(1) },
    mountSpare(2),
    { kind: 'unmount', deviceId: spare, until: day(3) },
  )
  const again = applyChange(off, mountSpare(5)) as Town
  expect(indexTown(again).deviceOn(paper, day(4))).toBeUndefined()
  expect(indexTown(again).deviceOn(paper, day(5))).toBe(spare)
})

test('the one that takes a place has its channel', () => {
  const watched = after(
    register,
    { kind: 'unmount', deviceId: paperDevice, until: day(1) },
    { ...mountSpare(2), channel: '2' },
  )
  const other = deviceId('other')
  const town = applyChange(watched, {
    kind: 'swap',
    deviceId: spare,
    by: other,
    at: day(4),
  }) as Town
  expect(town.mountings.filter((m) => m.containerId === paper)).toEqual([
    expect.objectContaining({ deviceId: paperDevice, until: day(1) }),
    { deviceId: spare, containerId: paper, channel: '2', from: day(2), until: day(4) },
    { deviceId: other, containerId: paper, channel: '2', from: day(4) },
  ])
})

test('an end that is known stays', () => {
  const off = after({ kind: 'unmount', deviceId: paperDevice, until: day(8) })
  expect(applyChange(off, { kind: 'unmount', deviceId: paperDevice, until: day(8) })).toBe(off)
  expect(applyChange(off, { kind: 'unmount', deviceId: paperDevice, until: day(9) })).toBe(off)
  expect(applyChange(off, { kind: 'unmount', deviceId: paperDevice, until: day(5) })).toBe(
    'dev-901-paper-1 leaves 1490-901-paper-1 at 2026-01-09T00:00:00.000Z already',
  )
})

test('a change from a later version is passed over, not stumbled upon', () => {
  const change = { kind: 'polish', deviceId: spare } as unknown as DeviceChange
  expect(applyChanges(castTown, recorded([change, register]))).toMatchObject({
    skipped: [{ no: 1, why: 'this version knows no change "polish"' }],
    town: { devices: expect.arrayContaining([{ id: spare, profile: 'milesight/em400' }]) },
  })
})

function mountSpare(from: number): Extract<DeviceChange, { kind: 'mount' }> {
  return { kind: 'mount', deviceId: spare, containerId: paper, from: day(from) }
}
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

test('what is settled is applied no more', () => {
  const settled = recorded([register]).map((change) => ({ ...change, settled: true }))
  expect(applyChanges(castTown, settled)).toEqual({ town: castTown, skipped: [] })
})

describe('a town’s file and the changes on top of it', () => {
  const swap: DeviceChange = { kind: 'swap', deviceId: paperDevice, by: spare, at: day(10) }
  const changes = recorded([
    swap,
    { kind: 'calibrate', containerId: paper, level: 'empty', distanceMm: 1800 },
    { kind: 'register', deviceId: deviceId('in-the-drawer'), profile: 'native' },
  ])
  const exported = fileOf(applyChanges(castTown, changes).town)

  test('a file that has them lets them be settled, save for a device that no file can hold', () => {
    expect(settleBy(exported, changes)).toEqual({ kind: 'said', nos: [1, 2] })
  })

  test('a file from before one of them is told what it lacks', () => {
    expect(settleBy(castTown, changes)).toEqual({
      kind: 'unsaid',
      why: 'it does not say that 24e124713d000001 has the profile native',
    })
    const later = recorded([
      ...changes.map((c) => c.change),
      { kind: 'calibrate', containerId: paper, level: 'full', distanceMm: 420 },
    ])
    expect(settleBy(exported, later)).toEqual({
      kind: 'unsaid',
      why: 'it does not say that 1490-901-paper-1 is empty at 1800 mm and full at 420 mm',
    })
  })

  test('a file that dates the swap by the day has it as well', () => {
    const byHand: Town = {
      ...after(swap),
      mountings: after({ ...swap, at: day(9) }).mountings,
    }
    expect(applyChange(byHand, swap)).toBe(byHand)
  })
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
  fc.record(
    {
      kind: fc.constant('mount' as const),
      deviceId: anyDevice,
      containerId: anyContainer,
      channel: fc.constantFrom('1', '2'),
      alongside: fc.constant(true as const),
      from: anyDay,
    },
    { requiredKeys: ['kind', 'deviceId', 'containerId', 'from'] },
  ),
  fc.record({ kind: fc.constant('unmount' as const), deviceId: anyDevice, until: anyDay }),
  fc.record({ kind: fc.constant('swap' as const), deviceId: anyDevice, by: anyDevice, at: anyDay }),
  fc.record({
    kind: fc.constant('calibrate' as const),
    containerId: anyContainer,
    level: fc.constantFrom('empty' as const, 'full' as const),
    distanceMm: fc.integer({ min: 1, max: 4000 }),
  }),
)

function fileOf(town: Town): Town {
  const parsed = parseTownFile(townText(town), 'town.yaml')
  if (parsed.kind === 'faulty') throw new Error(formatFaults(parsed.faults))
  return parsed.town
}

/** As the service takes them: what can't be is refused and never recorded. */
function accepted(changes: readonly DeviceChange[]): readonly RecordedChange[] {
  const { effects } = tryChanges(castTown, changes)
  return recorded(changes.filter((_, i) => effects[i]!.kind === 'changes'))
}

test('whatever is changed, the town can be written to a file that holds no contradiction', () => {
  fc.assert(
    fc.property(fc.array(anyChange, { maxLength: 12 }), (changes) => {
      const { town, skipped } = applyChanges(castTown, recorded(changes))
      fileOf(town)
      for (const { why } of skipped) expect(why).not.toBe('')
    }),
    { numRuns: 300 },
  )
})

test('one after another or all at once, changes give the same town', () => {
  fc.assert(
    fc.property(fc.array(anyChange, { maxLength: 12 }), (changes) => {
      let town = castTown
      for (const change of changes) {
        const next = applyChange(town, change)
        if (typeof next !== 'string') town = next
      }
      expect(tryChanges(castTown, changes).town).toEqual(town)
    }),
    { numRuns: 200 },
  )
})

test('changes on top of the file that was exported with them change nothing, so they can be settled', () => {
  fc.assert(
    fc.property(fc.array(anyChange, { maxLength: 12 }), (changes) => {
      const done = accepted(changes)
      const { town, skipped } = applyChanges(castTown, done)
      expect(skipped).toEqual([])
      expect(settleBy(fileOf(town), done).kind).toBe('said')
    }),
    { numRuns: 500 },
  )
})

test('a town that lost any of its stations is served all the same', () => {
  fc.assert(
    fc.property(
      fc.array(anyChange, { maxLength: 12 }),
      fc.subarray([...castTown.stations]),
      (changes, stations) => {
        const here = new Set(stations.flatMap((s) => s.containers).map((c) => c.id))
        const mountings = castTown.mountings.filter((m) => here.has(m.containerId))
        const devices = castTown.devices.filter((d) => mountings.some((m) => m.deviceId === d.id))
        const { town } = applyChanges(
          { ...castTown, stations, mountings, devices },
          recorded(changes),
        )
        for (const m of town.mountings) expect(here).toContain(m.containerId)
      },
    ),
    { numRuns: 200 },
  )
})
