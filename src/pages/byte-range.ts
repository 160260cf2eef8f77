/** Parts of a file by their bytes (RFC 9110 §14). */

export type ByteRange =
  /** No part was asked for, or in a way that may be left unheard: several at once, another unit. */
  | { readonly kind: 'whole' }
  /** Both counted from 0, and both within. */
  | { readonly kind: 'part'; readonly first: number; readonly last: number }
  /** What was asked for lies beyond the end. */
  | { readonly kind: 'beyond' }

/** `header` is the request's `Range`, `size` the file's bytes. */
export function parseByteRange(header: string | undefined, size: number): ByteRange {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/i.exec(header ?? '') ?? []
  if (from === undefined || to === undefined || from + to === '') return { kind: 'whole' }
  if (from === '') {
    // The last so many.
    const count = Math.min(Number(to), size)
    return count === 0 ? { kind: 'beyond' } : { kind: 'part', first: size - count, last: size - 1 }
  }
  const first = Number(from)
  const last = to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (to !== '' && Number(to) < first) return { kind: 'whole' }
  return first >= size ? { kind: 'beyond' } : { kind: 'part', first, last }
}
