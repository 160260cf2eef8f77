import { LANGUAGES } from '#src/stations/fraction.ts'
import { describe, expect, test } from 'vitest'

import { DECISION_REASONS, GATES } from '#src/rules/decision.ts'
import type { Clause, Decision } from '#src/rules/decision.ts'
import { FACTS } from '#src/rules/facts.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { explainDecision } from '#src/wording/decision-text.ts'
import { groundsOf, tellerOf } from '#src/wording/grounds.ts'
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
      'Julkaistiin klo 12.45, koska anturi näyttää 92 % ja tilanne oli jatkunut 45 minuuttia.',
    ])
  })

  test('a post because of two residents', () => {
    const cues: readonly Cue[] = [
      ...levels(paper, noon, 10 * MINUTE, same(55, 12)),
      { at: after(noon, 2 * MINUTE), report: 'full', of: paper, who: 'a' },
      { at: after(noon, 5 * MINUTE), report: 'full', of: paper, who: 'b' },
    ]
    expect(told(cues, HOUR, 'posted')).toEqual([
      'Skrevs 12:50 eftersom två besökare har rapporterat fullt (12:02, 12:05) medan givaren visar 55 % och det hållit i sig i 45 minuter.',
      'Posted at 12:50 because two visitors have reported it full (12:02, 12:05) while the sensor shows 55% and it had lasted for 45 minutes.',
      'Julkaistiin klo 12.50, koska kaksi kävijää on ilmoittanut sen olevan täynnä (klo 12.02, klo 12.05), vaikka anturi näyttää 55 % ja tilanne oli jatkunut 45 minuuttia.',
    ])
  })

  test('a post about a station', () => {
    const cues = ['901-paper-1', '901-plastic-1', '901-clear-glass-1'].flatMap((of) =>
      levels(of, noon, 10 * MINUTE, same(96, 6)),
    )
    const { decisions } = play(cues, after(noon, HOUR))
    const posted = decisions.find((decision) => decision.because === 'posted')!
    expect(explainDecision(posted, town, 'sv')).toBe(
      'Skrevs 12:45 eftersom 3 av 3 behållare är fulla och det hållit i sig i 45 minuter.',
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
      'Odottaa klo 7.00 asti: hiljaiset tunnit.',
    ])
  })

  test('a lid that was open for twenty minutes', () => {
    const cues = levels(paper, noon, 10 * MINUTE, [92, 92, 40])
    expect(told(cues, HOUR, 'reset-before-for')).toEqual([
      'Skrevs inte: det gick över efter 20 minuter, innan det hållit i sig tillräckligt länge.',
      'Not posted: it was over after 20 minutes, before it had lasted long enough.',
      'Ei julkaistu: tilanne kesti vain 20 minuuttia, mikä ei riitä.',
    ])
  })

  test('room again before the post went out', () => {
    const cues = levels(paper, local('2026-05-05T22:00'), HOUR, [95, 95, 95, 20, 20, 20])
    expect(told(cues, 6 * HOUR, 'resolved-while-waiting')).toEqual([
      'Skrevs inte: det fanns plats igen innan inlägget gick ut.',
      'Not posted: there was room again before the post went out.',
      'Ei julkaistu: tilaa oli taas ennen viestin lähtöä.',
    ])
  })

  test('a silent sensor', () => {
    const cues: readonly Cue[] = [{ at: noon, fill: 40, of: paper }]
    expect(told(cues, 20 * HOUR, 'posted')).toEqual([
      'Skrevs 02:15 eftersom givaren hördes senast för 14 timmar sedan och det hållit i sig i 2 timmar och 15 minuter.',
      'Posted at 02:15 because the sensor was last heard of 14 hours ago and it had lasted for 2 hours and 15 minutes.',
      'Julkaistiin klo 2.15, koska anturista kuultiin viimeksi 14 tuntia sitten ja tilanne oli jatkunut 2 tuntia ja 15 minuuttia.',
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

/** A clause that reads one fact. */
const clause = (
  name: string,
  value: Clause['facts'][string],
  truth: Clause['value'] = true,
): Clause => ({
  source: name,
  value: truth,
  facts: { [name]: value },
})

const [sample] = play(levels(paper, noon, 10 * MINUTE, same(92, 2)), after(noon, HOUR)).decisions

/** What is said of a post that rests on these clauses and on nothing else. */
function postedFor(...clauses: readonly Clause[]): readonly string[] {
  const { evidence: _, ...rest } = sample!
  const decision: Decision = {
    ...rest,
    to: 'active',
    because: 'posted',
    heldMs: 15 * MINUTE,
    clauses,
  }
  return LANGUAGES.map((language) => explainDecision(decision, town, language))
}

describe('what rules other than "full" rest on', () => {
  test.each<[string, readonly Clause[], readonly string[]]>([
    [
      'litter, by two visitors and no staff',
      [clause('s.litter_reports_4h', 2), clause('s.litter_staff_4h', 0, false)],
      [
        'Skrevs 12:00 eftersom två besökare har anmält skräp.',
        'Posted at 12:00 because two visitors have reported litter.',
        'Julkaistiin klo 12.00, koska kaksi kävijää on ilmoittanut roskaisuudesta.',
      ],
    ],
    [
      'broken, by the staff',
      [clause('c.broken_reports_24h', 1, false), clause('c.broken_staff', true)],
      [
        'Skrevs 12:00 eftersom personalen säger att den är trasig.',
        'Posted at 12:00 because the staff say that it is broken.',
        'Julkaistiin klo 12.00, koska henkilökunnan mukaan se on rikki.',
      ],
    ],
    [
      'a forecast and a plan, while it isn’t full',
      [
        clause('c.p_full_24h', 0.85),
        clause('c.next_emptying_h', 44),
        { source: '!c.full', value: true, facts: { 'c.full': false } },
      ],
      [
        'Skrevs 12:00 eftersom prognosen säger 85 % risk att den blir full inom ett dygn och den töms om 44 timmar.',
        'Posted at 12:00 because the forecast puts the risk that it will be full within a day at 85% and it will be emptied in 44 hours.',
        'Julkaistiin klo 12.00, koska ennusteen mukaan se täyttyy vuorokauden kuluessa 85 prosentin todennäköisyydellä ja se tyhjennetään 44 tunnin kuluttua.',
      ],
    ],
    [
      'the bike',
      [
        clause('bike.started', true),
        clause('bike.first_stop_min', 35),
        clause('bike.free_slots', 1),
      ],
      [
        'Skrevs 12:00 eftersom returcykeln är ute, det första stoppet är om 35 minuter och det finns plats för en hämtning till.',
        'Posted at 12:00 because the collection bike is out, the first stop is in 35 minutes and there is room for one more pickup.',
        'Julkaistiin klo 12.00, koska noutopyörä on liikkeellä, ensimmäinen pysähdys on 35 minuutin kuluttua ja kierrokselle mahtuu vielä yksi nouto.',
      ],
    ],
    [
      'the week',
      [clause('a.stations_full_last_7d', 3)],
      [
        'Skrevs 12:00 eftersom tre stationer har haft något fullt de senaste sju dagarna.',
        'Posted at 12:00 because three stations have had something full in the last seven days.',
        'Julkaistiin klo 12.00, koska jotakin on ollut täynnä 3 kierrätyspisteessä seitsemän viime päivän aikana.',
      ],
    ],
    [
      'an emptying that did not come, by a truck that passed by',
      [clause('c.emptying_overdue_h', 25), clause('c.passed_today', true)],
      [
        'Skrevs 12:00 eftersom tömningen är 25 timmar försenad och en bil har varit här i dag utan att tömma den.',
        'Posted at 12:00 because its emptying is 25 hours overdue and a truck was here today and did not empty it.',
        'Julkaistiin klo 12.00, koska tyhjennys on 25 tuntia myöhässä ja auto kävi tänään tyhjentämättä sitä.',
      ],
    ],
    [
      'nothing that there are words for',
      [clause('c.fraction', 'paper')],
      [
        'Skrevs 12:00 eftersom regelns villkor är uppfyllt.',
        "Posted at 12:00 because the rule's condition is met.",
        'Julkaistiin klo 12.00, koska säännön ehto täyttyy.',
      ],
    ],
  ])('%s', (_, clauses, sentences) => {
    expect(postedFor(...clauses)).toEqual(sentences)
  })

  test('litter that is gone was over, but there was no "room again"', () => {
    const decision: Decision = {
      ...sample!,
      because: 'resolved-while-waiting',
      condition: 'clear',
      clauses: [clause('s.cleaned_since_last_litter', true)],
    }
    expect(LANGUAGES.map((l) => explainDecision(decision, town, l))).toEqual([
      'Skrevs inte: det var över innan inlägget gick ut.',
      'Not posted: it was over before the post went out.',
      'Ei julkaistu: tilanne oli ohi ennen viestin lähtöä.',
    ])
  })

  test('a rule without a condition for its end is over because its own is no longer true', () => {
    const decision: Decision = {
      ...sample!,
      because: 'cleared',
      condition: 'when',
      clauses: [
        clause('bike.started', true),
        clause('bike.first_stop_min', 0),
        clause('bike.free_slots', 0, false),
      ],
    }
    expect(explainDecision(decision, town, 'sv')).toBe('Är över sedan 12:00: turen är fullbokad.')
  })

  test('a Monday without a post says why', () => {
    const { decisions } = play(
      levels(paper, noon, 10 * MINUTE, same(40, 3)),
      local('2026-05-11T09:00'),
    )
    const silent = decisions.find(({ because }) => because === 'schedule-not-true')!
    expect(LANGUAGES.map((l) => explainDecision(silent, town, l))).toEqual([
      'Skrevs inte 08:00: ingen station har haft något fullt de senaste sju dagarna.',
      'Not posted at 08:00: no station has had anything full in the last seven days.',
      'Ei julkaistu klo 8.00: missään kierrätyspisteessä ei ole ollut mitään täynnä seitsemään päivään.',
    ])
  })

  test('the staff are named as such, and nobody is named at all', () => {
    const cues: readonly Cue[] = [
      { at: noon, report: 'full', of: paper, who: 'Kim-the-driver', by: 'staff' },
    ]
    expect(told(cues, HOUR, 'posted')).toEqual([
      'Skrevs 12:45 eftersom personalen har rapporterat fullt (12:00) och det hållit i sig i 45 minuter.',
      'Posted at 12:45 because the staff have reported it full (12:00) and it had lasted for 45 minutes.',
      'Julkaistiin klo 12.45, koska henkilökunta on ilmoittanut sen olevan täynnä (klo 12.00) ja tilanne oli jatkunut 45 minuuttia.',
    ])
  })
})

/** Words that only another language has. */
const FOREIGN = {
  sv: /\b(the|and|is|was|has|because|posted|ja|on|ei|koska)\b/i,
  en: /[åäö]|\b(och|är|inte|eftersom|koska|ei)\b/i,
  fi: /å|\b(the|and|is|was|are|has|have|because|posted|until|waiting|report|sensor|full|room|och|är|inte|eftersom|skrevs)\b/i,
}
const WHOLE = /^[A-ZÅÄÖ][^\n]*[^ ,;:.]\.$/
const HOLES = /undefined|null|NaN|\[object|\s{2}| [.,;:]|\(\)/

describe('every fact has words', () => {
  const named = new Set(['c.id', 'c.fraction', 's.id', 'a.id'])
  const facts = FACTS.filter(({ name }) => !named.has(name))
  const teller = LANGUAGES.map((l) => [l, tellerOf(l, noon, 'Europe/Stockholm')] as const)
  test.each(facts.map((fact) => [fact.name, fact] as const))('%s', (name, fact) => {
    const values =
      fact.type === 'bool'
        ? [true, false]
        : fact.type === 'string'
          ? ['', 'tilted']
          : name === 't.weekday'
            ? [1, 7]
            : [0, 1, 2, 7]
    for (const [language, t] of teller) {
      for (const truth of [true, false]) {
        const texts = values.map((value) =>
          groundsOf([clause(name, value, truth)], truth, undefined, t),
        )
        for (const text of texts) {
          expect(text).toMatch(/^\S.*\S$/)
          expect(text).not.toMatch(HOLES)
          expect(text, language).not.toMatch(FOREIGN[language])
        }
        const hasOwn =
          !name.startsWith('c.fu') &&
          !name.startsWith('c.ev') &&
          !name.startsWith('c.room') &&
          !name.endsWith('fill_age_min') &&
          name !== 's.containers'
        if (hasOwn) expect(texts).not.toContain(t.say.condition[truth ? 0 : 1])
      }
    }
  })
})

describe('every reason and gate has a sentence', () => {
  const settings: readonly Partial<Decision>[] = [
    {},
    { clauses: [], gates: [] },
    { clauses: [clause('s.litter_reports_4h', 2)], heldMs: 15 * MINUTE },
    { clauses: [clause('s.full', 3), clause('s.containers', 3)], heldMs: 26 * HOUR },
    { clauses: [clause('c.fill', null, 'unknown')], heldMs: 30 },
  ]
  const details = [undefined, 'no data', 'truck', '4/4, 12/90', 'min_gap 3 min']
  const everything = (setting: Partial<Decision>) =>
    DECISION_REASONS.flatMap((because): readonly Decision[] => {
      const decision = { ...sample!, ...setting, because }
      if (!because.startsWith('gate-')) return [decision]
      const answer = because === 'gate-held' ? 'hold' : 'drop'
      return GATES.flatMap((gate) =>
        details.flatMap((detail) =>
          [after(noon, HOUR), after(noon, 100 * HOUR), undefined].map((until) => {
            const gates = [
              { gate, answer, ...(detail && { detail }), ...(until && { until }) } as const,
            ]
            return { ...decision, gates }
          }),
        ),
      )
    })
  test.each(LANGUAGES)('in %s, whole and without holes', (language) => {
    for (const setting of settings) {
      for (const decision of everything(setting)) {
        const sentence = explainDecision(decision, town, language)
        expect(sentence).toMatch(WHOLE)
        expect(sentence).not.toMatch(HOLES)
        expect(sentence).not.toMatch(FOREIGN[language])
      }
    }
  })

  test.each(LANGUAGES)('in %s, each its own', (language) => {
    const sentences = DECISION_REASONS.flatMap((because) =>
      because.startsWith('gate-')
        ? GATES.map((gate): Decision => {
            const answer = because === 'gate-held' ? 'hold' : 'drop'
            return { ...sample!, because, gates: [{ gate, answer, until: after(noon, HOUR) }] }
          })
        : [{ ...sample!, because }],
    ).map((decision) => explainDecision(decision, town, language))
    expect(new Set(sentences).size).toBe(sentences.length)
  })
})
