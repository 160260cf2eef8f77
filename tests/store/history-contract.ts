/**
 * What history must do wherever it lies, as tests. A home for it is given with the means to bring about
 * the state in which it is to be asked: packed, flushed, or as it is.
 */
import { describe, expect, test } from 'vitest'
import type { Correction } from '#src/quality/contract.ts'
import type { Reading } from '#src/stations/reading.ts'
import { DAY, type EpochMs, HOUR, MINUTE, plus } from '#src/stations/time.ts'
import type { Kept, Store } from '#src/store/contract.ts'
import { castTown, containerId, deviceId } from '#tests/support/town.ts'
import { fresh, inFolder, level, noon, nowLevel } from './contract.ts'

export interface HistoryHome {
  readonly open: (path: string) => Promise<Store>
  /** Called after readings were kept and before anything is asked. */
  readonly settle?: (path: string, store: Store) => Promise<void>
}

const paper = containerId('1490-901-paper-1')
const plastic = containerId('1490-901-plastic-1')
const glass = containerId('1490-901-clear-glass-1')
const plasticDevice = deviceId('dev-901-plastic-1')
const at = (minutes: number): EpochMs => plus(noon, minutes * MINUTE)

function onPlastic(reading: Reading): Reading {
  return { ...reading, deviceId: plasticDevice, containerId: plastic }
}

function withoutLevel(reading: Reading): Reading {
  const { fillPercent: _, ...rest } = reading
  return rest
}

export function describeHistory(name: string, { open, settle }: HistoryHome): void {
  interface House {
    readonly store: Store
    readonly keep: (readings: readonly Reading[]) => Promise<readonly Kept[]>
  }
  const withHouse = (work: (house: House) => Promise<void>) => () =>
    inFolder(async (path) => {
      await using store = await open(path)
      await store.saveTown(castTown, noon)
      const keep = async (readings: readonly Reading[]): Promise<readonly Kept[]> => {
        const kept = await store.journal((tx) => tx.keepReadings(fresh(readings)))
        await settle?.(path, store)
        return kept
      }
      await work({ store, keep })
    })

  describe(`${name}: a reading's identity`, () => {
    test(
      'the same reading told again, now or a day later, is a repeat and counts once',
      withHouse(async ({ store, keep }) => {
        const first = [level(40), level(41, at(60)), onPlastic(level(42))]
        expect(await keep(first)).toEqual(['kept', 'kept', 'kept'])
        expect(await keep(first)).toEqual(['repeat', 'repeat', 'repeat'])
        const later = { ...level(40), receivedAt: plus(noon, DAY), batteryPercent: 12 }
        expect(await keep([later])).toEqual(['repeat'])
        expect(await store.readings(paper, noon, at(61), 10)).toEqual([
          level(40),
          level(41, at(60)),
        ])
        expect(await store.readingsCount()).toBe(3)
      }),
    )

    const others: readonly (readonly [string, Reading])[] = [
      ['another level', level(41)],
      ['another distance', { ...level(40), distanceMm: 1000 }],
      ['another level of its own', { ...level(40), rawFillPercent: 39 }],
      ['a fault instead of a level', { ...withoutLevel(level(40)), fault: 'no-echo' }],
      ['nothing instead of a level', withoutLevel(level(40))],
    ]
    test.for(others)('the same instant with %s is a conflict, and the first stands', ([, other]) =>
      withHouse(async ({ store, keep }) => {
        await keep([level(40)])
        expect(await keep([other])).toEqual(['conflict'])
        expect(await store.readings(paper, noon, at(1), 10)).toEqual([level(40)])
      })(),
    )

    test(
      'another device at the same instant, and the next of the same uplink, are readings of their own',
      withHouse(async ({ store, keep }) => {
        await keep([level(40)])
        expect(await keep([onPlastic(level(40)), { ...level(50), n: 1 }])).toEqual(['kept', 'kept'])
        expect(await store.readings(paper, noon, at(1), 10)).toEqual([
          level(40),
          { ...level(50), n: 1 },
        ])
      }),
    )

    test(
      'of two readings of one millisecond without a time of their own both are kept, each once',
      withHouse(async ({ store, keep }) => {
        expect(await keep([nowLevel(40)])).toEqual(['kept'])
        expect(await keep([nowLevel(41)])).toEqual(['kept'])
        expect(await keep([nowLevel(40), nowLevel(41), nowLevel(42)])).toEqual([
          'repeat',
          'repeat',
          'kept',
        ])
        expect(await store.readings(paper, noon, at(1), 10)).toEqual([
          nowLevel(40),
          { ...nowLevel(41), n: 1 },
          { ...nowLevel(42), n: 2 },
        ])
      }),
    )

    test(
      'a reading that comes days late finds its place between the others',
      withHouse(async ({ store, keep }) => {
        const day = [0, 20, 40, 60].map((m) => level(m, at(m)))
        await keep(day)
        const late = {
          ...level(30, at(30)),
          receivedAt: plus(noon, 5 * DAY),
          flags: ['late'] as const,
        }
        expect(await keep([late])).toEqual(['kept'])
        expect(await keep([late])).toEqual(['repeat'])
        expect(await keep([{ ...late, fillPercent: 31 }])).toEqual(['conflict'])
        expect(await store.readings(paper, noon, at(61), 10)).toEqual([
          ...day.slice(0, 2),
          late,
          ...day.slice(2),
        ])
        expect(await store.history(paper, noon, at(60), HOUR)).toEqual([
          { from: noon, n: 4, minPercent: 0, meanPercent: 22.5, maxPercent: 40 },
        ])
        expect(await store.readingsCount()).toBe(5)
      }),
    )
  })

  describe(`${name}: readings`, () => {
    test(
      'come oldest first, from the first instant up to but without the last, over any number of days',
      withHouse(async ({ store, keep }) => {
        const hours = Array.from({ length: 100 }, (_, i) => level(i, at(i * 60)))
        await keep(hours.toReversed())
        const fills = async (from: number, to: number, limit = 1000) =>
          (await store.readings(paper, at(from * 60), at(to * 60), limit)).map((r) => r.fillPercent)
        const numbers = (from: number, to: number) =>
          Array.from({ length: to - from }, (_, i) => from + i)
        expect(await fills(0, 100)).toEqual(numbers(0, 100))
        expect(await fills(13, 77)).toEqual(numbers(13, 77))
        expect(await fills(14, 15)).toEqual([14])
        expect(await fills(100, 200)).toEqual([])
        expect(await fills(-50, 0)).toEqual([])
        expect(await store.readings(glass, at(0), at(6000), 10)).toEqual([])
      }),
    )

    test.for([1, 9, 10, 11, 14, 15, 40, 99, 100, 101])('a limit of %i keeps the newest', (limit) =>
      withHouse(async ({ store, keep }) => {
        const hours = Array.from({ length: 100 }, (_, i) => level(i, at(i * 60)))
        await keep(hours)
        const told = await store.readings(paper, at(0), at(6000), limit)
        expect(told).toEqual(hours.slice(-limit))
      })(),
    )

    test(
      'of two devices on one container come in the order of their time',
      withHouse(async ({ store, keep }) => {
        const other = (fill: number, minute: number): Reading => ({
          ...level(fill, at(minute)),
          deviceId: plasticDevice,
        })
        const [first, second, third, fourth] = [
          level(10, at(0)),
          other(11, 10),
          level(12, at(20)),
          other(13, 30),
        ]
        await keep([fourth, first, third, second])
        expect(await store.readings(paper, at(0), at(60), 10)).toEqual([
          first,
          second,
          third,
          fourth,
        ])
        expect(await store.readings(paper, at(0), at(60), 3)).toEqual([second, third, fourth])
        expect(await store.history(paper, at(0), at(60), HOUR)).toEqual([
          { from: at(0), n: 4, minPercent: 10, meanPercent: 11.5, maxPercent: 13 },
        ])
      }),
    )

    test(
      'come back as they were, whatever they carry',
      withHouse(async ({ store, keep }) => {
        const all: readonly Reading[] = [
          {
            ...level(43.2),
            n: 1,
            rawFillPercent: 43,
            distanceMm: 1066.8,
            batteryPercent: 97,
            batteryVolts: 3.61,
            temperatureC: -12.5,
            tiltDeg: 0,
            flags: ['late', 'near-full'],
          },
          level(100 / 3, at(1)),
          { ...withoutLevel(level(0, at(2))), fault: 'tilted' },
          withoutLevel(level(0, at(3))),
          level(0, at(4)),
        ]
        await keep(all)
        expect(await store.readings(paper, noon, at(10), 10)).toEqual(all)
      }),
    )
  })

  describe(`${name}: histories`, () => {
    const span = Array.from({ length: 60 }, (_, i) => i)

    test(
      'by the hour, the day and the week give the same, however the span is cut',
      withHouse(async ({ store, keep }) => {
        // Every 70 minutes, so that hours have one reading, two or none.
        const levels = span.map((i) => level((i * 37) % 101, at(i * 70)))
        await keep([...levels, ...levels.map(({ measuredAt }) => onPlastic(level(50, measuredAt)))])
        const expected = (from: EpochMs, to: EpochMs, everyMs: number) =>
          [
            ...Map.groupBy(
              levels.filter((r) => r.measuredAt >= from && r.measuredAt < to),
              (r) => r.measuredAt - (r.measuredAt % everyMs),
            ),
          ].map(([start, group]) => {
            const fills = group.map((r) => r.fillPercent!)
            return {
              from: start,
              n: fills.length,
              minPercent: Math.min(...fills),
              meanPercent: expect.closeTo(
                fills.reduce((a, b) => a + b) / fills.length,
                6,
              ) as number,
              maxPercent: Math.max(...fills),
            }
          })
        const spans = [
          [at(0), at(60 * 70)],
          [at(-1440), at(100 * 70)],
          [at(7 * 60), at(31 * 60)],
          [at(90), at(60 * 33 + 17)],
          [at(840), at(840 + 1440)],
          [at(71), at(72)],
        ] as const
        for (const [from, to] of spans) {
          for (const every of [15 * MINUTE, HOUR, 6 * HOUR, DAY, 7 * DAY, 90 * MINUTE]) {
            expect(await store.history(paper, from, to, every)).toEqual(expected(from, to, every))
          }
        }
      }),
    )

    test(
      'put a reading on the edge into the bucket that begins there',
      withHouse(async ({ store, keep }) => {
        await keep([0, 59, 60, 119, 120].map((m) => level(m / 10, at(m))))
        const hours = await store.history(paper, at(0), at(120), HOUR)
        expect(hours.map((h) => [h.from, h.n])).toEqual([
          [at(0), 2],
          [at(60), 2],
        ])
      }),
    )

    test(
      'of several containers are those of each alone; what has none has an empty one',
      withHouse(async ({ store, keep }) => {
        await keep(
          span.flatMap((i) => [level(i, at(i * 60)), onPlastic(level(99 - i, at(i * 60)))]),
        )
        const stranger = containerId('1490-999-paper-1')
        const asked = [plastic, stranger, paper, glass]
        const histories = await store.histories(asked, at(0), at(60 * 60), DAY)
        expect([...histories.keys()]).toEqual(asked)
        expect(histories.get(paper)!.reduce((n, day) => n + day.n, 0)).toBe(60)
        expect(histories.get(glass)).toEqual([])
        expect(histories.get(stranger)).toEqual([])
        for (const id of asked) {
          expect(await store.history(id, at(0), at(60 * 60), DAY)).toEqual(histories.get(id))
        }
        expect(await store.histories([], at(0), at(60), HOUR)).toEqual(new Map())
      }),
    )

    test(
      'leave out faults and messages without a level, and are empty where there is nothing else',
      withHouse(async ({ store, keep }) => {
        await keep([
          { ...withoutLevel(level(0, at(5))), fault: 'no-echo' },
          withoutLevel(level(0, at(6))),
          level(12.5, at(65)),
        ])
        expect(await store.history(paper, at(0), at(60), HOUR)).toEqual([])
        expect(await store.history(paper, at(0), at(120), HOUR)).toEqual([
          { from: at(60), n: 1, minPercent: 12.5, meanPercent: 12.5, maxPercent: 12.5 },
        ])
        expect(await store.history(paper, plus(noon, 9 * DAY), plus(noon, 10 * DAY), DAY)).toEqual(
          [],
        )
      }),
    )

    test(
      'are made of what is believed, where that is another level; readings tell both',
      withHouse(async ({ store, keep }) => {
        const correction: Correction = {
          reason: 'phantom',
          rawPercent: 90,
          phantomPercent: 90.5,
          hits: 12,
          share: 0.3125,
        }
        const readings = fresh([level(40), level(90, at(1)), level(41, at(2))])
        await store.journal(async (tx) => {
          await tx.keepReadings(readings)
          const { seq } = readings[1]!
          await tx.keepBeliefs({
            corrections: [{ seq, cleanPercent: 40.5, correction }],
            states: [],
            alarms: [],
          })
        })
        // What comes after it settles it too.
        await keep([level(42, at(3))])
        expect(await store.readings(paper, noon, at(3), 10)).toEqual([
          level(40),
          { ...level(90, at(1)), cleanPercent: 40.5, correction },
          level(41, at(2)),
        ])
        expect(await store.history(paper, at(0), at(60), HOUR)).toEqual([
          { from: noon, n: 4, minPercent: 40, meanPercent: 40.875, maxPercent: 42 },
        ])
      }),
    )
  })
}
