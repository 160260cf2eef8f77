/** Bytes that should be JSON. */
import { Buffer } from 'node:buffer'
import { refuse } from './refusal.ts'
import type { Refusal } from './refusal.ts'

export type Json = { readonly kind: 'json'; readonly value: unknown }

export function decodeJson(payload: Uint8Array): Json | Refusal {
  if (payload.byteLength === 0) return refuse('not-json', 'the message is empty; expected JSON')
  const text = Buffer.isBuffer(payload)
    ? payload.toString('utf8')
    : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8')
  try {
    return { kind: 'json', value: JSON.parse(text) as unknown }
  } catch (error) {
    return refuse('not-json', `expected JSON (UTF-8): ${(error as Error).message.slice(0, 120)}`)
  }
}
