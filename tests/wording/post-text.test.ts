import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DecidedPost, PostItem } from '#src/rules/decision.ts'
import { FRACTIONS } from '#src/stations/fraction.ts'
import type { Fraction } from '#src/stations/fraction.ts'
import { parsePostKey } from '#src/stations/ids.ts'
import type { Station } from '#src/stations/station.ts'
import { instant } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { POST_TEMPLATES, wordPost } from '#src/wording/post-text.ts'
import { findXFaults, weightedLength } from '#src/wording/x-limits.ts'
import { castTown, containerId, ekudden, hamnen, torget } from '#tests/support/town.ts'

const local = (text: string) =>
  instant(Temporal.ZonedDateTime.from(`${text}[Europe/Stockholm]`).epochMilliseconds)
const at = local('2026-05-05T10:45')
const town = indexTown(castTown)

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

describe('a post in words', () => {
  const sentences: [string, DecidedPost, string, string][] = [
    [
      'one container, by its sensor',
      post([item('paper')]),
      'Ekudden: behållaren för pappersförpackningar är full sedan 10:15, enligt givare.',
      'Ekudden: the container for paper packaging has been full since 10:15, according to its sensor.',
    ],
    [
      'one of two boxes, while the other has room',
      post([
        item('paper', { alternative: { stationId: ekudden.id, name: 'Ekudden', distanceM: 0 } }),
      ]),
      'Ekudden: behållaren för pappersförpackningar är full sedan 10:15, enligt givare. En annan behållare på stationen har plats.',
      'Ekudden: the container for paper packaging has been full since 10:15, according to its sensor. Another container at the station has room.',
    ],
    [
      'one container, by residents, with where to go',
      post([item('clear-glass', { source: 'reports', alternative: toHamnen })]),
      'Ekudden: behållaren för ofärgat glas är full sedan 10:15, enligt besökare. Närmast med plats: Hamnen, 600 m.',
      'Ekudden: the container for clear glass has been full since 10:15, according to visitors. Nearest with room: Hamnen, 600 m.',
    ],
    [
      'two containers that filled at the same time and go to the same station',
      post([
        item('paper', { alternative: toHamnen }),
        item('clear-glass', { source: 'both', alternative: toHamnen }),
      ]),
      'Ekudden: behållarna för pappersförpackningar och ofärgat glas är fulla sedan 10:15, enligt givare och besökare. Närmast med plats: Hamnen, 600 m.',
      'Ekudden: the containers for paper packaging and clear glass have been full since 10:15, according to sensors and visitors. Nearest with room: Hamnen, 600 m.',
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
    ],
    [
      'since the day before',
      post([item('paper', { since: local('2026-05-04T22:40'), source: 'none' })]),
      'Ekudden: behållaren för pappersförpackningar är full sedan 4 maj 22:40.',
      'Ekudden: the container for paper packaging has been full since 4 May 22:40.',
    ],
    [
      'a day begins at local midnight, not at midnight UTC',
      post([item('paper', { since: local('2026-05-05T00:30') })]),
      'Ekudden: behållaren för pappersförpackningar är full sedan 00:30, enligt givare.',
      'Ekudden: the container for paper packaging has been full since 00:30, according to its sensor.',
    ],
    [
      'room again for one',
      post([item('paper', { template: 'space_again' })], { kind: 'close' }),
      'Det finns plats igen på Ekudden för pappersförpackningar, klockan 10:45.',
      'There is room again at Ekudden for paper packaging, as of 10:45.',
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
    ],
    [
      'room again at the whole station',
      post([{ ...nearlyAll(), template: 'space_again' }], { kind: 'close' }),
      'Det finns plats igen på Ekudden, klockan 10:45.',
      'There is room again at Ekudden, as of 10:45.',
    ],
    [
      'nearly all full',
      post([nearlyAll({ fullContainers: 5, containers: 6, alternative: toHamnen })]),
      'Nästan allt är fullt på Ekudden sedan 10:15: 5 av 6 behållare, enligt givare. Närmast med plats: Hamnen, 600 m.',
      'Nearly everything has been full at Ekudden since 10:15: 5 of 6 containers, according to sensors. Nearest with room: Hamnen, 600 m.',
    ],
    [
      'all full',
      post([nearlyAll({ fullContainers: 6, containers: 6, source: 'reports' })]),
      'Allt är fullt på Ekudden sedan 10:15: alla 6 behållare, enligt besökare.',
      'Everything has been full at Ekudden since 10:15: all 6 containers, according to visitors.',
    ],
    [
      'the bigger news first, then the smaller',
      post([nearlyAll({ fullContainers: 2, containers: 3 }), item('paper')]),
      'Nästan allt är fullt på Ekudden sedan 10:15: 2 av 3 behållare, enligt givare. Ekudden: behållaren för pappersförpackningar är full sedan 10:15, enligt givare.',
      'Nearly everything has been full at Ekudden since 10:15: 2 of 3 containers, according to sensors. Ekudden: the container for paper packaging has been full since 10:15, according to its sensor.',
    ],
    [
      'a silent sensor, for staff',
      post([item('paper', { template: 'sensor_silent', since: local('2025-12-31T02:10') })], {
        audience: 'staff',
      }),
      'Givaren för pappersförpackningar på Ekudden har varit tyst sedan 31 december 2025 02:10.',
      'The sensor for paper packaging at Ekudden has been silent since 31 December 2025 02:10.',
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
    ],
    [
      'a station that is no longer in the town is called by its number',
      post([item('paper')], { stationId: '1490-999' as typeof ekudden.id }),
      '1490-999: behållaren för pappersförpackningar är full sedan 10:15, enligt givare.',
      '1490-999: the container for paper packaging has been full since 10:15, according to its sensor.',
    ],
  ]
  test.each(sentences)('%s', (_, decided, swedish, english) => {
    expect(wordPost(decided, town)).toEqual({ sv: swedish, en: english })
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
    })
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
      })
      .map(({ template, fraction, minutes, source, alternative }) =>
        item(fraction, {
          template,
          source,
          since: instant(at - minutes * 60_000),
          ...(alternative !== null && { alternative: { ...toHamnen, name: alternative } }),
        }),
      ),
    { minLength: 1, maxLength: 12 },
  )
  fc.assert(
    fc.property(name, items, (name, items) => {
      const town = indexTown({ ...castTown, stations: [{ ...ekudden, name }] })
      for (const text of Object.values(wordPost(post(items), town))) {
        expect(findXFaults(text)).toEqual([])
        expect(weightedLength(text)).toBeLessThanOrEqual(280)
        expect(text).toMatch(/\d\d:\d\d/)
        expect(text).toBe(text.normalize('NFC'))
      }
    }),
    { numRuns: 400, seed: 20_260_505 },
  )
})

test('a template nobody knows is our own fault and named', () => {
  expect(() => wordPost(post([item('paper', { template: 'fulll' })]), town)).toThrow(
    'no text is called fulll; there are: full, space_again, station_nearly_all_full, sensor_silent',
  )
})
