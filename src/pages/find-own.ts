/** What is opened by the reference and the secret that stand in its own page's address. */
import type { Answer, Asker } from '#src/store/booking-desk.ts'
import { parseReference } from '#src/store/errand-names.ts'
import type { LoanAnswer } from '#src/store/loan-desk.ts'

export interface OwnParams {
  readonly reference: string
  readonly secret: string
}

/** Undefined where nothing is there by that name, or not by that secret. */
export async function findOwn<Seen>(
  desk: { find(reference: string, by: Asker): Promise<Answer<Seen> | LoanAnswer<Seen>> },
  params: OwnParams,
): Promise<{ readonly seen: Seen; readonly secret: string; readonly by: Asker } | undefined> {
  const { secret } = params
  const by: Asker = { kind: 'resident', secret }
  const reference = parseReference(params.reference)
  const found = reference === undefined ? undefined : await desk.find(reference, by)
  return found?.kind === 'ok' ? { seen: found.value, secret, by } : undefined
}
