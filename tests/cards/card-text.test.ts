import { describe, expect, test } from 'vitest'
import { LANGUAGES } from '#src/stations/fraction.ts'
import { cardText, LONGEST_ALT } from '#src/wording/cards/card-text.ts'
import { box, crowded, madeCard, usual } from './made-card.ts'

describe('a card’s description tells all that the picture tells', () => {
  test('in Swedish', () => {
    expect(cardText(usual, 'sv')).toBe(
      'Ekudden, återvinningsstation, Provstad, tisdag 5 maj 14:35, enligt givare och besökare. ' +
        '2 av 6 behållare är fulla, 1 nästan full, 1 okänd. ' +
        'Pappersförpackningar: fullt, 96 procent. Plastförpackningar: nästan fullt, 81 procent. ' +
        'Metallförpackningar: plats finns, 34 procent. Ofärgat glas: okänt. ' +
        'Färgat glas: plats finns, 12 procent. Tidningar: fullt, enligt besökare.',
    )
  })

  test('in English', () => {
    expect(cardText(usual, 'en')).toBe(
      'Ekudden, recycling station, Provstad, Tuesday 5 May 14:35, according to sensors and visitors. ' +
        '2 of 6 containers are full, 1 nearly full, 1 unknown. ' +
        'Paper packaging: full, 96 per cent. Plastic packaging: nearly full, 81 per cent. ' +
        'Metal packaging: has room, 34 per cent. Clear glass: unknown. ' +
        'Coloured glass: has room, 12 per cent. Newspapers: full, according to visitors.',
    )
  })

  test('in Finnish', () => {
    expect(cardText(usual, 'fi')).toBe(
      'Ekudden, kierrätyspiste, Provstad, tiistai 5. toukokuuta klo 14.35, anturien ja kävijöiden mukaan. ' +
        'Täynnä: 2/6 astiaa, melkein täynnä: 1, ei tiedossa: 1. ' +
        'Paperipakkaukset: täynnä, 96 prosenttia. Muovipakkaukset: melkein täynnä, 81 prosenttia. ' +
        'Metallipakkaukset: tilaa on, 34 prosenttia. Väritön lasi: ei tiedossa. ' +
        'Värillinen lasi: tilaa on, 12 prosenttia. Sanomalehdet: täynnä, kävijöiden mukaan.',
    )
  })
})

test('of several boxes of a fraction it tells how many are how full, the fullest first', () => {
  const facts = madeCard([
    box('metal', 'has-room', 20),
    box('metal', 'unknown'),
    box('metal', 'full', 97),
  ])
  expect(cardText(facts, 'sv')).toContain(
    'Metallförpackningar: 1 full, 1 med plats, 1 okänd, 97 och 20 procent.',
  )
})

test.each([
  [[], 'Här står inga behållare.'],
  [[box('paper', 'full', 97)], 'Behållaren är full.'],
  [[box('paper', 'nearly-full', 80)], 'Behållaren är nästan full.'],
  [[box('paper', 'has-room', 0)], 'Det finns plats i behållaren.'],
  [[box('paper', 'unknown')], 'Just nu vet vi inte hur fullt det är.'],
  [[box('paper', 'full', 97), box('metal', 'full', 99)], 'Båda behållarna är fulla.'],
  [
    [box('paper', 'has-room', 7), box('metal', 'has-room', 9)],
    'Det finns plats i båda behållarna.',
  ],
  [[box('paper', 'has-room', 7), box('metal', 'unknown')], 'Ingen behållare är full, 1 okänd.'],
])('in a sentence: %j', (containers, sentence) => {
  expect(cardText(madeCard(containers), 'sv')).toContain(` ${sentence}`)
})

test('where nothing is known nobody is said to have said it', () => {
  const text = cardText(madeCard([box('paper', 'unknown')]), 'sv')
  expect(text).toBe(
    'Ekudden, återvinningsstation, Provstad, tisdag 5 maj 14:35. Just nu vet vi inte hur fullt det är. Pappersförpackningar: okänt.',
  )
})

describe.each(LANGUAGES)('in %s', (language) => {
  test('sixty containers are described whole in a thousand characters', () => {
    const text = cardText(crowded, language)
    expect(text.length).toBeLessThanOrEqual(LONGEST_ALT)
    expect(text).toMatch(/\.$/)
  })

  test('names of any length and make are cut to fit', () => {
    const long = { ...crowded, station: '👩‍👩‍👧‍👦'.repeat(80), town: '👩‍👩‍👧‍👦'.repeat(80) }
    expect(cardText(long, language).length).toBeLessThanOrEqual(LONGEST_ALT)
  })
})
