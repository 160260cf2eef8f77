/** What a report did, in words; the whole way is in tests/api/reports.test.ts. */
import { LANGUAGES } from '#src/stations/fraction.ts'
import { expect, test } from 'vitest'
import type { Standing } from '#src/rules/contract.ts'
import { HOUR, instant, MINUTE, plus } from '#src/stations/time.ts'
import { explainReport, type ToldReport } from '#src/wording/report-text.ts'
import { parsePostKey } from '#src/stations/ids.ts'
import { containerId } from '#tests/support/town.ts'

const now = instant(Date.parse('2026-05-05T12:35:00Z'))
const paper = containerId('1490-901-paper-1')
const key = parsePostKey('000000000000000a')!

function standing(over: Partial<Standing> = {}, fact = 'c.full'): Standing {
  return {
    ruleId: 'full',
    ruleHash: 'a',
    audience: 'public',
    subject: paper,
    containerId: paper,
    state: 'idle',
    when: { value: false, clauses: [{ source: fact, value: false, facts: { [fact]: 1 } }] },
    gates: [],
    isScheduled: false,
    ...over,
  }
}

const told = (over: Partial<ToldReport> = {}): ToldReport => ({
  kind: 'full',
  did: 'counted',
  status: { containerId: paper, word: 'full' },
  standings: [standing()],
  now,
  timeZone: 'Europe/Stockholm',
  ...over,
})

const holds = { gate: 'silenced', answer: 'hold', until: plus(now, 3 * HOUR) } as const
const waiting = { kind: 'open', since: now, nextTryAt: plus(now, 10 * MINUTE) } as const

test.each<readonly [string, Partial<ToldReport>, string]>([
  [
    'two more are needed',
    { standings: [standing({ lacking: { reports: 2 } })] },
    'The station will post about it when two more people say the same.',
  ],
  [
    'one more, or the sensor, would do',
    { standings: [standing({ lacking: { reports: 1, fillPercent: 80 } })] },
    'when one more person says the same, or when the sensor shows it.',
  ],
  [
    'no three would do',
    { standings: [standing({ lacking: {} })] },
    'The station will not post about it yet, since something else speaks against it.',
  ],
  [
    'it has to last',
    { standings: [standing({ state: 'pending', movesOnAt: plus(now, 30 * MINUTE) })] },
    'The station will post about it in 30 minutes at the earliest, if it lasts.',
  ],
  [
    'nothing can be told just now',
    { standings: [standing({ state: 'pending' })] },
    'The station will post about it if it lasts.',
  ],
  [
    'a gate holds it longer',
    { standings: [standing({ state: 'active', waiting, gates: [holds] })] },
    'The station will post about it at 17:35 at the earliest, if it lasts.',
  ],
  [
    'it is due this minute',
    { standings: [standing({ state: 'active', waiting: { ...waiting, nextTryAt: now } })] },
    'in 1 minute at the earliest',
  ],
  [
    'it was told',
    { standings: [standing({ state: 'active', posted: { key, at: plus(now, -HOUR) } })] },
    'The station posted about it at 13:35.',
  ],
  [
    'it is known and not told',
    { standings: [standing({ state: 'active' })] },
    'That is known already.',
  ],
  ['the rules failed on it', { did: 'kept' }, 'Thank you! Your report has been kept.'],
  ['no rule asks for it', { kind: 'ice' }, 'The station doesn’t post about such things'],
])('told when %s', (_, over, sentence) => {
  expect(explainReport(told(over), 'en')).toContain(sentence)
})

test.each<readonly [Partial<ToldReport>, string]>([
  [
    { standings: [standing({ state: 'active', waiting, gates: [holds] })] },
    'Kierrätyspiste kirjoittaa siitä aikaisintaan klo 17.35, jos tilanne jatkuu.',
  ],
  [
    { standings: [standing({ state: 'active', posted: { key, at: plus(now, -7 * HOUR) } })] },
    'Kierrätyspiste kirjoitti siitä klo 7.35.',
  ],
  [
    {
      kind: 'has-room',
      standings: [standing({ state: 'active', posted: { key, at: plus(now, -7 * HOUR) } })],
    },
    'Kierrätyspiste kirjoitti klo 7.35, että astia on täynnä,',
  ],
])('the clock and the place in Finnish as in all Finnish text: %#', (over, sentence) => {
  expect(explainReport(told(over), 'fi')).toContain(sentence)
})

test('of several rules the one that has come furthest is told of, staff’s and forecasts never', () => {
  const standings = [
    standing({ ruleId: 'soon', state: 'active' }, 'c.p_full_24h'),
    standing({ audience: 'staff', state: 'active' }),
    standing({ lacking: { reports: 1 } }),
    standing({ state: 'pending', movesOnAt: plus(now, 5 * MINUTE) }),
  ]
  expect(explainReport(told({ standings }), 'en')).toContain('in 5 minutes at the earliest')
})

test.each(LANGUAGES)(
  '%s has words for whatever may be reported and whatever it did',
  (language) => {
    const states = [
      standing({ lacking: { reports: 1 } }),
      standing({ state: 'pending', movesOnAt: plus(now, MINUTE) }),
      standing({ state: 'active', posted: { key, at: now } }),
      standing({ state: 'clearing', posted: { key, at: now }, movesOnAt: plus(now, MINUTE) }),
    ]
    for (const kind of ['full', 'has-room', 'litter', 'broken', 'ice'] as const) {
      for (const did of ['counted', 'repeat', 'kept'] as const) {
        for (const word of ['full', 'has-room', 'nearly-full', 'unknown'] as const) {
          for (const state of states) {
            const text = explainReport(
              told({ kind, did, status: { containerId: paper, word }, standings: [state] }),
              language,
            )
            expect(text).toMatch(/^(?:Tack|Thank you|Kiitos)!/)
            expect(text).not.toMatch(/undefined|null|NaN|\s\s|\.\./)
          }
        }
      }
    }
  },
)
