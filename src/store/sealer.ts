/** Seals what is personal or secret under the machine's secret, and marks it so that it is found again. */
import { createHmac, hkdfSync } from 'node:crypto'
import { seal, unseal } from './sealed.ts'

export interface Sealer {
  seal(text: string): string
  /** Undefined for what was sealed under another secret. */
  unseal(sealed: string): string | undefined
  /** The same for the same text; nobody without the secret can tell whose it is. base64url, 43 characters. */
  mark(purpose: string, text: string): string
}

export function openSealer(secret: string): Sealer {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'kvitter marks', 32))
  return {
    seal: (text) => seal(text, secret),
    unseal: (sealed) => unseal(sealed, secret),
    mark: (purpose, text) =>
      createHmac('sha256', key)
        .update(JSON.stringify([purpose, text]))
        .digest('base64url'),
  }
}
