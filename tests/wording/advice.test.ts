/** What staff are told to do about sensors and accounts. */
import { expect, test } from 'vitest'
import type { Alarm } from '#src/quality/health.ts'
import { HOUR, instant } from '#src/stations/time.ts'
import { accountAdvice } from '#src/wording/account-advice.ts'
import { alarmName, sensorAdvice } from '#src/wording/sensor-advice.ts'

const since = instant(0)

test.each<[Alarm, string, string]>([
  [
    { kind: 'silent', since, lastAt: since, usualIntervalMs: HOUR },
    'Har inte hörts av på tre av sina vanliga intervall om 60 minuter: se efter ström, antenn och täckning.',
    'Not heard from for three of its usual intervals of 60 minutes: look for power, antenna and coverage.',
  ],
  [
    { kind: 'low-battery', since, batteryVolts: 2.9 },
    'Batteriet är svagt (2,9 V): byt det vid nästa besök.',
    'Its battery is low (2.9 V): change it with the next visit.',
  ],
  [
    { kind: 'low-battery', since },
    'Batteriet är svagt: byt det vid nästa besök.',
    'Its battery is low: change it with the next visit.',
  ],
  [
    { kind: 'moved', since, because: 'picked-up' },
    'Den lyftes, och ingen tömning förklarar det: se efter att behållaren står där den ska.',
    'It was lifted, and no emptying explains it: see whether the container stands where it should.',
  ],
  [
    { kind: 'fire', since, because: 'steep-rise', temperatureC: 58 },
    'Det är 58 °C i behållaren och har stigit fort: ring 112 om du är osäker, och se sedan efter.',
    'It is 58 °C in there, risen steeply: call 112 if in doubt, then have a look.',
  ],
  [
    { kind: 'phantom', since, levelPercent: 60, distanceMm: 424, hits: 9 },
    'Falskt eko vid 42 cm: vrid eller flytta givaren.',
    'False echo at 42 cm: turn or move the sensor.',
  ],
  [
    { kind: 'disagreement', since, sensors: ['a', 'b'], differencePercent: 33.4 },
    'a och b skiljer sig med 33 procentenheter: avfallet ligger ojämnt, eller så mäter en av dem fel.',
    'a and b differ by 33 points: the waste lies unevenly, or one of them is wrong.',
  ],
])('staff are told what to do about %j', (alarm, sv, en) => {
  expect([sensorAdvice(alarm, 'sv'), sensorAdvice(alarm, 'en')]).toEqual([sv, en])
})

test('an alarm has a name in both languages', () => {
  expect([alarmName('low-battery', 'sv'), alarmName('low-battery', 'en')]).toEqual([
    'Svagt batteri',
    'Low battery',
  ])
})

test('of a paused account staff are told what the pause is for', () => {
  const alarm = { kind: 'paused', because: 'no-credits' } as const
  expect(accountAdvice(alarm, 'sv')).toContain('fyll på kontot')
  expect(accountAdvice(alarm, 'en')).toContain('fill up its account')
  expect(accountAdvice({ kind: 'paused' }, 'en')).toContain('resume it')
  expect(accountAdvice({ kind: 'stalled' }, 'sv')).toContain('starta om tjänsten')
})
