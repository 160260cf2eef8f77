/**
 * Text that only who has the secret can read: AES-256-GCM under a key made of it (HKDF, RFC 5869). The
 * secret must be random; a password that a person chose could be guessed.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

// Salt of 16 bytes, initialisation vector of 12, tag of 16, and what was said.
const IV_AT = 16
const TAG_AT = IV_AT + 12
const BODY_AT = TAG_AT + 16
const KEY_BYTES = 32

function deriveKey(secret: string, salt: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, salt, 'kvitter', KEY_BYTES))
}

export function seal(text: string, secret: string): string {
  const salt = randomBytes(IV_AT)
  const iv = randomBytes(TAG_AT - IV_AT)
  const cipher = createCipheriv('aes-256-gcm', deriveKey(secret, salt), iv)
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([salt, iv, cipher.getAuthTag(), body]).toString('base64url')
}

/** Undefined for what was sealed with another secret, or by nobody. */
export function unseal(sealed: string, secret: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64url')
  const salt = bytes.subarray(0, IV_AT)
  const iv = bytes.subarray(IV_AT, TAG_AT)
  const tag = bytes.subarray(TAG_AT, BODY_AT)
  if (tag.length < BODY_AT - TAG_AT) return undefined
  const decipher = createDecipheriv('aes-256-gcm', deriveKey(secret, salt), iv)
  decipher.setAuthTag(tag)
  try {
    const body = bytes.subarray(BODY_AT)
    return Buffer.concat([decipher.update(body), decipher.final()]).toString()
  } catch {
    return undefined
  }
}
