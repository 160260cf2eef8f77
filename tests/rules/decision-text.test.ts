import { describe, expect, test } from 'vitest'

import { DECISION_REASONS, GATES } from '#src/rules/decision.ts'
import type { Decision } from '#src/rules/decision.ts'
import { LANGUAGES } from '#src/stations/fraction.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { explainDecision } from '#src/wording/decision-text.ts'
import { castTown } from '#tests/support/town.ts'
import { HOUR, MINUTE, after, levels, local, play, same } from './scenario.ts'
import type { Cue } from './scenario.ts'

const town = indexTown(castTown)
const paper = '901-paper-1'
const noon = local('2026-05-05T12:00')

function told(cues: readonly Cue[], untilMs: number, because: string): readonly string[] {
  const { decisions } = play(cues, after(cues[0]!.at, untilMs))
  const found = decisions.find((decision) => decision.because === because)!
  return LANGUAGES.map((language) => explainDecision(found, town, language))
}

describe('what people read', () => {
  test('a post because of the sensor', () => {
    expect(told(levels(paper, noon, 10 * MINUTE, same(92, 6)), HOUR, 'posted')).toEqual([
      'Skrevs 12:45 eftersom givaren visar 92 % och det hållit i sig i 45 minuter.',
      'Posted at 12:45 because the sensor shows 92% and it had lasted for 45 minutes.',
    ])
  })

  test('a post because of two residents', () => {
    const cues: readonly Cue[] = [
      ...levels(paper, noon, 10 * MINUTE, same(55, 12)),
      { at: after(noon, 2 * MINUTE), report: 'full', of: paper, who: 'a' },
      { at: after(noon, 5 * MINUTE), report: 'full', of: paper, who: 'b' },
    ]
    expect(told(cues, HOUR, 'posted')).toEqual([
      'Skrevs 12:50 eftersom två boende har rapporterat fullt (12:02, 12:05) medan givaren visar 55 % och det hållit i sig i 45 minuter.',
      'Posted at 12:50 because two residents have reported it full (12:02, 12:05) while the sensor shows 55% and it had lasted for 45 minutes.',
    ])
  })

  test('a post about a station', () => {
    const cues = ['901-paper-1', '901-plastic-1', '901-clear-glass-1'].flatMap((of) =>
      levels(of, noon, 10 * MINUTE, same(96, 6)),
    )
    const { decisions } = play(cues, after(noon, HOUR))
    const posted = decisions.find((decision) => decision.because === 'posted')!
    expect(explainDecision(posted, town, 'sv')).toBe(
      'Skrevs 12:45 eftersom 3 av 3 kärl är fulla och det hållit i sig i 45 minuter.',
    )
    const absorbed = decisions.find((decision) => decision.because === 'absorbed')!
    expect(absorbed.postKey).toBe(posted.postKey)
    expect(explainDecision(absorbed, town, 'en')).toBe(
      'Not posted by itself: a post about the whole station says it already.',
    )
  })

  test('a wait for the morning', () => {
    const cues = levels(paper, local('2026-05-05T22:00'), HOUR, same(95, 3))
    expect(told(cues, 3 * HOUR, 'gate-held')).toEqual([
      'Väntar till 07:00: tysta timmar.',
      'Waiting until 07:00: quiet hours.',
    ])
  })

  test('a lid that was open for twenty minutes', () => {
    const cues = levels(paper, noon, 10 * MINUTE, [92, 92, 40])
    expect(told(cues, HOUR, 'reset-before-for')).toEqual([
      'Skrevs inte: det gick över efter 20 minuter, innan det hållit i sig tillräckligt länge.',
      'Not posted: it was over after 20 minutes, before it had lasted long enough.',
    ])
  })

  test('room again before the post went out', () => {
    const cues = levels(paper, local('2026-05-05T22:00'), HOUR, [95, 95, 95, 20, 20, 20])
    expect(told(cues, 6 * HOUR, 'resolved-while-waiting')).toEqual([
      'Skrevs inte: det fanns plats igen innan inlägget gick ut.',
      'Not posted: there was room again before the post went out.',
    ])
  })

  test('a silent sensor', () => {
    const cues: readonly Cue[] = [{ at: noon, fill: 40, of: paper }]
    expect(told(cues, 20 * HOUR, 'posted')).toEqual([
      'Skrevs 02:15 eftersom givaren hördes senast för 14 timmar sedan och det hållit i sig i 2 timmar och 15 minuter.',
      'Posted at 02:15 because the sensor was last heard of 14 hours ago and it had lasted for 2 hours and 15 minutes.',
    ])
  })

  test('a cooldown of a week names the day', () => {
    const decision: Decision = {
      ...play(levels(paper, noon, 10 * MINUTE, same(92, 6)), after(noon, HOUR)).decisions[0]!,
      because: 'gate-held',
      gates: [{ gate: 'cooldown', answer: 'hold', until: after(noon, 7 * 24 * HOUR) }],
    }
    expect(explainDecision(decision, town, 'sv')).toBe(
      'Väntar till 12 maj 12:00: det skrevs nyligen om samma sak.',
    )
  })
})

describe('every reason and gate has a sentence', () => {
  const [sample] = play(levels(paper, noon, 10 * MINUTE, same(92, 2)), after(noon, HOUR)).decisions
  const everything = DECISION_REASONS.flatMap((because) =>
    because.startsWith('gate-')
      ? GATES.map((gate): Decision => {
          const answer = because === 'gate-held' ? 'hold' : 'drop'
          return { ...sample!, because, gates: [{ gate, answer, until: after(noon, HOUR) }] }
        })
      : [{ ...sample!, because }],
  )
  test.each(LANGUAGES)('in %s, whole and without holes', (language) => {
    const sentences = everything.map((decision) => explainDecision(decision, town, language))
    for (const sentence of sentences) {
      expect(sentence).toMatch(/^[A-ZÅÄÖ][^\n]*[^ ,;:]\.$/)
      expect(sentence).not.toMatch(/undefined|null|NaN|\s{2}/)
    }
    expect(new Set(sentences).size).toBe(sentences.length)
  })
})
