import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DecidedPost, PostItem } from '#src/rules/decision.ts'
import { FRACTIONS } from '#src/stations/fraction.ts'
import type { Fraction } from '#src/stations/fraction.ts'
import { parseAreaId, parsePostKey } from '#src/stations/ids.ts'
import type { Station } from '#src/stations/station.ts'
import { instant } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { POST_TEMPLATES, wordPost } from '#src/wording/post-text.ts'
import { findXFaults, weightedLength } from '#src/wording/x-limits.ts'
import { castTown, containerId, ekudden, hamnen, torget } from '#tests/support/town.ts'

const local = (text: string) =>
  instant(Temporal.ZonedDateTime.from(`${text}[Europe/Stockholm]`).epochMilliseconds)
const at = local('2026-05-05T10:45')
const norrby = parseAreaId('norrby')!
const town = indexTown({
  ...castTown,
  operator: { name: 'Provstads kommun', phone: '033-12 34 56' },
  areas: [{ id: norrby, name: 'Norrby' }],
})

const toHamnen = { stationId: hamnen.id, name: 'Hamnen', distanceM: 597 }
const toTorget = { stationId: torget.id, name: 'Torget', distanceM: 1649 }

function item(fraction: Fraction, over: Partial<PostItem> = {}): PostItem {
  return {
    ruleId: 'full',
    episode: `full|${fraction}`,
    subject: containerId(`1490-901-${fraction}-1`),
    containerId: containerId(`1490-901-${fraction}-1`),
    template: 'full',
    fraction,
    since: local('2026-05-05T10:15'),
    source: 'sensor',
    // Not to be read: a post says words, not percents.
    fillPercent: 77.7,
    ...over,
  }
}

function post(items: readonly PostItem[], over: Partial<DecidedPost> = {}): DecidedPost {
  return {
    key: parsePostKey('00000000000000aa')!,
    at,
    stationId: ekudden.id,
    audience: 'public',
    kind: 'open',
    priority: 60,
    sendAt: at,
    expiresAt: at,
    items,
    ...over,
  }
}

const nearlyAll = (over: Partial<PostItem> = {}): PostItem => {
  const { fraction: _, containerId: __, ...rest } = item('paper', over)
  return { ...rest, template: 'station_nearly_all_full', subject: ekudden.id }
}

/** Something of a station as a whole. */
const ofStation = (template: string, over: Partial<PostItem> = {}): PostItem => ({
  ...nearlyAll(),
  template,
  source: 'none',
  // What the engine adds to every item of a station; a text about litter doesn't count containers.
  fullContainers: 2,
  containers: 3,
  ...over,
})

const ofTown = (template: string, over: Partial<PostItem> = {}): PostItem => ({
  ...nearlyAll(),
  template,
  source: 'none',
  subject: 'account',
  ...over,
})

/** A post of no station: of an area, or with `undefined` of the whole town. */
function widePost(items: readonly PostItem[], over: Partial<DecidedPost> = {}): DecidedPost {
  const { stationId: _, ...rest } = post(items, over)
  return rest
}

const tuesday = '2026-05-05'

describe('a post in words', () => {
  const sentences: [string, DecidedPost, string, string, string][] = [
    [
      'one container, by its sensor',
      post([item('paper')]),
      'Ekudden: behållaren för pappersförpackningar är full sedan 10:15, enligt givare.',
      'Ekudden: the container for paper packaging has been full since 10:15, according to its sensor.',
      'Ekudden, paperipakkaukset: täynnä klo 10.15 alkaen, anturin mukaan.',
    ],
    [
      'one of two boxes, while the other has room',
      post([
        item('paper', { alternative: { stationId: ekudden.id, name: 'Ekudden', distanceM: 0 } }),
      ]),
      'Ekudden: behållaren för pappersförpackningar är full sedan 10:15, enligt givare. En annan behållare på stationen har plats.',
      'Ekudden: the container for paper packaging has been full since 10:15, according to its sensor. Another container at the station has room.',
      'Ekudden, paperipakkaukset: täynnä klo 10.15 alkaen, anturin mukaan. Kierrätyspisteen toisessa astiassa on tilaa.',
    ],
    [
      'one container, by residents, with where to go',
      post([item('clear-glass', { source: 'reports', alternative: toHamnen })]),
      'Ekudden: behållaren för ofärgat glas är full sedan 10:15, enligt besökare. Närmast med plats: Hamnen, 600 m.',
      'Ekudden: the container for clear glass has been full since 10:15, according to visitors. Nearest with room: Hamnen, 600 m.',
      'Ekudden, väritön lasi: täynnä klo 10.15 alkaen, kävijöiden mukaan. Lähin, jossa on tilaa: Hamnen, 600 m.',
    ],
    [
      'two containers that filled at the same time and go to the same station',
      post([
        item('paper', { alternative: toHamnen }),
        item('clear-glass', { source: 'both', alternative: toHamnen }),
      ]),
      'Ekudden: behållarna för pappersförpackningar och ofärgat glas är fulla sedan 10:15, enligt givare och besökare. Närmast med plats: Hamnen, 600 m.',
      'Ekudden: the containers for paper packaging and clear glass have been full since 10:15, according to sensors and visitors. Nearest with room: Hamnen, 600 m.',
      'Ekudden, paperipakkaukset ja väritön lasi: täynnä klo 10.15 alkaen, anturin ja kävijöiden mukaan. Lähin, jossa on tilaa: Hamnen, 600 m.',
    ],
    [
      'three containers, each since its own time, two with places to go',
      post([
        item('paper', { alternative: toHamnen }),
        item('plastic', { since: local('2026-05-05T10:20') }),
        item('textiles', { since: local('2026-05-05T09:05'), alternative: toTorget }),
      ]),
      'Ekudden: behållarna för pappersförpackningar (sedan 10:15), plastförpackningar (sedan 10:20) och textil (sedan 09:05) är fulla, enligt givare. Närmast med plats för pappersförpackningar: Hamnen, 600 m. Närmast med plats för textil: Torget, 1,6 km.',
      'Ekudden: the containers for paper packaging (since 10:15), plastic packaging (since 10:20) and textiles (since 09:05) are full, according to sensors. Nearest with room for paper packaging: Hamnen, 600 m. Nearest with room for textiles: Torget, 1.6 km.',
      'Ekudden, paperipakkaukset (klo 10.15 alkaen), muovipakkaukset (klo 10.20 alkaen) ja tekstiilit (klo 9.05 alkaen): täynnä, anturin mukaan. Lähin, jossa on tilaa (paperipakkaukset): Hamnen, 600 m. Lähin, jossa on tilaa (tekstiilit): Torget, 1,6 km.',
    ],
    [
      'since the day before',
      post([item('paper', { since: local('2026-05-04T22:40'), source: 'none' })]),
      'Ekudden: behållaren för pappersförpackningar är full sedan 4 maj 22:40.',
      'Ekudden: the container for paper packaging has been full since 4 May 22:40.',
      'Ekudden, paperipakkaukset: täynnä 4.5. klo 22.40 alkaen.',
    ],
    [
      'a day begins at local midnight, not at midnight UTC',
      post([item('paper', { since: local('2026-05-05T00:30') })]),
      'Ekudden: behållaren för pappersförpackningar är full sedan 00:30, enligt givare.',
      'Ekudden: the container for paper packaging has been full since 00:30, according to its sensor.',
      'Ekudden, paperipakkaukset: täynnä klo 0.30 alkaen, anturin mukaan.',
    ],
    [
      'room again for one',
      post([item('paper', { template: 'space_again' })], { kind: 'close' }),
      'Det finns plats igen på Ekudden för pappersförpackningar, klockan 10:45.',
      'There is room again at Ekudden for paper packaging, as of 10:45.',
      'Ekudden, paperipakkaukset: tilaa on taas, klo 10.45.',
    ],
    [
      'room again for several, whenever they filled',
      post(
        [
          item('paper', { template: 'space_again' }),
          item('metal', { template: 'space_again', since: local('2026-05-05T10:20') }),
          item('batteries', { template: 'space_again' }),
        ],
        { kind: 'close' },
      ),
      'Det finns plats igen på Ekudden för pappersförpackningar, metallförpackningar och batterier, klockan 10:45.',
      'There is room again at Ekudden for paper packaging, metal packaging and batteries, as of 10:45.',
      'Ekudden, paperipakkaukset, metallipakkaukset ja paristot: tilaa on taas, klo 10.45.',
    ],
    [
      'room again at the whole station',
      post([{ ...nearlyAll(), template: 'space_again' }], { kind: 'close' }),
      'Det finns plats igen på Ekudden, klockan 10:45.',
      'There is room again at Ekudden, as of 10:45.',
      'Ekudden: tilaa on taas, klo 10.45.',
    ],
    [
      'nearly all full',
      post([nearlyAll({ fullContainers: 5, containers: 6, alternative: toHamnen })]),
      'Nästan allt är fullt på Ekudden sedan 10:15: 5 av 6 behållare, enligt givare. Närmast med plats: Hamnen, 600 m.',
      'Nearly everything has been full at Ekudden since 10:15: 5 of 6 containers, according to sensors. Nearest with room: Hamnen, 600 m.',
      'Ekudden: lähes kaikki on täynnä klo 10.15 alkaen (5/6 astiaa), anturin mukaan. Lähin, jossa on tilaa: Hamnen, 600 m.',
    ],
    [
      'all full',
      post([nearlyAll({ fullContainers: 6, containers: 6, source: 'reports' })]),
      'Allt är fullt på Ekudden sedan 10:15: alla 6 behållare, enligt besökare.',
      'Everything has been full at Ekudden since 10:15: all 6 containers, according to visitors.',
      'Ekudden: kaikki on täynnä klo 10.15 alkaen (6 astiaa), kävijöiden mukaan.',
    ],
    [
      'the bigger news first, then the smaller',
      post([nearlyAll({ fullContainers: 2, containers: 3 }), item('paper')]),
      'Nästan allt är fullt på Ekudden sedan 10:15: 2 av 3 behållare, enligt givare. Ekudden: behållaren för pappersförpackningar är full sedan 10:15, enligt givare.',
      'Nearly everything has been full at Ekudden since 10:15: 2 of 3 containers, according to sensors. Ekudden: the container for paper packaging has been full since 10:15, according to its sensor.',
      'Ekudden: lähes kaikki on täynnä klo 10.15 alkaen (2/3 astiaa), anturin mukaan. Ekudden, paperipakkaukset: täynnä klo 10.15 alkaen, anturin mukaan.',
    ],
    [
      'a silent sensor, for staff',
      post([item('paper', { template: 'sensor_silent', since: local('2025-12-31T02:10') })], {
        audience: 'staff',
      }),
      'Givaren för pappersförpackningar på Ekudden har varit tyst sedan 31 december 2025 02:10.',
      'The sensor for paper packaging at Ekudden has been silent since 31 December 2025 02:10.',
      'Ekudden, paperipakkaukset: anturi on ollut hiljaa 31.12.2025 klo 2.10 alkaen.',
    ],
    [
      'two silent sensors',
      post(
        [
          item('paper', { template: 'sensor_silent' }),
          item('plastic', { template: 'sensor_silent' }),
        ],
        { audience: 'staff' },
      ),
      'Givarna för pappersförpackningar och plastförpackningar på Ekudden har varit tysta sedan 10:15.',
      'The sensors for paper packaging and plastic packaging at Ekudden have been silent since 10:15.',
      'Ekudden, paperipakkaukset ja muovipakkaukset: anturit ovat olleet hiljaa klo 10.15 alkaen.',
    ],
    [
      'a station that is no longer in the town is called by its number',
      post([item('paper')], { stationId: '1490-999' as typeof ekudden.id }),
      '1490-999: behållaren för pappersförpackningar är full sedan 10:15, enligt givare.',
      '1490-999: the container for paper packaging has been full since 10:15, according to its sensor.',
      '1490-999, paperipakkaukset: täynnä klo 10.15 alkaen, anturin mukaan.',
    ],
    [
      'soon full, by the forecast, with a truck two days ahead',
      post([
        item('paper', {
          template: 'full_soon',
          fullAt: local('2026-05-06T15:20'),
          nextEmptyingAt: local('2026-05-07T07:00'),
          // Where there is room doesn't matter yet.
          alternative: toHamnen,
        }),
      ]),
      'Ekudden: behållaren för pappersförpackningar väntas bli full i morgon eftermiddag, enligt prognos klockan 10:45. Töms på torsdag.',
      'Ekudden: the container for paper packaging is likely to be full tomorrow afternoon, by the forecast of 10:45. To be emptied on Thursday.',
      'Ekudden, paperipakkaukset: astia täyttyy todennäköisesti huomenna iltapäivällä, klo 10.45 tehdyn ennusteen mukaan. Tyhjennetään torstaina.',
    ],
    [
      'several soon full, each in its own time',
      post([
        item('paper', { template: 'full_soon', fullAt: local('2026-05-05T19:00') }),
        item('metal', { template: 'full_soon', fullAt: local('2026-05-06T03:00') }),
        item('textiles', { template: 'full_soon' }),
      ]),
      'Ekudden: behållarna för pappersförpackningar (i kväll), metallförpackningar (i natt) och textil (inom ett dygn) väntas bli fulla, enligt prognos klockan 10:45.',
      'Ekudden: the containers for paper packaging (this evening), metal packaging (tonight) and textiles (within a day) are likely to be full, by the forecast of 10:45.',
      'Ekudden, paperipakkaukset (tänään illalla), metallipakkaukset (ensi yönä) ja tekstiilit (vuorokauden kuluessa): astiat täyttyvät todennäköisesti, klo 10.45 tehdyn ennusteen mukaan.',
    ],
    [
      'a forecast whose time has come',
      post([item('paper', { template: 'full_soon', fullAt: at })]),
      'Ekudden: behållaren för pappersförpackningar väntas bli full när som helst, enligt prognos klockan 10:45.',
      'Ekudden: the container for paper packaging is likely to be full any time now, by the forecast of 10:45.',
      'Ekudden, paperipakkaukset: astia täyttyy todennäköisesti milloin tahansa, klo 10.45 tehdyn ennusteen mukaan.',
    ],
    [
      'litter',
      post([ofStation('littered')]),
      'Det är skräpigt på Ekudden, anmält 10:15.',
      'There is litter at Ekudden, reported 10:15.',
      'Ekudden: paikalla on roskia, ilmoitettu klo 10.15.',
    ],
    [
      'litter is gone',
      post([ofStation('cleaned')], { kind: 'close' }),
      'Nu är det städat på Ekudden, klockan 10:45.',
      'Ekudden has been cleaned, as of 10:45.',
      'Ekudden: paikka on siivottu, klo 10.45.',
    ],
    [
      'a broken container, with where to go; its level is not the news',
      post([item('paper', { template: 'broken', alternative: toHamnen })]),
      'Ekudden: behållaren för pappersförpackningar är trasig, anmält 10:15. Närmast med plats: Hamnen, 600 m.',
      'Ekudden: the container for paper packaging is broken, reported 10:15. Nearest with room: Hamnen, 600 m.',
      'Ekudden, paperipakkaukset: rikki, ilmoitettu klo 10.15. Lähin, jossa on tilaa: Hamnen, 600 m.',
    ],
    [
      'two broken containers, reported apart',
      post([
        item('paper', { template: 'broken', since: local('2026-05-04T18:00') }),
        item('metal', { template: 'broken' }),
      ]),
      'Ekudden: behållarna för pappersförpackningar (sedan 4 maj 18:00) och metallförpackningar (sedan 10:15) är trasiga.',
      'Ekudden: the containers for paper packaging (since 4 May 18:00) and metal packaging (since 10:15) are broken.',
      'Ekudden, paperipakkaukset (4.5. klo 18.00 alkaen) ja metallipakkaukset (klo 10.15 alkaen): rikki.',
    ],
    [
      'repaired',
      post([item('paper', { template: 'repaired' })], { kind: 'close' }),
      'Ekudden: behållaren för pappersförpackningar är lagad, klockan 10:45.',
      'Ekudden: the container for paper packaging has been repaired, as of 10:45.',
      'Ekudden, paperipakkaukset: korjattu, klo 10.45.',
    ],
    [
      'ice',
      post([ofStation('icy', { since: local('2026-05-05T06:40') })]),
      'Det är halt på Ekudden, anmält 06:40. Gå försiktigt.',
      'It is icy at Ekudden, reported 06:40. Take care.',
      'Ekudden: paikalla on liukasta, ilmoitettu klo 6.40. Kulje varovasti.',
    ],
    [
      'the bike is out in a part of the town',
      widePost(
        [
          ofTown('bike_round', {
            subject: norrby,
            firstStopAt: local('2026-05-05T11:30'),
            freeSlots: 3,
          }),
        ],
        { areaId: norrby },
      ),
      'Returcykeln är ute i Norrby, första stoppet 11:30. Det finns plats för 3 hämtningar till. Boka hos Provstads kommun, 033-12 34 56.',
      'The collection bike is out in Norrby, first stop at 11:30. It has room for 3 more pickups. Book with Provstads kommun, 033-12 34 56.',
      'Norrby: kierrätyspyörä on liikkeellä, ensimmäinen pysähdys klo 11.30. Tilaa on vielä 3 noudolle. Varaukset: Provstads kommun, 033-12 34 56.',
    ],
    [
      'the bike has one place left',
      widePost([ofTown('bike_round', { subject: norrby, freeSlots: 1 })], { areaId: norrby }),
      'Returcykeln är ute i Norrby, klockan 10:45. Det finns plats för en hämtning till. Boka hos Provstads kommun, 033-12 34 56.',
      'The collection bike is out in Norrby, as of 10:45. It has room for one more pickup. Book with Provstads kommun, 033-12 34 56.',
      'Norrby: kierrätyspyörä on liikkeellä, klo 10.45. Tilaa on vielä yhdelle noudolle. Varaukset: Provstads kommun, 033-12 34 56.',
    ],
    [
      'nobody is sent to book what is fully booked',
      widePost([ofTown('bike_round', { subject: norrby, freeSlots: 0 })], { areaId: norrby }),
      'Returcykeln är ute i Norrby, klockan 10:45. Turen är fullbokad.',
      'The collection bike is out in Norrby, as of 10:45. The round is fully booked.',
      'Norrby: kierrätyspyörä on liikkeellä, klo 10.45. Kierros on täyteen varattu.',
    ],
    [
      'the week in the whole town',
      widePost([ofTown('weekly_digest', { stationsFull: 2, stations: 3 })]),
      'De senaste sju dagarna, fram till 10:45 i dag, har någon behållare varit full på 2 av 3 stationer i Provstad.',
      'In the last seven days, up to 10:45 today, some container was full at 2 of 3 stations in Provstad.',
      'Provstad: viimeisten seitsemän päivän aikana, tänään klo 10.45 asti, täysi astia on ollut 2/3 kierrätyspisteellä.',
    ],
    [
      'a week in which nothing was full',
      widePost([ofTown('weekly_digest', { stationsFull: 0, stations: 3 })]),
      'De senaste sju dagarna, fram till 10:45 i dag, har ingen behållare varit full på någon av 3 stationer i Provstad.',
      'In the last seven days, up to 10:45 today, no container was full at any of 3 stations in Provstad.',
      'Provstad: viimeisten seitsemän päivän aikana, tänään klo 10.45 asti, yhdelläkään 3 kierrätyspisteestä ei ole ollut täyttä astiaa.',
    ],
    [
      'what the day had no more posts for',
      widePost(
        [
          item('paper', { stationId: ekudden.id }),
          item('clear-glass', { stationId: ekudden.id }),
          item('paper', { stationId: hamnen.id, containerId: containerId('1490-902-paper-1') }),
          ofStation('littered', { stationId: torget.id }),
          ofTown('bike_round', { areaId: norrby }),
        ],
        { kind: 'digest', at: local('2026-05-05T18:00') },
      ),
      'Dagens sammanfattning, 18:00. Fullt: Ekudden (pappersförpackningar och ofärgat glas) och Hamnen (pappersförpackningar). Skräpigt: Torget. Returcykeln är ute: Norrby.',
      'Summary of the day, 18:00. Full: Ekudden (paper packaging and clear glass) and Hamnen (paper packaging). Litter: Torget. The collection bike is out: Norrby.',
      'Päivän kooste, klo 18.00. Täynnä: Ekudden (paperipakkaukset ja väritön lasi) ja Hamnen (paperipakkaukset). Roskaista: Torget. Kierrätyspyörä liikkeellä: Norrby.',
    ],
    [
      'a post that was wrong',
      post([item('paper'), item('clear-glass'), ofStation('littered')], {
        kind: 'correction',
        at: local('2026-05-05T12:00'),
        correctsAt: at,
      }),
      'Rättelse: vi skrev 10:45 att det var fullt på Ekudden (pappersförpackningar och ofärgat glas) och att det var skräpigt på Ekudden. Det stämde inte.',
      'Correction of 10:45: we wrote that it was full at Ekudden (paper packaging and clear glass) and that there was litter at Ekudden. That was wrong.',
      'Oikaisu: kirjoitimme klo 10.45, että täynnä oli Ekudden (paperipakkaukset ja väritön lasi) ja että roskaista oli: Ekudden. Se ei pitänyt paikkaansa.',
    ],
    [
      'a digest that was wrong, the day after',
      widePost(
        [
          item('paper', { stationId: ekudden.id }),
          item('paper', { stationId: hamnen.id, containerId: containerId('1490-902-paper-1') }),
        ],
        {
          kind: 'correction',
          at: local('2026-05-06T08:00'),
          correctsAt: local('2026-05-05T18:00'),
        },
      ),
      'Rättelse: vi skrev 5 maj 18:00 att det var fullt på Ekudden (pappersförpackningar) och Hamnen (pappersförpackningar). Det stämde inte.',
      'Correction of 5 May 18:00: we wrote that it was full at Ekudden (paper packaging) and Hamnen (paper packaging). That was wrong.',
      'Oikaisu: kirjoitimme 5.5. klo 18.00, että täynnä oli Ekudden (paperipakkaukset) ja Hamnen (paperipakkaukset). Se ei pitänyt paikkaansa.',
    ],
  ]
  test.each(sentences)('%s', (_, decided, sv, en, fi) => {
    expect(wordPost(decided, town)).toEqual({ sv, en, fi })
  })
})

describe('when it will be emptied', () => {
  const emptied = (fraction: Fraction, day: string | undefined, over: Partial<PostItem> = {}) =>
    item(fraction, { ...(day !== undefined && { nextEmptyingAt: local(day) }), ...over })
  test.each<[string, readonly PostItem[], string, string]>([
    ['today', [emptied('paper', `${tuesday}T13:00`)], 'Töms i dag.', 'To be emptied today.'],
    [
      'a time that has begun is today’s, be it since yesterday',
      [emptied('paper', '2026-05-04T22:00')],
      'Töms i dag.',
      'To be emptied today.',
    ],
    [
      'tomorrow, though in less than a day',
      [emptied('paper', '2026-05-06T00:10')],
      'Töms i morgon.',
      'To be emptied tomorrow.',
    ],
    [
      'later this week',
      [emptied('paper', '2026-05-07T06:00')],
      'Töms på torsdag.',
      'To be emptied on Thursday.',
    ],
    [
      'a weekday that is far away is a date',
      [emptied('paper', '2026-05-12T06:00')],
      'Töms den 12 maj.',
      'To be emptied on 12 May.',
    ],
    [
      'several on the same day',
      [emptied('paper', '2026-05-06T06:00'), emptied('metal', '2026-05-06T14:00')],
      'Töms i morgon.',
      'To be emptied tomorrow.',
    ],
    [
      'each on its own day, the first first',
      [
        emptied('paper', '2026-05-07T06:00'),
        emptied('metal', `${tuesday}T14:00`),
        emptied('textiles', undefined),
      ],
      'Töms i dag: metallförpackningar. Töms på torsdag: pappersförpackningar.',
      'To be emptied today: metal packaging. To be emptied on Thursday: paper packaging.',
    ],
    [
      'the truck has been there; that it is on its list for today is no news any more',
      [emptied('paper', `${tuesday}T07:00`, { passedBy: true })],
      'Ej tömd i dag.',
      'Not emptied today.',
    ],
    [
      'the truck has been there, and comes again on Thursday',
      [
        emptied('paper', '2026-05-07T06:00', { passedBy: true }),
        emptied('metal', '2026-05-07T06:00', { passedBy: true }),
      ],
      'Ej tömda i dag. Töms på torsdag.',
      'Not emptied today. To be emptied on Thursday.',
    ],
    [
      'the truck took one and left the other',
      [emptied('clear-glass', undefined, { passedBy: true }), emptied('metal', undefined)],
      'Ej tömd i dag: ofärgat glas.',
      'Not emptied today: clear glass.',
    ],
  ])('%s', (_, items, swedish, english) => {
    const texts = wordPost(post(items), town)
    expect(texts.sv.slice(texts.sv.indexOf('givare. ') + 8)).toBe(swedish)
    expect(texts.en).toMatch(new RegExp(`sensors?\\. ${english.replaceAll('.', '\\.')}$`))
  })
})

describe('several boxes of one fraction', () => {
  const boxes = (n: number): Station => ({
    ...ekudden,
    containers: Array.from({ length: n }, (_, i) => ({
      ...ekudden.containers[0]!,
      id: containerId(`1490-901-paper-${i + 1}`),
      name: `paper-${i + 1}`,
    })),
  })
  const box = (n: number, over: Partial<PostItem> = {}) =>
    item('paper', { containerId: containerId(`1490-901-paper-${n}`), ...over })
  test.each([
    ['one of two', 2, [box(2)], 'behållaren för pappersförpackningar (1 av 2 behållare) är full'],
    ['both', 2, [box(1), box(2)], 'behållarna för pappersförpackningar (båda behållarna) är fulla'],
    [
      'all three',
      3,
      [box(1), box(2), box(3)],
      'behållarna för pappersförpackningar (alla 3 behållarna) är fulla',
    ],
    [
      'two of three',
      3,
      [box(1), box(3)],
      'behållarna för pappersförpackningar (2 av 3 behållare) är fulla',
    ],
  ])('%s', (_, n, items, said) => {
    const town = indexTown({ ...castTown, stations: [boxes(n)] })
    expect(wordPost(post(items), town).sv).toBe(`Ekudden: ${said} sedan 10:15, enligt givare.`)
  })

  test('staff are told which one', () => {
    const town = indexTown({ ...castTown, stations: [boxes(2)] })
    expect(wordPost(post([box(2, { template: 'sensor_silent' })]), town).sv).toBe(
      'Givaren för pappersförpackningar (paper-2) på Ekudden har varit tyst sedan 10:15.',
    )
  })
})

test.each([
  [0, '50 m', '50 m'],
  [24, '50 m', '50 m'],
  [76, '100 m', '100 m'],
  [949, '950 m', '950 m'],
  [974, '950 m', '950 m'],
  [975, '1 km', '1 km'],
  [1049, '1 km', '1 km'],
  [1250, '1,3 km', '1.3 km'],
  [12_340, '12,3 km', '12.3 km'],
])('%d metres are said as %s', (distanceM, swedish, english) => {
  const texts = wordPost(post([item('paper', { alternative: { ...toHamnen, distanceM } })]), town)
  expect(texts.sv).toMatch(new RegExp(`: Hamnen, ${swedish}\\.$`))
  expect(texts.en).toMatch(new RegExp(`: Hamnen, ${english}\\.$`))
})

test('in the hour that comes twice in autumn the text says what the clock on the wall shows', () => {
  const since = instant(Date.parse('2026-10-25T01:30:00Z'))
  const texts = wordPost(post([item('paper', { since })], { at: since }), town)
  expect(texts.sv).toContain('sedan 02:30,')
})

describe('a text that would be too long', () => {
  const long = (prefix: string) => prefix.padEnd(80, 'å')
  const longTown = indexTown({
    ...castTown,
    stations: castTown.stations.map((s) => ({ ...s, name: long(s.name) })),
  })
  const far = { ...toHamnen, name: long('Hamnen') }
  const other = { ...toTorget, name: long('Torget') }
  const all = FRACTIONS.map((f) => item(f.id))

  test('names one place to go rather than two', () => {
    const decided = post([
      item('paper', { alternative: { ...toHamnen, name: 'Hamnen'.padEnd(60, 'å') } }),
      item('metal', { alternative: other }),
    ])
    expect(wordPost(decided, town).sv).toBe(
      `Ekudden: behållarna för pappersförpackningar och metallförpackningar är fulla sedan 10:15, enligt givare. Närmast med plats för pappersförpackningar: ${'Hamnen'.padEnd(60, 'å')}, 600 m.`,
    )
  })

  test('drops the places to go before it drops a fraction', () => {
    const decided = post([
      item('paper', { alternative: far }),
      item('metal', { alternative: other }),
      item('plastic', { alternative: far }),
    ])
    expect(wordPost(decided, longTown).sv).toBe(
      `${long('Ekudden')}: behållarna för pappersförpackningar, metallförpackningar och plastförpackningar är fulla sedan 10:15, enligt givare.`,
    )
  })

  test('then says how many more', () => {
    const clocked = all.map((i, n) => ({ ...i, since: instant(i.since + n * 60_000) }))
    expect(wordPost(post(clocked), longTown)).toEqual({
      sv: `${long('Ekudden')}: behållarna för pappersförpackningar (sedan 10:15), plastförpackningar (sedan 10:16), metallförpackningar (sedan 10:17), ofärgat glas (sedan 10:18) och 4 till är fulla, enligt givare.`,
      en: `${long('Ekudden')}: the containers for paper packaging (since 10:15), plastic packaging (since 10:16), metal packaging (since 10:17), clear glass (since 10:18) and 4 more are full, according to sensors.`,
      fi: `${long('Ekudden')}, paperipakkaukset (klo 10.15 alkaen), muovipakkaukset (klo 10.16 alkaen), metallipakkaukset (klo 10.17 alkaen), väritön lasi (klo 10.18 alkaen) ja 4 muuta: täynnä, anturin mukaan.`,
    })
  })

  test('when it is emptied goes after the places to go, and before a fraction', () => {
    const decided = post(
      [...all.slice(0, 4)].map((i, n) => ({
        ...i,
        nextEmptyingAt: local(`2026-05-0${6 + n}T07:00`),
        alternative: far,
      })),
    )
    expect(wordPost(decided, longTown).sv).toBe(
      `${long('Ekudden')}: behållarna för pappersförpackningar, plastförpackningar, metallförpackningar och ofärgat glas är fulla sedan 10:15, enligt givare.`,
    )
  })

  test('a digest leaves out the fractions before it leaves out a station', () => {
    const everywhere = longTown.town.stations.flatMap(({ id }) =>
      all.map((i) => ({ ...i, stationId: id })),
    )
    expect(wordPost(widePost(everywhere, { kind: 'digest' }), longTown).sv).toBe(
      `Dagens sammanfattning, 10:45. Fullt: ${long('Ekudden')}, ${long('Hamnen')} och 1 till.`,
    )
    expect(wordPost(widePost(everywhere, { kind: 'digest' }), town).sv).toBe(
      'Dagens sammanfattning, 10:45. Fullt: Ekudden, Hamnen och Torget.',
    )
  })

  test('what a digest has no room for is on the town’s page', () => {
    const items = POST_TEMPLATES.map((template) => item('paper', { template }))
    expect(wordPost(post(items, { kind: 'digest' }), longTown).sv).toMatch(
      /^Dagens sammanfattning, 10:45\. Fullt: Ekudden.*\. Mer finns på stationens sida\.$/,
    )
    expect(
      wordPost(
        widePost(
          items.map((i) => ({ ...i, stationId: ekudden.id })),
          { kind: 'digest' },
        ),
        longTown,
      ).en,
    ).toMatch(/^Summary of the day, 10:45\. Full: Ekudden.*There is more on the town's page\.$/)
  })

  test('and last of all shortens the name', () => {
    const name = 'Å'.repeat(400)
    const town = indexTown({ ...castTown, stations: [{ ...ekudden, name }] })
    expect(wordPost(post([item('paper')]), town).sv).toBe(
      `${'Å'.repeat(78)}…: behållaren för pappersförpackningar är full sedan 10:15, enligt givare.`,
    )
  })
})

test('whatever the stations are called, X takes the text and finds a clock time but no link', () => {
  const name = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 120 }),
    fc.string({ unit: 'binary', maxLength: 120 }),
    fc.constantFrom('kl.no', 'Torget.se', '@boras', 'https://x.se', '.se', 'se.', '', 'a.b.se'),
  )
  const items = fc.array(
    fc
      .record({
        template: fc.constantFrom(...POST_TEMPLATES),
        fraction: fc.constantFrom(...FRACTIONS.map((f) => f.id)),
        minutes: fc.nat(200_000),
        source: fc.constantFrom('sensor', 'reports', 'both', 'none'),
        alternative: fc.option(name),
        ahead: fc.option(fc.integer({ min: -2000, max: 20_000 })),
        number: fc.option(fc.nat(5)),
      })
      .map(({ template, fraction, minutes, source, alternative, ahead, number }) =>
        item(fraction, {
          template,
          source,
          since: instant(at - minutes * 60_000),
          ...(alternative !== null && { alternative: { ...toHamnen, name: alternative } }),
          ...(ahead !== null && {
            nextEmptyingAt: instant(at + ahead * 60_000),
            fullAt: instant(at + ahead * 30_000),
            firstStopAt: instant(at + ahead * 60_000),
            ...(ahead % 2 === 0 && { passedBy: true as const }),
          }),
          ...(number !== null && { freeSlots: number, stationsFull: number, stations: 5 }),
        }),
      ),
    { minLength: 1, maxLength: 12 },
  )
  const kind = fc.constantFrom('open', 'close', 'digest', 'correction')
  fc.assert(
    fc.property(name, items, kind, fc.boolean(), (name, items, kind, isOfTown) => {
      const town = indexTown({
        ...castTown,
        name,
        operator: { name, phone: '033-12 34 56' },
        stations: [{ ...ekudden, name }],
      })
      const decided = isOfTown ? widePost(items, { kind }) : post(items, { kind })
      for (const text of Object.values(wordPost(decided, town))) {
        expect(findXFaults(text)).toEqual([])
        expect(weightedLength(text)).toBeLessThanOrEqual(280)
        expect(text).toMatch(/\d\d:\d\d|klo \d{1,2}[.]\d\d/)
        expect(text).toBe(text.normalize('NFC'))
      }
    }),
    { numRuns: 400, seed: 20_260_505 },
  )
})

test('a template nobody knows is our own fault and named', () => {
  expect(() => wordPost(post([item('paper', { template: 'fulll' })]), town)).toThrow(
    'no text is called fulll; there are: full, space_again, station_nearly_all_full, full_soon, littered, cleaned, broken, repaired, icy, bike_round, weekly_digest, sensor_silent',
  )
  expect(() => wordPost(post([]), town)).toThrow('a post without items has nothing to say')
})

describe('every text, with the longest name a town may give a station', () => {
  // Long names on purpose: the limit of the town's file.
  const name = 'Återvinningsstationen vid Norra Ågårdsvägens vändplan, '.padEnd(80, 'x')
  const town = indexTown({
    ...castTown,
    stations: castTown.stations.map((s) => ({ ...s, name })),
    areas: [{ id: norrby, name }],
  })
  test.each(POST_TEMPLATES)('%s', (template) => {
    for (const kind of ['open', 'close', 'digest', 'correction'] as const) {
      for (const many of [1, 2, 8]) {
        const items = FRACTIONS.slice(0, many).map((f) =>
          item(f.id, {
            template,
            fullAt: local('2026-05-06T12:00'),
            firstStopAt: at,
            freeSlots: 2,
          }),
        )
        for (const decided of [
          post(items, { kind }),
          widePost(items, { kind, areaId: norrby }),
          widePost(items, { kind }),
        ]) {
          for (const text of Object.values(wordPost(decided, town))) {
            expect(findXFaults(text), text).toEqual([])
            expect(text).toMatch(/\d\d:\d\d.*[.]$|klo \d{1,2}[.]\d\d.*[.]$/)
            expect(text).not.toMatch(/undefined|NaN|\s{2}| [.,:]/)
          }
        }
      }
    }
  })
})
