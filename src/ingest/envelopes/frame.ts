/** What every LoRaWAN network server's uplink comes down to. */
import { z } from 'zod'
import type { DeviceId } from '#src/stations/ids.ts'
import type { Signal } from '#src/stations/reading.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { refuse, show, showPath, valueAt } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'

export interface Frame {
  readonly kind: 'frame'
  /** The DevEUI, sixteen lower-case hex digits; the network's own name where it has no EUI. */
  readonly deviceId: DeviceId
  /** When the network received it. */
  readonly at?: EpochMs
  /** Absent where the network server leaves out what is 0. */
  readonly fPort?: number
  readonly counter?: number
  /** Empty for an uplink that carries nothing but network housekeeping. */
  readonly bytes: Uint8Array
  readonly signal?: Signal
  /** What the network server's own codec made of the bytes, unchecked. */
  readonly decoded?: unknown
}

/** A frame, or word of something that is none: a join, a location, the server's own downlink. */
export type Envelope = Frame | { readonly kind: 'network-event'; readonly event: string }

export const port = z.number().int().min(0).max(255)
export const counter = z.number().int().min(0).max(0xffff_ffff)

/** Hex digits as they were sent; undefined if they aren't. */
export function decodeHex(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromHex(text)
  } catch {
    return undefined
  }
}

/** Base64 as it was sent; undefined if it isn't. */
export function decodeBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: 'strict' })
  } catch {
    return undefined
  }
}

/** The first thing wrong with an envelope, by field. */
export function complain(error: z.core.$ZodError, value: unknown, hint: string): Refusal {
  const issue = error.issues[0]!
  const where = showPath(issue.path)
  const got = show(valueAt(value, issue.path))
  return refuse(
    'wrong-shape',
    `${where === '' ? 'the message' : where}: ${issue.message}, got ${got} (${hint})`,
  )
}
