/** What the pool and its workers say to each other. */

export interface CodecInput {
  readonly bytes: Uint8Array
  readonly fPort: number | undefined
  /** When the network received it, epoch milliseconds; the codec gets it as a Date. */
  readonly recvTimeMs: number
}

/** To a worker: a codec's text comes once, then its number will do. */
export type Order =
  | { readonly kind: 'codec'; readonly codec: number; readonly source: string }
  | { readonly kind: 'decode'; readonly codec: number; readonly input: CodecInput }
  | { readonly kind: 'forget'; readonly codec: number }

/** From a worker, one for each `decode` and one when it is ready. */
export type Report =
  | { readonly kind: 'ready' }
  /** The codec's answer as JSON text, not looked into. */
  | { readonly kind: 'answered'; readonly json: string }
  | { readonly kind: 'failed'; readonly because: WorkerFailure; readonly detail: string }

export type WorkerFailure =
  /** It is too long, doesn't load, or has nothing in it to call: so it will be with every frame. */
  | 'no-codec'
  /** It threw on this frame, or said that it can't read it. */
  | 'threw'
  /** It went on for too long, by the count of QuickJS' interrupts. */
  | 'over-budget'
  | 'out-of-memory'
  /** What it gave back is nothing that JSON can say, or too much. */
  | 'bad-answer'

/** A codec's text at most: none of the published ones is longer. */
export const MAX_SOURCE_BYTES = 128 * 1024
export const MAX_ANSWER_CHARACTERS = 64 * 1024
