/** A post as Bluesky keeps it, and the name under which it is kept. Pure. */
import { SECOND, isoText } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Delivery } from '#src/store/contract.ts'

export const POSTS = 'app.bsky.feed.post'

/** What another post is called, in one of its versions. */
export interface StrongRef {
  readonly uri: string
  readonly cid: string
}

export interface Reply {
  /** Of the whole thread. */
  readonly root: StrongRef
  readonly parent: StrongRef
}

/** A picture that the server has: `blob` as it told. */
export interface Picture {
  readonly blob: object
  readonly alt: string
  readonly width: number
  readonly height: number
}

interface Facet {
  /** In bytes of UTF-8. */
  readonly index: { readonly byteStart: number; readonly byteEnd: number }
  readonly features: readonly Readonly<Record<string, string>>[]
}

/** The same for every try, so that a repeat changes nothing. */
export function recordOf(
  delivery: Pick<Delivery, 'text' | 'language'>,
  createdAt: EpochMs,
  reply?: Reply,
  picture?: Picture,
): object {
  const { text, language } = delivery
  const facets = facetsOf(text)
  return {
    $type: POSTS,
    text,
    langs: [language],
    createdAt: isoText(createdAt),
    ...(facets.length > 0 && { facets }),
    ...(reply && { reply }),
    ...(picture && { embed: embedOf(picture) }),
  }
}

function embedOf({ blob, alt, width, height }: Picture): object {
  const image = { alt, image: blob, aspectRatio: { width, height } }
  return { $type: 'app.bsky.embed.images', images: [image] }
}

const ADDRESS = /https?:\/\/[^\s<>"]*[^\s<>".,;:!?()[\]]/gu
const TAG = /(?<=^|\s)#([\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*)/gu

/** Links and hashtags, which are none unless they are marked. */
export function facetsOf(text: string): readonly Facet[] {
  const found = [
    ...text.matchAll(ADDRESS).map((match) => ({
      match,
      feature: { $type: 'app.bsky.richtext.facet#link', uri: match[0] },
    })),
    ...text.matchAll(TAG).map((match) => ({
      match,
      feature: { $type: 'app.bsky.richtext.facet#tag', tag: match[1]! },
    })),
  ]
  return found.map(({ match, feature }) => {
    const byteStart = Buffer.byteLength(text.slice(0, match.index))
    const byteEnd = byteStart + Buffer.byteLength(match[0])
    return { index: { byteStart, byteEnd }, features: [feature] }
  })
}

const SORTABLE = '234567abcdefghijklmnopqrstuvwxyz'
const CLOCK_BITS = 10n

/**
 * The record's key, a TID: microseconds and a clock's number, in sortable base 32. Both are made from when
 * the post could be said and from the delivery's number, so each delivery has its own for ever.
 */
export function recordKey({ id, sendAt }: Pick<Delivery, 'id' | 'sendAt'>): string {
  const microseconds = BigInt(sendAt) * BigInt(SECOND) + BigInt(id % 1000)
  const clock = BigInt(Math.trunc(id / 1000) % 1024)
  let rest = (microseconds << CLOCK_BITS) | clock
  let key = ''
  for (let i = 0; i < 13; i += 1) {
    key = SORTABLE[Number(rest & 31n)]! + key
    rest >>= 5n
  }
  return key
}
