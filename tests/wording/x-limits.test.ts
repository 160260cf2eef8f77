import { describe, expect, test } from 'vitest'
import { defuse, findXFaults, isUrlLike, weightedLength } from '#src/wording/x-limits.ts'

describe('the weight of a text', () => {
  test.each([
    ['Swedish letters weigh one', 'ÅÄÖåäö', 6],
    ['letters in two parts count as composed', 'ÅÄÖåäö'.normalize('NFD'), 6],
    ['Arabic letters weigh one', 'ممتلئة', 6],
    ['dashes and curly quotes weigh one', '–—”’', 4],
    ['an ellipsis weighs two', '…', 2],
    ['a bullet weighs two', '•', 2],
    ['an arrow weighs two', '→', 2],
    ['a comparison sign weighs two', '≥', 2],
    ['direction marks weigh two', '\u200E\u200F', 4],
    ['isolates weigh two', '\u2068\u2069', 4],
    ['a plain emoji weighs two', '🫙', 2],
    ['a Chinese character weighs two', '満', 2],
    ['nothing weighs nothing', '', 0],
  ])('%s', (_, text, weight) => {
    expect(weightedLength(text)).toBe(weight)
  })

  test('an emoji of several parts never weighs less than X says', () => {
    expect(weightedLength('♻️')).toBeGreaterThanOrEqual(2)
    expect(weightedLength('🧑‍🧑‍🧒')).toBeGreaterThanOrEqual(8)
  })
})

describe('what X might make a link of', () => {
  test.each([
    'Se https://boras.se/avs',
    'Se boras.se',
    'kl.no',
    'Glas är fullt.Se kartan',
    'Det är tomt.Nu finns plats',
    'avs.återvinning.se',
    'avs.a\u030Atervinning.se',
    'avs@boras.se',
    'v1.se',
    '10:15.Se',
    '♻️.se',
    'karta.png',
    'foo.рф',
    'foo.xn--p1ai',
    'torget。se',
    'torget．se',
    'http://localhost',
  ])('%s is like a link', (text) => {
    expect(isUrlLike(text)).toBe(true)
    expect(isUrlLike(defuse(text))).toBe(false)
    expect(findXFaults(text)).toContain('url-like')
  })

  test.each([
    '1.5 km',
    '1,2 km',
    'kl. 10',
    'Fullt. Se kartan.',
    'Ekudden: behållaren är full sedan 10:15.',
    'S:t Eriks torg',
    'Trandared/Kransmossen',
    '127.0.0.1',
    'A.B. Persson',
  ])('%s is not', (text) => {
    expect(isUrlLike(text)).toBe(false)
    expect(findXFaults(text)).toEqual([])
  })
})

test.each([
  ['nothing at all', '  ', ['empty']],
  ['280 of weight one', 'å'.repeat(280), []],
  ['281 of weight one', 'å'.repeat(281), ['too-long']],
  ['a mention', 'Hej @boras', ['mention']],
  ['a wide mention', 'Hej ＠boras', ['mention']],
  ['a lone at-sign', '2 @ 3', []],
  ['all at once', `@a ${'b.se '.repeat(60)}`, ['too-long', 'url-like', 'mention']],
])('faults of %s', (_, text, faults) => {
  expect(findXFaults(text)).toEqual(faults)
})

test.each([
  ['a plain name stays as it is', 'Trandared/Kransmossen', 'Trandared/Kransmossen'],
  ['a name like a link gets a space', 'Torget.se', 'Torget. se'],
  ['an abbreviation gets its space', 'V.Frölunda', 'V. Frölunda'],
  ['a mention is broken', '@boras', '@ boras'],
  ['lines become one', 'Ek\n\tudden\u2028 vid  sjön ', 'Ek udden vid sjön'],
  ['characters that turn the text are taken away', 'Ek\u202Eudden\u200B', 'Ekudden'],
  ['a dot behind an invisible character is seen', 'kl\u200B.no', 'kl. no'],
  ['half a character is taken away', 'Ek\uD800udden', 'Ekudden'],
  ['a scheme loses its meaning', 'https://kl.no', 'https kl. no'],
  ['letters in two parts are composed', 'A\u030Asen', 'Åsen'],
])('%s', (_, name, harmless) => {
  expect(defuse(name)).toBe(harmless)
})
