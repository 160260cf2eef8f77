/** Calls to return: noted by staff, followed until they are done, and forgotten soon after. */
import type { Terms } from '#src/pickups/booking/booking.ts'
import {
  afterCall,
  inOrder,
  isDue,
  newCallBack,
  type CallBack,
  type CallOutcome,
} from '#src/pickups/booking/call-backs.ts'
import type { BookingLanguage } from '#src/stations/return-bike.ts'
import { isoText, type Clock, type EpochMs } from '#src/stations/time.ts'
import { unsealed } from './booking-people.ts'
import type { BookingTx, ErrandAccess, KeptCallBack } from './bookings.ts'
import type { Store } from './contract.ts'
import { newId } from './errand-names.ts'
import type { Sealer } from './sealer.ts'

/** As they said it; sealed as one text. */
export interface Caller {
  readonly name: string
  readonly phone: string
  /** What it was about. */
  readonly note?: string
}

export interface CallBackRequest {
  readonly caller: Caller
  readonly language: BookingLanguage
  readonly interpreter: boolean
  /** Absent: as soon as somebody can. */
  readonly callAt?: EpochMs
}

export interface SeenCallBack {
  readonly callBack: CallBack
  readonly caller: Caller
}

export type CallBackAnswer<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  | { readonly kind: 'no-such' }
  /** Somebody did something with it meanwhile. */
  | { readonly kind: 'stale' }
  /** The town has no return bike. */
  | { readonly kind: 'closed' }

/** Of ids that are made of a form. */
const ID_LONG = 16

export interface CallBackDesk {
  /** `key` makes a form that is sent twice one call; with anything else in it, it is another call. */
  note(
    request: CallBackRequest,
    sent: { readonly actor: string; readonly key?: string },
  ): Promise<CallBackAnswer<SeenCallBack>>
  /** All that are kept, in the order in which to call. */
  list(actor: string): Promise<readonly SeenCallBack[]>
  /** How many are to be called by now. */
  countDue(): Promise<number>
  find(id: string, actor: string): Promise<CallBackAnswer<SeenCallBack>>
  settle(
    id: string,
    actor: string,
    outcome: CallOutcome,
    more?: { readonly callAt?: EpochMs; readonly version?: number },
  ): Promise<CallBackAnswer<SeenCallBack>>
}

export function openCallBackDesk(options: {
  readonly store: Store
  readonly sealer: Sealer
  readonly clock: Clock
  readonly terms: () => Terms | undefined
}): CallBackDesk {
  const { store, sealer, clock } = options

  const seen = (kept: KeptCallBack) => seenCallBack(kept, sealer)
  const idOf = (key: string, { caller, language, interpreter, callAt }: CallBackRequest) => {
    const { name, phone, note } = caller
    const form = JSON.stringify([key, name, phone, note, language, interpreter, callAt])
    return sealer.mark('call-back', form).slice(0, ID_LONG)
  }

  return {
    async note(request, { actor, key }) {
      if (!options.terms()) return { kind: 'closed' }
      const { caller, callAt, ...asked } = request
      const now = clock()
      const id = key === undefined ? newId() : idOf(key, request)
      return store.errands(async (tx) => {
        const before = await tx.callBack(id)
        if (before) return { kind: 'ok', value: seen(before) }
        const callBack = newCallBack({ ...asked, id, ...(callAt !== undefined && { callAt }) }, now)
        await tx.keepCallBack(callBack)
        await tx.keepPerson(id, sealer.seal(JSON.stringify(caller)))
        await noteCall(tx, callBack, 'call-back-noted', actor)
        return { kind: 'ok', value: { callBack, caller } }
      })
    },
    async list(actor) {
      const kept = inOrder(await store.callBacks())
      await noteSeen(
        actor,
        'listed',
        kept.map(({ callBack }) => callBack.id),
      )
      return kept.map(seen)
    },
    async countDue() {
      const now = clock()
      return (await store.callBacks()).filter(({ callBack }) => isDue(callBack, now)).length
    },
    async find(id, actor) {
      const kept = (await store.callBacks()).find(({ callBack }) => callBack.id === id)
      if (!kept) return { kind: 'no-such' }
      await noteSeen(actor, 'read', [id])
      return { kind: 'ok', value: seen(kept) }
    },
    async settle(id, actor, outcome, { callAt, version } = {}) {
      const now = clock()
      return store.errands(async (tx): Promise<CallBackAnswer<SeenCallBack>> => {
        const kept = await tx.callBack(id)
        if (!kept) return { kind: 'no-such' }
        const before = kept.callBack
        const isOver = before.state === 'done' && outcome !== 'done'
        if (isOver || (version !== undefined && version !== before.version)) {
          return { kind: 'stale' }
        }
        const callBack = afterCall(before, outcome, now, callAt)
        if (callBack !== before) {
          await tx.keepCallBack(callBack)
          await noteCall(tx, callBack, outcome, actor)
        }
        return { kind: 'ok', value: seen({ ...kept, callBack }) }
      })
    },
  }

  async function noteSeen(actor: string, what: ErrandAccess['what'], ids: readonly string[]) {
    const at = clock()
    await store.noteAccess(ids.map((errandId) => ({ at, by: actor, what, errandId })))
  }
}

export function seenCallBack({ callBack, sealed }: KeptCallBack, sealer: Sealer): SeenCallBack {
  return { callBack, caller: JSON.parse(unsealed(sealed, sealer)) as Caller }
}

/** Its line in the log: in which state it is now, and when to call. */
async function noteCall(
  tx: BookingTx,
  { id, state, dueAt, touchedAt }: CallBack,
  did: string,
  by: string,
): Promise<void> {
  await tx.note({ at: touchedAt, by, errandId: id, did, detail: `${state} ${isoText(dueAt)}` })
}
