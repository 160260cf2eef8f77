/** Characters as people see them, by which Mastodon and Bluesky count. */
const graphemes = new Intl.Segmenter('sv', { granularity: 'grapheme' })

export function splitGraphemes(text: string): readonly string[] {
  return [...graphemes.segment(text)].map(({ segment }) => segment)
}

/** At most `most` of them, the last an ellipsis where some had to go. */
export function clipGraphemes(text: string, most: number): string {
  const all = splitGraphemes(text)
  return all.length <= most
    ? text
    : `${all
        .slice(0, most - 1)
        .join('')
        .trimEnd()}…`
}
