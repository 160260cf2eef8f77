import { createHash } from 'node:crypto'

/** How a reader knows a text again: a strong entity tag (RFC 9110 §8.8.3), quotes included. */
export function entityTag(text: string): string {
  return `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`
}
