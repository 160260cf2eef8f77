/** A post's picture on its way to a platform. Whatever becomes of it, the post goes out. */
import type { Card, PostPictures } from '#src/cards/card-desk.ts'
import { SECOND } from '#src/stations/time.ts'
import type { Delivery, WayOut } from '#src/store/contract.ts'
import type { Failure, Turn } from '../channel.ts'

/** How long the far end may take to have it. */
const UPLOAD_MS = 6 * SECOND
/** The longest that a post is held up by its picture, drawing included. */
export const PICTURE_MS = UPLOAD_MS + 3 * SECOND

/** What the far end calls it once it is there; undefined where the post goes without. */
export async function bringPicture<Brought extends object>(
  pictures: PostPictures | undefined,
  { postKey, language }: Delivery,
  way: WayOut,
  turn: Turn,
  bring: (card: Card, turn: Turn) => Promise<Brought | Failure>,
): Promise<Brought | undefined> {
  const card = await pictures?.cardFor(postKey, language)
  if (!card) return undefined
  const signal = AbortSignal.any([turn.signal, AbortSignal.timeout(UPLOAD_MS)])
  const brought = await bring(card, { ...turn, signal })
  if (!isFailure(brought)) return brought
  pictures?.missed(way, brought.detail)
  return undefined
}

function isFailure(brought: object): brought is Failure {
  return 'kind' in brought && 'detail' in brought
}
