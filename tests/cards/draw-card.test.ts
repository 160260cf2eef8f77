import { SaxesParser } from 'saxes'
import { describe, expect, test } from 'vitest'
import { cardFaces } from '#src/cards/fonts.ts'
import { LANGUAGES } from '#src/stations/fraction.ts'
import * as colours from '#src/wording/cards/card-colours.ts'
import { cardFacts, type CardFacts } from '#src/wording/cards/card-facts.ts'
import { setName, sizeFor } from '#src/wording/cards/card-type.ts'
import { CARD_HEIGHT, CARD_WIDTH, drawCard } from '#src/wording/cards/draw-card.ts'
import { readTextWidth } from '#src/wording/cards/font-metrics.ts'
import { contrast } from '#src/wording/fraction-colours.ts'
import { castTown, ekudden } from '#tests/support/town.ts'
import { box, crowded, madeCard, usual } from './made-card.ts'

const faces = cardFaces()

interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  text: string
}

/** What is drawn, in order; throws where it is no XML. */
function elementsOf(facts: CardFacts, language: 'sv' | 'en' | 'fi' = 'sv'): readonly Element[] {
  const found: Element[] = []
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => {
    found.push({ name, attributes, text: '' })
  })
  parser.on('text', (text) => {
    const last = found.at(-1)
    if (last) last.text += text
  })
  parser.write(drawCard(facts, language, faces)).close()
  return found
}

const texts = (facts: CardFacts, language: 'sv' | 'en' | 'fi' = 'sv') =>
  elementsOf(facts, language).flatMap(({ name, text }) => (name === 'text' ? [text] : []))

test('a card says where, when, how it is and who says so', () => {
  expect(texts(usual)).toEqual([
    'Ekudden',
    'Återvinningsstation, Provstad',
    '14:35',
    'tisdag 5 maj',
    '2 av 6 behållare är fulla, 1 nästan full, 1 okänd.',
    ...['Pappersförpackningar', '96 %', 'Fullt'],
    ...['Plastförpackningar', '81 %', 'Nästan fullt'],
    ...['Metallförpackningar', '34 %', 'Plats finns'],
    ...['Ofärgat glas', '?', '?', 'Okänt'],
    ...['Färgat glas', '12 %', 'Plats finns'],
    ...['Tidningar', 'enligt besökare', 'Fullt'],
    'Enligt givare och besökare',
  ])
})

test.each([
  ['en', 'Recycling station, Provstad', '14:35', 'Tuesday 5 May', 'According to sensors'],
  ['fi', 'Kierrätyspiste, Provstad', 'klo 14.35', 'tiistai 5. toukokuuta', 'Anturien mukaan'],
] as const)('it speaks %s', (language, ...said) => {
  const shown = texts(madeCard([box('metal', 'full', 99)]), language)
  for (const text of said) expect(shown).toContain(text)
})

test.each([
  ['1 av 3 full', ['full', 'has-room', 'unknown']],
  ['2 av 3 fulla', ['full', 'full', 'nearly-full']],
  ['Båda fulla', ['full', 'full']],
  ['Alla 3 fulla', ['full', 'full', 'full']],
  ['1 av 2 nästan full', ['nearly-full', 'unknown']],
  ['Plats i båda', ['has-room', 'has-room']],
  ['Plats i 1 av 2', ['has-room', 'unknown']],
  ['Båda okända', ['unknown', 'unknown']],
] as const)('several boxes of a fraction are in one row: %s', (said, words) => {
  const shown = texts(
    madeCard(words.map((word) => box('metal', word, word === 'unknown' ? undefined : 50))),
  )
  expect(shown.filter((text) => text === 'Metallförpackningar')).toHaveLength(1)
  expect(shown).toContain(said)
})

test('what several bars mean is told beside them', () => {
  expect(texts(crowded).slice(-6)).toEqual([
    'Enligt givare',
    ...['?', 'Okänt'],
    'Plats finns',
    'Nästan fullt',
    'Fullt',
  ])
})

test('where a row’s word tells all of its bars, nothing is told beside them', () => {
  const facts = madeCard([box('metal', 'has-room', 20), box('metal', 'has-room', 30)])
  expect(texts(facts).at(-1)).toBe('Enligt givare')
})

describe('an unknown level', () => {
  const bars = (facts: CardFacts) =>
    elementsOf(facts).filter(
      ({ name, attributes }) =>
        name === 'rect' && attributes['rx'] !== '9' && attributes['rx'] !== undefined,
    )

  test('has a broken frame, a hatched ground and a question mark, and no bar', () => {
    const [frame, ...others] = bars(madeCard([box('paper', 'unknown')]))
    expect(others).toEqual([])
    expect(frame!.attributes).toMatchObject({ 'stroke-dasharray': '7 6', fill: 'url(#unknown)' })
    expect(texts(madeCard([box('paper', 'unknown')]))).toContain('?')
  })

  test('is not what an empty container looks like', () => {
    const [frame, ...others] = bars(madeCard([box('paper', 'has-room', 0)]))
    expect(others).toEqual([])
    expect(frame!.attributes['stroke-dasharray']).toBeUndefined()
    expect(frame!.attributes['fill']).toBe(colours.TRACK)
    expect(texts(madeCard([box('paper', 'has-room', 0)]))).toContain('0 %')
  })

  test('is told of no percent that a sensor once gave', () => {
    const facts = cardFacts(
      ekudden,
      castTown,
      (containerId) => ({ containerId, word: 'unknown', fillPercent: 12, source: 'sensor' }),
      usual.at,
    )
    expect(facts.containers).toEqual([
      { fraction: 'paper', word: 'unknown' },
      { fraction: 'plastic', word: 'unknown' },
      { fraction: 'clear-glass', word: 'unknown' },
    ])
  })
})

test('what only visitors say has a word and no level', () => {
  const facts = madeCard([box('paper', 'full', undefined, 'reports')])
  expect(texts(facts)).not.toContainEqual(expect.stringContaining('%'))
  expect(texts(facts)).toContain('enligt besökare')
})

test('states differ in shape and in pattern, not in colour alone', () => {
  const fills = Object.values(colours.WORD_COLOURS).map(({ fill }) => fill)
  expect(fills).toEqual(['#a3201a', 'url(#nearly)', '#9fd3ae', 'url(#unknown)'])
  expect(contrast('#a3201a', '#9fd3ae')).toBeGreaterThan(3)
})

test('every text is read on its ground, every frame seen', () => {
  const { PAPER, BRAND } = colours
  for (const ink of [colours.INK, colours.SOFT_INK])
    expect(contrast(ink, PAPER)).toBeGreaterThan(4.5)
  for (const ink of [colours.BRAND_INK, colours.BRAND_SOFT_INK]) {
    expect(contrast(ink, BRAND)).toBeGreaterThan(4.5)
  }
  for (const { ink, ground } of Object.values(colours.WORD_COLOURS)) {
    expect(contrast(ink, PAPER)).toBeGreaterThan(4.5)
    expect(contrast(ink, ground)).toBeGreaterThan(4.5)
  }
  expect(contrast(colours.TRACK_LINE, colours.TRACK)).toBeGreaterThan(3)
})

describe.each(LANGUAGES)('in %s', (language) => {
  test.each([
    ['usual', usual],
    ['crowded', crowded],
    ['of one container', madeCard([box('textiles', 'nearly-full', 76)])],
    [
      'all unknown',
      madeCard(usual.containers.map(({ fraction }) => ({ fraction, word: 'unknown' }))),
    ],
    ['of sixty of one kind', madeCard(Array.from({ length: 60 }, () => box('paper', 'full', 99)))],
    [
      'of one endless word',
      madeCard([box('paper', 'full', 99)], { station: 'W'.repeat(80), town: 'Å'.repeat(100) }),
    ],
    ['of two boxes each', madeCard([...usual.containers, ...usual.containers])],
  ])('nothing of a card that is %s leaves the picture or runs into its neighbour', (_, facts) => {
    const right = new Map<string, number>()
    for (const { name, attributes: a, text } of elementsOf(facts, language)) {
      const n = (key: string) => Number(a[key] ?? 0)
      if (name === 'rect') {
        expect(n('x') + n('width')).toBeLessThanOrEqual(CARD_WIDTH)
        expect(n('y') + n('height')).toBeLessThanOrEqual(CARD_HEIGHT)
        expect(n('width')).toBeGreaterThan(0)
      }
      if (name !== 'text' || a['text-anchor'] === 'middle') continue
      const widthOf = a['font-weight'] === '700' ? faces.bold : faces.regular
      const width = widthOf(text) * n('font-size')
      const left = a['text-anchor'] === 'end' ? n('x') - width : n('x')
      expect(left).toBeGreaterThan(50)
      expect(left + width).toBeLessThan(CARD_WIDTH - 50)
      expect(n('y')).toBeLessThan(CARD_HEIGHT - 15)
      // Within a line, what is written later stands further right, but for the legend, which is set from the right.
      const line = a['y']!
      if (n('y') < 610) expect(left).toBeGreaterThanOrEqual(right.get(line) ?? 0)
      right.set(line, left + width)
    }
  })
})

test.each(LANGUAGES)('the foot has room for all that it may say: %s', (language) => {
  const facts = {
    ...crowded,
    containers: [...crowded.containers, box('textiles', 'full', 95, 'both')],
  }
  const foot = elementsOf(facts, language).filter(
    ({ name, attributes }) => name === 'text' && attributes['y'] === '646',
  )
  const [source, ...legend] = foot.map(({ attributes: a, text }) => {
    const left = Number(a['x'])
    return { left, right: left + faces.regular(text) * Number(a['font-size']) }
  })
  expect(legend).toHaveLength(4)
  // Each has its sample on its left.
  expect(Math.min(...legend.map(({ left }) => left)) - 44).toBeGreaterThan(source!.right + 16)
})

test('a name of eighty letters is whole, on two lines', () => {
  const [first, second] = texts(crowded)
  expect(`${first} ${second}`).toBe(crowded.station)
})

test('a name that can’t be broken between words is broken within', () => {
  const name = setName('W'.repeat(80), 780, { most: 68, inOne: 46, least: 34 }, faces.bold)
  expect(name.lines).toHaveLength(2)
  expect(name.lines[0]).toMatch(/^W+-$/)
  expect(name.lines[1]).toMatch(/^W+…$/)
  for (const line of name.lines) expect(faces.bold(line) * name.size).toBeLessThanOrEqual(780)
})

test('names may hold what is markup elsewhere, and broken characters', () => {
  const facts = madeCard([box('paper', 'full', 99)], { station: 'A & "B" <c>\uD800\u0001 A\u030A' })
  expect(texts(facts)[0]).toBe('A & "B" <c>\uFFFD Å')
})

test('the same state is the same picture, to the letter', () => {
  expect(drawCard(usual, 'sv', faces)).toBe(drawCard(structuredClone(usual), 'sv', faces))
})

test('the town’s own colours are on the signs, with ink that is read on them', () => {
  const signs = elementsOf({ ...usual, colours: { paper: '#ffffff' } })
  const sign = signs.findIndex(
    ({ attributes }) => attributes['fill'] === '#ffffff' && attributes['rx'] === '9',
  )
  expect(signs[sign + 2]!.attributes['stroke']).toBe('#000000')
})

describe('the width of a text', () => {
  test('is that of its letters', () => {
    // Advances of the font's own hmtx table, of 1000 units to the em.
    expect(faces.regular('')).toBe(0)
    expect(faces.regular('ii')).toBeCloseTo(2 * faces.regular('i'), 9)
    expect(faces.bold('W')).toBeGreaterThan(2 * faces.bold('i'))
    expect(sizeFor(['abc'], 10, 40, () => 1)).toBe(10)
  })

  test('can’t be told of what is no font', () => {
    expect(() => readTextWidth(new Uint8Array(64))).toThrow('the font has no table head')
  })
})
