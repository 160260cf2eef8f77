/**
 * What X takes: 280 weighted characters, and nothing that X would turn into a link (a post with a link
 * costs thirteen times as much) or into a mention. Stricter than X's own twitter-text 3.1 wherever that
 * is simpler: what passes here passes there.
 */

export const X_MAX_WEIGHT = 280

/** twitter-text's configuration 3: these code points weigh one, all others two. */
const LIGHT: readonly (readonly [number, number])[] = [
  [0x0000, 0x10ff],
  [0x2000, 0x200d],
  [0x2010, 0x201f],
  [0x2032, 0x2037],
]

/**
 * Length as X counts it, after NFC. An emoji made of several code points weighs more here than the two
 * that X asks for: X's own table of emoji is from 2019, so newer ones may weigh that much there too.
 */
export function weightedLength(text: string): number {
  let weight = 0
  for (const character of text.normalize('NFC')) {
    const code = character.codePointAt(0)!
    weight += LIGHT.some(([from, to]) => code >= from && code <= to) ? 1 : 2
  }
  return weight
}

/**
 * A full stop with a letter straight after it and no space before: `boras.se`, `kl.no`, `fullt.Se`.
 * X asks whether what follows is a top-level domain; new ones appear every month, so any two letters
 * count here. The wide and ideographic stops are read as dots by browsers.
 */
const DOTTED = /\S[.．。｡](?=\p{L}[\p{L}\p{N}\p{M}-])/gu

/** Whether X, or a careless reader of its posts, might take some of the text for an address. */
export function isUrlLike(text: string): boolean {
  const normal = text.normalize('NFC')
  return normal.includes('://') || normal.search(DOTTED) >= 0
}

const MENTION = /[@＠](?=[\p{L}\p{N}_])/gu

/** Whether a platform might tell somebody that the text is about them. */
export function hasMention(text: string): boolean {
  return text.search(MENTION) >= 0
}

export type XFault = 'empty' | 'too-long' | 'url-like' | 'mention'

/** Everything that speaks against posting a text on X; empty when it may be sent. */
export function findXFaults(text: string): readonly XFault[] {
  const faults: XFault[] = []
  if (text.trim() === '') faults.push('empty')
  if (weightedLength(text) > X_MAX_WEIGHT) faults.push('too-long')
  if (isUrlLike(text)) faults.push('url-like')
  if (hasMention(text)) faults.push('mention')
  return faults
}

/**
 * A name made harmless: one line, NFC, no invisible or direction-changing characters, and a space
 * wherever a stop would make a link or an at-sign a mention. `Torget.se` becomes `Torget. se`.
 */
export function defuse(name: string): string {
  return name
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/[\p{Cf}\uFFFD]/gu, '')
    .replaceAll('://', ' ')
    .replace(DOTTED, '$& ')
    .replace(MENTION, '$& ')
    .replace(/\s+/g, ' ')
    .trim()
}
