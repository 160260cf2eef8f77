import { describe, expect, test } from 'vitest'
import { readNative } from '#src/ingest/envelopes/native.ts'
import { show } from '#src/ingest/refusal.ts'
import { instant } from '#src/stations/time.ts'

const noon = Date.UTC(2026, 4, 5, 12)

test('a reading with everything comes through as it is', () => {
  expect(
    readNative({
      at: '2026-05-05T14:00:00+02:00',
      fillPercent: 61.5,
      distanceMm: 820,
      batteryPercent: 91,
      batteryVolts: 3.58,
      temperatureC: -4.5,
      tiltDeg: 3,
      tilted: false,
      seq: 17,
      colour: 'green',
    }),
  ).toEqual({
    kind: 'measured',
    measurements: [
      {
        at: noon,
        fillPercent: 61.5,
        distanceMm: 820,
        batteryPercent: 91,
        batteryVolts: 3.58,
        temperatureC: -4.5,
        tiltDeg: 3,
        tilted: false,
      },
    ],
    counter: 17,
    marked: true,
  })
})

test('an array is many readings, in order', () => {
  expect(readNative([{ at: noon, fillPercent: 1 }, { fillPercent: 2 }])).toEqual({
    kind: 'measured',
    measurements: [{ at: noon, fillPercent: 1 }, { fillPercent: 2 }],
    marked: true,
  })
})

test('a reading without a time was measured when the envelope says', () => {
  expect(readNative({ fillPercent: 1 }, instant(noon))).toEqual({
    kind: 'measured',
    measurements: [{ at: noon, fillPercent: 1 }],
    marked: false,
  })
})

test('null is how many devices say that they don’t know', () => {
  expect(readNative({ fillPercent: null, fault: 'no-echo', batteryPercent: null })).toEqual({
    kind: 'measured',
    measurements: [{ fault: 'no-echo' }],
    marked: false,
  })
})

test('a level far outside is a reading all the same: the level is judged later', () => {
  expect(readNative({ fillPercent: 250 })).toMatchObject({ measurements: [{ fillPercent: 250 }] })
})

const reading = { fillPercent: 10 }

describe('a complaint names the field, what was expected and what came', () => {
  test.each([
    [
      'a word for a number',
      [reading, reading, reading, { fillPercent: 'full' }],
      '[3].fillPercent: expected a number from -2 to 103, got "full"',
    ],
    [
      'a number too large to be one',
      { distanceMm: 1e9 },
      'distanceMm: expected a number of millimetres, got 1000000000',
    ],
    [
      'infinity',
      JSON.parse('{"fillPercent": 1e999}'),
      'fillPercent: expected a number from -2 to 103, got Infinity',
    ],
    [
      'an object for a number',
      { fillPercent: { value: 3 } },
      'fillPercent: expected a number from -2 to 103, got an object',
    ],
    [
      'a time without an offset',
      { at: '2026-05-05 12:00', fillPercent: 1 },
      'at: expected ISO 8601 with an offset (2026-05-05T10:45:00Z) or epoch milliseconds, got "2026-05-05 12:00"',
    ],
    [
      'a time that is no time, in an array',
      [reading, { at: true, fillPercent: 1 }],
      '[1].at: expected ISO 8601 with an offset (2026-05-05T10:45:00Z) or epoch milliseconds, got true',
    ],
    [
      'a negative counter',
      { fillPercent: 1, seq: -1 },
      'seq: expected a whole number from 0, got -1',
    ],
    [
      'two faults at once',
      { fillPercent: 'x', batteryPercent: [] },
      'fillPercent: expected a number from -2 to 103, got "x"; batteryPercent: expected a number from 0 to 100, got an array',
    ],
    ['a number for a reading', 42, 'expected a reading, a JSON object, got 42'],
    ['nothing for a reading', [null], '[0]: expected a reading, a JSON object, got null'],
    ['an array of arrays', [[]], '[0]: expected a reading, a JSON object, got an array'],
    [
      'fields of another vocabulary',
      { level: 80 },
      'expected fillPercent or distanceMm (or fault, or at least batteryPercent, batteryVolts, temperatureC or tiltDeg as a sign of life), got none of them',
    ],
    ['no readings at all', [], 'the array is empty: expected at least one reading'],
  ])('%s', (_, value, detail) => {
    expect(readNative(value)).toEqual({ kind: 'refused', reason: 'wrong-shape', detail })
  })

  test('a fault that is none of ours lists those that are', () => {
    expect(readNative({ fault: 'tired' })).toMatchObject({
      reason: 'wrong-shape',
      detail: expect.stringMatching(/^fault: expected one of no-echo, .*, got "tired"$/),
    })
  })

  test('more than a thousand readings in one message are too many', () => {
    expect(readNative(Array.from({ length: 1001 }, () => reading))).toEqual({
      kind: 'refused',
      reason: 'too-many',
      detail: 'expected at most 1000 readings in a message, got 1001; send several messages',
    })
    expect(readNative(Array.from({ length: 1000 }, () => reading)).kind).toBe('measured')
  })

  test('what is shown of a long text is short', () => {
    expect(show('x'.repeat(5000))).toBe(`"${'x'.repeat(40)}…"`)
  })
})
