import { expect, test } from 'vitest'
import { factText, gateDetailText } from '#src/wording/grounds-text.ts'

const words = { yes: 'ja', no: 'nej', missing: 'okänt' }

test.each([
  ['c.fill', 96.4, '96,4'],
  ['c.fill', null, 'okänt'],
  ['c.full', true, 'ja'],
  ['c.broken_staff', false, 'nej'],
  ['c.fill_age_min', 0, '0'],
  ['c.fill_age_min', 12, '12 min'],
  ['c.sensor_silent_min', 1440, '24 timmar'],
  ['c.sensor_silent_min', 4320, '3 dygn'],
  ['c.next_emptying_h', 30, '30 timmar'],
  ['c.p_full_24h', 0.834, '83\u00A0%'],
  ['t.weekday', 1, 'måndag'],
  ['c.fraction', '', '–'],
  ['c.fraction', 'paper', 'paper'],
] as const)('%s of %j reads “%s”', (name, value, text) => {
  expect(factText(name, value, words, 'sv')).toBe(text)
})

const gateWords = {
  gateDetails: { 'no data': 'inga färska uppgifter' },
  minutesLate: (n: string) => `${n} min sent`,
  minutesApart: (n: string) => `minst ${n} min emellan`,
  spent: (station: string, account: string) => `${station} och ${account}`,
}

test.each([
  ['125 min late', '125 min sent'],
  ['min_gap 3 min', 'minst 3 min emellan'],
  ['2/4, 12/30', '2/4 och 12/30'],
  ['no data', 'inga färska uppgifter'],
  ['21:00-07:00', '21:00-07:00'],
])('what a gate noted as “%s” reads “%s”', (detail, text) => {
  expect(gateDetailText(detail, gateWords)).toBe(text)
})
