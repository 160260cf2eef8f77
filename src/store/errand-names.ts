/** What an errand is called: a reference to be read aloud, and a secret that shows that one may see it. */
import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
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

export function secretFrom(sealer: Sealer, from: string, reference: string): string {
  return sealer.mark('secret', `${from} ${reference}`).slice(0, SECRET_LONG)
}

/** Takes as long for what isn't there as for what is: the answer tells nothing of which it was. */
export function opensErrand(kept: Kept<unknown> | undefined, secret: string): boolean {
  const wanted = Buffer.from(kept?.secretHash ?? NOBODYS)
  return timingSafeEqual(wanted, Buffer.from(hashToken(secret))) && kept !== undefined
}

const NOBODYS = hashToken(randomBytes(16))
