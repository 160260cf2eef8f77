/** The rules of Borås, each from what people and systems tell to the words that residents read. */
import { describe, expect, test } from 'vitest'

import { parseAreaId } from '#src/stations/ids.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { wordPost } from '#src/wording/post-text.ts'
import { castTown, stationId } from '#tests/support/town.ts'
import {
  HOUR,
  MINUTE,
  after,
  box,
  clock,
  levels,
  local,
  play,
  same,
  tellDecision,
} from './scenario.ts'
import type { Cue } from './scenario.ts'

const norrby = parseAreaId('norrby')!
const town = {
  ...castTown,
  operator: { name: 'Provstads kommun' },
  areas: [{ id: norrby, name: 'Norrby' }],
  stations: castTown.stations.map((station) => ({ ...station, areaId: norrby })),
}
const ten = local('2026-05-05T10:00')
const later = (ms: number) => after(ten, ms)
const paper = '901-paper-1'
const ekudden = stationId('1490-901')
const day = 24 * HOUR

const by = (who: string, report: 'litter' | 'broken' | 'ice', minutes: number): Cue => ({
  at: later(minutes * MINUTE),
  report,
  of: paper,
  who,
})
const byStaff = (report: 'litter' | 'cleaned' | 'broken' | 'repaired', minutes: number): Cue => ({
  at: later(minutes * MINUTE),
  report,
  of: paper,
  who: 'staff',
  by: 'staff',
})

/** `05-05 10:20 Det är skräpigt …` */
function told(cues: readonly Cue[], until: Parameters<typeof play>[1]): readonly string[] {
  const { posts } = play(cues, until, { town })
  return posts
    .filter(({ audience }) => audience === 'public')
    .map((post) => `${clock(post.at)} ${wordPost(post, indexTown(town)).sv}`)
}

describe('Borås speaks', () => {
  test('of litter when two residents have, and of its end when somebody has cleaned', () => {
    const cues = [by('a', 'litter', 0), by('b', 'litter', 5), byStaff('cleaned', 120)]
    expect(told(cues, later(day))).toEqual([
      '05-05 10:20 Det är skräpigt på Ekudden, anmält 10:05.',
      '05-05 12:15 Nu är det städat på Ekudden, klockan 12:15.',
    ])
  })

  test('of litter at the word of one of the staff, but not of one resident', () => {
    expect(told([by('a', 'litter', 0), by('a', 'litter', 150)], later(day))).toEqual([])
    expect(told([byStaff('litter', 0)], later(day))).toEqual([
      '05-05 10:15 Det är skräpigt på Ekudden, anmält 10:00.',
    ])
  })

  test('no more of litter that nobody has mentioned for a day: it neither stays nor is cleaned', () => {
    const cues = [by('a', 'litter', 0), by('b', 'litter', 5)]
    const again = [by('c', 'litter', 48 * 60), by('d', 'litter', 48 * 60 + 5)]
    const { decisions } = play(cues, later(2 * day), { town })
    expect(decisions.slice(-2).map(tellDecision)).toEqual([
      '05-06 10:05 littered 901 active→active waiting-for-data',
      '05-06 16:05 littered 901 active→idle no-data-closed',
    ])
    expect(told([...cues, ...again], later(3 * day))).toEqual([
      '05-05 10:20 Det är skräpigt på Ekudden, anmält 10:05.',
      '05-07 10:20 Det är skräpigt på Ekudden, anmält 10:05.',
    ])
  })

  test('of what is broken, where else there is room, and of its repair', () => {
    const cues = [
      ...levels(paper, ten, HOUR, same(30, 8)),
      ...levels('902-paper-1', ten, HOUR, same(20, 8)),
      by('a', 'broken', 0),
      by('b', 'broken', 10),
      byStaff('repaired', 300),
    ]
    expect(told(cues, later(day))).toEqual([
      '05-05 10:25 Ekudden: behållaren för pappersförpackningar är trasig, anmält 10:10. Närmast med plats: Hamnen, 600 m.',
      '05-05 15:15 Ekudden: behållaren för pappersförpackningar är lagad, klockan 15:15.',
    ])
  })

  test('of ice, but never that it is gone', () => {
    expect(told([by('a', 'ice', 0), by('b', 'ice', 30)], later(2 * day))).toEqual([
      '05-05 10:45 Det är halt på Ekudden, anmält 10:30. Gå försiktigt.',
    ])
  })

  test('at four of what will be full before it is emptied', () => {
    const emptied: Cue = {
      at: ten,
      told: {
        type: 'plan',
        containerId: box(paper),
        source: 'town',
        emptyings: [{ from: local('2026-05-07T06:00'), until: local('2026-05-07T15:00') }],
      },
    }
    const forecast = (at: number): Cue => ({
      at: later(at),
      told: {
        type: 'forecast',
        containerId: box(paper),
        fullWithin24h: 0.85,
        fullAt: local('2026-05-06T09:30'),
        model: 'trend 1',
      },
    })
    const cues = [...levels(paper, ten, HOUR, same(60, 8)), emptied, forecast(HOUR)]
    expect(told(cues, later(12 * HOUR))).toEqual([
      '05-05 16:00 Ekudden: behållaren för pappersförpackningar väntas bli full i morgon förmiddag, enligt prognos klockan 16:00. Töms på torsdag.',
    ])
    // Without a plan nobody knows whether a truck comes first.
    expect(
      told(
        cues.filter((cue) => cue !== emptied),
        later(12 * HOUR),
      ),
    ).toEqual([])
  })

  test('of the bike an hour before its first stop, once a day', () => {
    const bike = (at: number, freeSlots: number): Cue => ({
      at: later(at),
      told: {
        type: 'bike',
        areaId: norrby,
        state: 'started',
        firstStopAt: local('2026-05-05T11:30'),
        freeSlots,
      },
    })
    expect(told([bike(0, 2), bike(HOUR, 3), bike(5 * HOUR, 1)], later(12 * HOUR))).toEqual([
      '05-05 10:57 Returcykeln är ute i Norrby, första stoppet 11:30. Det finns plats för 2 hämtningar till. Boka hos Provstads kommun.',
    ])
  })

  test('on Monday of the week, unless nothing was full', () => {
    const cues = levels(paper, ten, 30 * MINUTE, [...same(95, 7), 20, 20])
    expect(told(cues, local('2026-05-18T12:00'))).toEqual([
      '05-05 10:45 Ekudden: behållaren för pappersförpackningar är full sedan 10:00, enligt givare.',
      '05-05 14:15 Det finns plats igen på Ekudden för pappersförpackningar, klockan 14:15.',
      '05-11 08:00 De senaste sju dagarna, fram till 08:00 i dag, har någon behållare varit full på 1 av 3 stationer i Provstad.',
    ])
  })

  test('of what was wrong, in words that say what and when', () => {
    const full = levels(paper, ten, 30 * MINUTE, same(95, 3))
    const { posts } = play(full, later(HOUR), { town })
    const cues: readonly Cue[] = [
      ...full,
      { at: later(2 * HOUR), told: { type: 'post-corrected', post: posts[0]!, actor: 'Kim' } },
    ]
    expect(told(cues, later(3 * HOUR)).at(-1)).toBe(
      '05-05 12:00 Rättelse: vi skrev 10:45 att det var fullt på Ekudden (pappersförpackningar). Det stämde inte.',
    )
  })

  test('and a truck that left without emptying is told', () => {
    const cues: readonly Cue[] = [
      {
        at: ten,
        told: { type: 'truck', stationId: ekudden, state: 'en-route', etaAt: later(HOUR) },
      },
      ...levels(paper, later(MINUTE), 10 * MINUTE, same(95, 18)),
      { at: later(2 * HOUR), told: { type: 'truck', stationId: ekudden, state: 'gone' } },
    ]
    expect(told(cues, later(3 * HOUR))).toEqual([
      '05-05 12:01 Ekudden: behållaren för pappersförpackningar är full sedan 10:01, enligt givare. Ej tömd i dag.',
    ])
  })
})
