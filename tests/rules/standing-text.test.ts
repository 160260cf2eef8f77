import { LANGUAGES } from '#src/stations/fraction.ts'
import { describe, expect, test } from 'vitest'

import { ACCOUNT } from '#src/rules/record.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { explainStanding } from '#src/wording/standing-text.ts'
import { castTown, stationId } from '#tests/support/town.ts'
import { HOUR, MINUTE, after, box, createPlay, levels, local, same } from './scenario.ts'
import type { Cue } from './scenario.ts'

const town = indexTown(castTown)
const ten = local('2026-05-05T10:00')
const later = (ms: number) => after(ten, ms)
const paper = '901-paper-1'

const report = (kind: 'full' | 'litter' | 'broken', who: string, at: EpochMs): Cue => ({
  at,
  report: kind,
  of: paper,
  who,
})

/** What is answered to "why not?" at an instant, of a rule for Ekudden or its paper. */
function answers(rule: string, cues: readonly Cue[], at: EpochMs): readonly string[] {
  const play = createPlay()
  play.goOn(
    cues.filter((cue) => cue.at <= at),
    at,
  )
  const standings = [box(paper), stationId('1490-901'), ACCOUNT] as const
  const all = standings.flatMap((subject) => play.engine.standing(subject, at))
  const standing = all.find(({ ruleId }) => ruleId === rule)!
  return LANGUAGES.map((language) => explainStanding(standing, town, language, at))
}

describe('why nothing is said', () => {
  const rows: readonly (readonly [string, string, readonly Cue[], EpochMs, readonly string[]])[] = [
    [
      'there is room',
      'full',
      levels(paper, ten, HOUR, [62]),
      later(MINUTE),
      [
        'Inget skrivs: givaren visar 62 %; det krävs 85 % eller två besökares rapporter.',
        'Nothing is posted: the sensor shows 62%; it takes 85% or reports from two visitors.',
        'Mitään ei julkaista: anturi näyttää 62 %; tarvitaan 85 % tai kahden kävijän ilmoitus.',
      ],
    ],
    [
      'one resident is not enough against a low sensor',
      'full',
      [...levels(paper, ten, HOUR, [62]), report('full', 'a', later(MINUTE))],
      later(2 * MINUTE),
      [
        'Inget skrivs: en besökare har rapporterat fullt (10:01) medan givaren visar 62 %; det krävs 78 % eller en besökares rapport till.',
        'Nothing is posted: one visitor has reported it full (10:01) while the sensor shows 62%; it takes 78% or a report from one more visitor.',
        'Mitään ei julkaista: yksi kävijä on ilmoittanut sen olevan täynnä (klo 10.01), vaikka anturi näyttää 62 %; tarvitaan 78 % tai vielä yhden kävijän ilmoitus.',
      ],
    ],
    [
      'nothing is known',
      'full',
      [],
      ten,
      [
        'Inget skrivs: det finns inga färska uppgifter.',
        'Nothing is posted: there is no recent information.',
        'Mitään ei julkaista: tuoreita tietoja ei ole.',
      ],
    ],
    [
      'nobody has forecast anything',
      'full_soon',
      levels(paper, ten, HOUR, [62]),
      later(MINUTE),
      [
        'Inget skrivs: det finns ingen färsk prognos.',
        'Nothing is posted: there is no recent forecast.',
        'Mitään ei julkaista: tuoretta ennustetta ei ole.',
      ],
    ],
    [
      'the forecast is not grave enough',
      'full_soon',
      [
        ...levels(paper, ten, HOUR, [62]),
        {
          at: ten,
          told: {
            type: 'forecast',
            containerId: box(paper),
            fullWithin24h: 0.45,
            model: 'trend 1',
          },
        },
      ],
      later(MINUTE),
      [
        'Inget skrivs: prognosen säger 45 % risk att den blir full inom ett dygn; det krävs 80 %.',
        'Nothing is posted: the forecast puts the risk that it will be full within a day at 45%; it takes 80%.',
        'Mitään ei julkaista: ennusteen mukaan se täyttyy vuorokauden kuluessa 45 prosentin todennäköisyydellä; tarvitaan 80 %.',
      ],
    ],
    [
      'one voice of litter',
      'littered',
      [report('litter', 'a', ten)],
      later(MINUTE),
      [
        'Inget skrivs: en besökare har anmält skräp; det krävs två.',
        'Nothing is posted: one visitor has reported litter; it takes two.',
        'Mitään ei julkaista: yksi kävijä on ilmoittanut roskaisuudesta; tarvitaan kaksi.',
      ],
    ],
    [
      'nobody speaks of litter',
      'littered',
      [],
      ten,
      [
        'Inget skrivs: ingen besökare har anmält skräp; det krävs två.',
        'Nothing is posted: no visitor has reported litter; it takes two.',
        'Mitään ei julkaista: yksikään kävijä ei ole ilmoittanut roskaisuudesta; tarvitaan kaksi.',
      ],
    ],
    [
      'few are full',
      'station_nearly_all_full',
      ['901-paper-1', '901-plastic-1', '901-clear-glass-1'].flatMap((of, i) =>
        levels(of, ten, HOUR, [i === 0 ? 95 : 30]),
      ),
      later(MINUTE),
      [
        'Inget skrivs: 1 av 3 behållare är full.',
        'Nothing is posted: 1 of 3 containers is full.',
        'Mitään ei julkaista: 3 astiasta 1 on täynnä.',
      ],
    ],
    [
      'it has not lasted long enough',
      'full',
      levels(paper, ten, 10 * MINUTE, same(92, 2)),
      later(15 * MINUTE),
      [
        'Gäller sedan 10:00: givaren visar 92 %. Skrivs om det håller i sig till 10:30.',
        'True since 10:00: the sensor shows 92%. It is posted if it lasts until 10:30.',
        'Voimassa klo 10.00 alkaen: anturi näyttää 92 %. Julkaistaan, jos tilanne jatkuu klo 10.30 asti.',
      ],
    ],
    [
      'it will have lasted long enough in the night',
      'full',
      levels(paper, local('2026-05-05T20:50'), 10 * MINUTE, same(92, 2)),
      local('2026-05-05T21:05'),
      [
        'Gäller sedan 20:50: givaren visar 92 %. Skrivs om det håller i sig till 21:20, dock tidigast 07:00: tysta timmar.',
        'True since 20:50: the sensor shows 92%. It is posted if it lasts until 21:20, but not before 07:00: quiet hours.',
        'Voimassa klo 20.50 alkaen: anturi näyttää 92 %. Julkaistaan, jos tilanne jatkuu klo 21.20 asti, mutta aikaisintaan klo 7.00: hiljaiset tunnit.',
      ],
    ],
    [
      'it waits for company',
      'full',
      levels(paper, ten, 10 * MINUTE, same(92, 4)),
      later(35 * MINUTE),
      [
        'Skrivs 10:45, om det fortfarande gäller då: givaren visar 92 %.',
        'Posted at 10:45, if it is still so then: the sensor shows 92%.',
        'Julkaistaan klo 10.45, jos tilanne on silloin yhä sama: anturi näyttää 92 %.',
      ],
    ],
    [
      'a truck is on its way',
      'full',
      [
        {
          at: ten,
          told: {
            type: 'truck',
            stationId: stationId('1490-901'),
            state: 'en-route',
            etaAt: later(70 * MINUTE),
          },
        },
        ...levels(paper, ten, 10 * MINUTE, same(92, 6)),
      ],
      later(50 * MINUTE),
      [
        'Väntar till 11:05: en bil är på väg.',
        'Waiting until 11:05: a truck is on its way.',
        'Odottaa klo 11.05 asti: auto on tulossa.',
      ],
    ],
    [
      'it was said already',
      'full',
      levels(paper, ten, 10 * MINUTE, [...same(92, 6), 80]),
      later(65 * MINUTE),
      [
        'Skrevs 10:45 och gäller fortfarande: givaren visar 80 %.',
        'Posted at 10:45, and still so: the sensor shows 80%.',
        'Julkaistiin klo 10.45, ja tilanne on yhä sama: anturi näyttää 80 %.',
      ],
    ],
    [
      'it seems to be over',
      'full',
      levels(paper, ten, 10 * MINUTE, [...same(92, 6), 20]),
      later(65 * MINUTE),
      [
        'Ser ut att vara över; det räknas om det håller i sig till 11:20.',
        'Seems to be over; it counts if it lasts until 11:20.',
        'Tilanne näyttää menneen ohi. Se katsotaan päättyneeksi, jos se pysyy niin klo 11.20 asti.',
      ],
    ],
    [
      'it is told once a week',
      'weekly_digest',
      levels(paper, ten, HOUR, [40]),
      later(HOUR),
      [
        'Prövas nästa gång 11 maj 08:00.',
        'Looked at next at 11 May 08:00.',
        'Tarkistetaan seuraavan kerran 11.5. klo 8.00.',
      ],
    ],
    [
      'the sensor speaks',
      'sensor_silent',
      levels(paper, ten, HOUR, [40]),
      later(HOUR),
      [
        'Inget skrivs: givaren hördes senast för 1 timme sedan.',
        'Nothing is posted: the sensor was last heard of 1 hour ago.',
        'Mitään ei julkaista: anturista kuultiin viimeksi 1 tunti sitten.',
      ],
    ],
  ]
  test.each(rows)('%s', (_, rule, cues, at, sentences) => {
    expect(answers(rule, cues, at)).toEqual(sentences)
  })
})
