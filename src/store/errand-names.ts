/** What an errand is called: a reference to be read aloud, and a secret that shows that one may see it. */
import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import type { EpochMs } from '#src/stations/time.ts'
import type { BookingTx, Kept, NewErrand } from './bookings.ts'
import { hashToken } from './token.ts'
import type { Sealer } from './sealer.ts'

/** No vowels, so no words; nothing that sounds or looks like another. */
const LETTERS = '23456789CFHJKMPRTVWX'
const LETTERS_LONG = 6
/** As long as one of 128 random bits. */
const SECRET_LONG = 22
const WRITTEN = new RegExp(`^[${LETTERS}]{${LETTERS_LONG}}$`)

/** As it is kept, from however it was typed; undefined for what can't be one. */
export function parseReference(text: string): string | undefined {
  const plain = text.toUpperCase().replace(/[\s-]/g, '')
  return WRITTEN.test(plain) ? plain : undefined
}

/** What nobody reads aloud. */
export function newId(): string {
  return randomBytes(12).toString('base64url')
}

export interface Named extends NewErrand {
  readonly secret: string
}

/**
 * A name that nobody has. With `from`, what came with the form, the secret is made of that and of the
 * machine's: so a form that is sent again is answered with the same one, though only its hash is kept.
 */
export async function nameErrand(
  tx: Pick<BookingTx, 'isFreeReference'>,
  sealer: Sealer,
  from: string | undefined,
): Promise<Named> {
  for (;;) {
    const reference = Array.from(
      { length: LETTERS_LONG },
      () => LETTERS[randomInt(LETTERS.length)],
    ).join('')
    if (!(await tx.isFreeReference(reference))) continue
    const secret =
      from === undefined
        ? randomBytes(16).toString('base64url')
        : secretFrom(sealer, from, reference)
    return { reference, secret, secretHash: hashToken(secret) }
  }
}

/** What became of a form by the key that came with it. A key that is known with another form is reused. */
export type SentForm<Errand> =
  | {
      readonly kind: 'first'
      /** From now on it is known. */
      readonly keep: (reference: string, at: EpochMs) => Promise<void>
    }
  | { readonly kind: 'again'; readonly kept: Kept<Errand>; readonly secret: string }
  | { readonly kind: 'key-reused' }

export async function recogniseForm<Errand>(
  tx: Pick<BookingTx, 'submitted' | 'keepSubmitted'>,
  sealer: Sealer,
  form: { readonly request: object; readonly actor?: string; readonly key?: string },
  find: (reference: string) => Promise<Kept<Errand> | undefined>,
): Promise<SentForm<Errand>> {
  const { request, actor, key } = form
  if (key === undefined) return { kind: 'first', keep: () => Promise.resolve() }
  const keyHash = sealer.mark('submit', key)
  const requestHash = sealer.mark('form', JSON.stringify([request, actor]))
  const before = await tx.submitted(keyHash)
  if (!before) {
    const keep = (reference: string, at: EpochMs) =>
      tx.keepSubmitted({ keyHash, requestHash, reference, at })
    return { kind: 'first', keep }
  }
  const kept = await find(before.reference)
  if (before.requestHash !== requestHash || !kept) return { kind: 'key-reused' }
  return { kind: 'again', kept, secret: secretFrom(sealer, key, before.reference) }
}

function secretFrom(sealer: Sealer, from: string, reference: string): string {
  return sealer.mark('secret', `${from} ${reference}`).slice(0, SECRET_LONG)
}

/** Takes as long for what isn't there as for what is: the answer tells nothing of which it was. */
export function opensErrand(kept: Kept<unknown> | undefined, secret: string): boolean {
  const wanted = Buffer.from(kept?.secretHash ?? NOBODYS)
  return timingSafeEqual(wanted, Buffer.from(hashToken(secret))) && kept !== undefined
}

const NOBODYS = hashToken(randomBytes(16))
