/** What the machine's secret is used for where people are concerned: to seal what is told of them, and to know them again. */
import { createHmac, hkdfSync } from 'node:crypto'
import { seal, unseal } from './sealed.ts'

export interface Vault {
  seal(text: string): string
  /** @throws when it was sealed under another secret: the database and the secret don't belong together. */
  unseal(sealed: string): string
  /** The same for the same text, and nothing to anybody without the secret. 132 bits. */
  mark(what: string, text: string): string
}

const MARK_CHARACTERS = 22

export function openVault(secret: string): Vault {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'kvitter marks', 32))
  return {
    seal: (text) => seal(text, secret),
    unseal(sealed) {
      const text = unseal(sealed, secret)
      if (text !== undefined) return text
      throw new Error(
        'what is kept of a person was sealed with another secret; is KVITTER_SECRET_KEY, or the file secret.key, that of this database?',
      )
    },
    mark: (what, text) =>
      createHmac('sha256', key)
        .update(JSON.stringify([what, text]))
        .digest('base64url')
        .slice(0, MARK_CHARACTERS),
  }
}
