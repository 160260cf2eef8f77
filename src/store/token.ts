/** What is kept of a token over MQTT. */
import { hash } from 'node:crypto'

/**
 * SHA-256, hex: what stands in `Credential.tokenHash`. Tokens are 128 random bits, so one round of a
 * fast hash suffices.
 */
export function hashToken(token: string | Uint8Array): string {
  return hash('sha256', token)
}
