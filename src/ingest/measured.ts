/** What a decoder hands over when it understood its bytes or fields. */
import type { Measurement } from '#src/stations/reading.ts'

export interface Measured {
  readonly kind: 'measured'
  /** Oldest first where they have times; one with nothing in it for a frame that tells of the device only. */
  readonly measurements: readonly Measurement[]
}

/** A measurement being put together. */
export type Draft = { -readonly [K in keyof Measurement]: Measurement[K] }
