import { describe, expect, test } from 'vitest'

import type { Findings, Observation } from '#src/quality/contract.ts'
import {
  HEALTH_DEFAULTS,
  judgeHealth,
  judgeSilence,
  newHealth,
  silentAt,
  usualIntervalMs,
} from '#src/quality/health.ts'
import type {
  AlarmChange,
  AlarmKind,
  HealthContext,
  HealthOptions,
  HealthState,
} from '#src/quality/health.ts'
import { HOUR, MINUTE, plus } from '#src/stations/time.ts'

import { hours } from './series.ts'

type Step = Omit<Observation, 'at'> & { readonly context?: HealthContext }

interface ChangesOptions {
  readonly everyMs?: number
  readonly options?: HealthOptions
}

/** What began and ended, with the place of the observation that made it so. */
function changesOf(
  steps: readonly Step[],
  { everyMs = HOUR, options = HEALTH_DEFAULTS }: ChangesOptions = {},
): readonly (readonly [number, string, AlarmKind])[] {
  let state = newHealth()
  return steps.flatMap(({ context, ...step }, i) => {
    const judged = judgeHealth(
      state,
      { at: plus(hours(0), i * everyMs), ...step },
      context,
      options,
    )
    state = judged.state
    return judged.changes.map(({ change, alarm }) => [i, change, alarm.kind] as const)
  })
}

function heard(count: number, everyMs = HOUR): HealthState {
  let state = newHealth()
  for (let i = 0; i < count; i++) {
    state = judgeHealth(state, { at: plus(hours(0), i * everyMs), fillPercent: 20 }).state
  }
  return state
}

const found = (findings: Findings['findings'], phantomShare = 0.1): HealthContext => ({
  findings: { grade: 'B', readings: 500, phantomShare, outlierShare: 0, findings },
})
const stuck = found([
  { kind: 'stuck', levelPercent: 20, since: hours(-80), expectedRisePercent: 9 },
])
const phantom = (share: number) =>
  found(
    [
      {
        kind: 'phantom',
        levelPercent: 60,
        distanceMm: 420,
        hits: 9,
        share: 0.4,
        readingShare: share,
        since: hours(-50),
      },
    ],
    share,
  )

test.each<[string, readonly Step[], readonly (readonly [number, string, AlarmKind])[]]>([
  [
    'a battery under 15 % is low, and fine again from 20 %',
    [14, 16, 19, 20].map((batteryPercent) => ({ batteryPercent })),
    [
      [0, 'began', 'low-battery'],
      [3, 'ended', 'low-battery'],
    ],
  ],
  [
    "a device's own word on its battery counts",
    [{ batteryLow: true }, {}, { batteryLow: false }],
    [
      [0, 'began', 'low-battery'],
      [2, 'ended', 'low-battery'],
    ],
  ],
  ['few volts may be what a battery has', [1.1, 1.1, 1.1].map((v) => ({ batteryVolts: v })), []],
  [
    'a battery that twice gives under four fifths of what it gave is low, until it gives more',
    [3.6, 3.6, 9.9, 3.6, 2.8, 3.5, 2.85, 2.8, 3.0, 3.1].map((v) => ({ batteryVolts: v })),
    [
      [7, 'began', 'low-battery'],
      [9, 'ended', 'low-battery'],
    ],
  ],
  [
    'a tilted device has moved until it says that it stands',
    [{ tilted: true }, {}, { tilted: false }],
    [
      [0, 'began', 'moved'],
      [2, 'ended', 'moved'],
    ],
  ],
  [
    'one that always stood at 41° has not moved; another 20° and it has',
    [41, 41, 40, 42, 41, 41, 63, 55, 45].map((tiltDeg) => ({ tiltDeg })),
    [
      [6, 'began', 'moved'],
      [8, 'ended', 'moved'],
    ],
  ],
  [
    "a device's own fire alarm counts, until it is cool and the alarm is gone",
    [{ fire: true }, { fire: true, temperatureC: 20 }, { fire: false }],
    [
      [0, 'began', 'fire'],
      [2, 'ended', 'fire'],
    ],
  ],
  [
    'over 70 °C is fire, and no longer under 60',
    [{ temperatureC: 71 }, { temperatureC: 65 }, { temperatureC: 59 }],
    [
      [0, 'began', 'fire'],
      [2, 'ended', 'fire'],
    ],
  ],
  ['a probe that is absent sets nothing on fire', [{ temperatureC: 327.6 }], []],
  [
    'morning sun over an hour is no fire',
    [{ temperatureC: 10 }, { temperatureC: 24 }, { temperatureC: 38 }],
    [],
  ],
  [
    'more than morning sun can do within the hour is fire, until it cools',
    [12, 38, 40, 39].map((temperatureC) => ({ temperatureC })),
    [
      [1, 'began', 'fire'],
      [3, 'ended', 'fire'],
    ],
  ],
  [
    'a sensor that stands still is stuck until it moves',
    [{ context: stuck }, { context: stuck }, { context: found([]) }],
    [
      [0, 'began', 'stuck'],
      [2, 'ended', 'stuck'],
    ],
  ],
  [
    'a phantom that takes 3 % of the readings is told until it takes less than 1 %',
    [0.01, 0.03, 0.015, 0.009].map((share) => ({ context: phantom(share) })),
    [
      [1, 'began', 'phantom'],
      [3, 'ended', 'phantom'],
    ],
  ],
  [
    'two sensors that disagree are told until they agree',
    [
      {
        context: {
          disagreement: {
            sensors: ['left', 'right'],
            differencePercent: 40,
            since: hours(-6),
            told: true,
          },
        },
      },
      {},
    ],
    [
      [0, 'began', 'disagreement'],
      [1, 'ended', 'disagreement'],
    ],
  ],
])('%s', (_, steps, expected) => {
  expect(changesOf(steps)).toEqual(expected)
})

test('picked up and not emptied is moved after 12 h, with when it was picked up', () => {
  const steps = [
    { pickedUp: true },
    ...Array.from({ length: 14 }, () => ({})),
    { context: { emptied: true } },
  ]
  expect(changesOf(steps)).toEqual([
    [13, 'began', 'moved'],
    [15, 'ended', 'moved'],
  ])
})

test('each battery kind has its limit in volts', () => {
  const steps = [3.3, 3.0, 3.25, 3.4].map((batteryVolts) => ({ batteryVolts }))
  const options = { ...HEALTH_DEFAULTS, lowVolts: 3.2 }
  expect(changesOf(steps, { options })).toEqual([
    [1, 'began', 'low-battery'],
    [3, 'ended', 'low-battery'],
  ])
})

test('more than 10 K within half an hour is fire, and ends when it cools', () => {
  const steps = [20, 34, 36, 35].map((temperatureC) => ({ temperatureC }))
  expect(changesOf(steps, { everyMs: 20 * MINUTE })).toEqual([
    [1, 'began', 'fire'],
    [3, 'ended', 'fire'],
  ])
})

describe('silence', () => {
  test('is three of the usual intervals, which one long night does not stretch', () => {
    let state = heard(12)
    const last = state.lastAt!
    state = judgeHealth(state, { at: plus(last, 9 * HOUR), fillPercent: 20 }).state
    expect(usualIntervalMs(state)).toBe(HOUR)
    expect(silentAt(state)).toBe(plus(last, 12 * HOUR))
  })

  test('begins when due, once, and ends with the next observation, even a fault', () => {
    const state = heard(12)
    const due = silentAt(state)!
    expect(judgeSilence(state, plus(due, -1)).changes).toEqual([])
    const silent = judgeSilence(state, due)
    expect(silent.changes).toEqual<readonly AlarmChange[]>([
      {
        change: 'began',
        at: due,
        alarm: { kind: 'silent', since: due, lastAt: hours(11), usualIntervalMs: HOUR },
      },
    ])
    expect(judgeSilence(silent.state, plus(due, HOUR)).changes).toEqual([])
    const back = judgeHealth(silent.state, { at: plus(due, HOUR), fault: 'no-echo' })
    expect(back.changes).toMatchObject([{ change: 'ended', alarm: { kind: 'silent' } }])
  })

  test('that nobody asked about is told when the device is back', () => {
    const state = heard(12)
    const { changes } = judgeHealth(state, { at: plus(hours(11), 30 * HOUR), fillPercent: 20 })
    expect(changes.map(({ change }) => change)).toEqual(['began', 'ended'])
  })

  test('of a device that nothing is known of is a matter of days', () => {
    expect(silentAt(newHealth())).toBeUndefined()
    expect(silentAt(heard(1))).toBe(plus(hours(0), 72 * HOUR))
  })
})

test('a state goes through JSON unchanged and stays under 1 kB', () => {
  let state = heard(40)
  const context = { ...stuck, ...phantom(0.1) }
  const bad = {
    at: hours(41),
    tilted: true,
    fire: true,
    batteryLow: true,
    temperatureC: 90,
    tiltDeg: 77,
  }
  state = judgeHealth(state, bad, context).state
  const text = JSON.stringify(state)
  expect(JSON.parse(text)).toEqual(state)
  expect(text.length).toBeLessThan(1024)
})
