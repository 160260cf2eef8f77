/** A place in the list of posts, as text for an address. */
import { parsePostKey, type PostKey } from '#src/stations/ids.ts'
import { parseInstant, type EpochMs } from '#src/stations/time.ts'
import type { PostPlace } from './contract.ts'

const PLACE = /^(-?\d{1,16})_([0-9a-f]{16})$/

/** A page's end as callers hand it back to us. */
export function placeText({ at, key }: { readonly at: EpochMs; readonly key: PostKey }): string {
  return `${at}_${key}`
}

export function parsePlace(text: string): Required<PostPlace> | undefined {
  const [, ms, written] = PLACE.exec(text) ?? []
  const at = ms === undefined ? undefined : parseInstant(Number(ms))
  const key = written === undefined ? undefined : parsePostKey(written)
  return at === undefined || !key ? undefined : { at, key }
}
