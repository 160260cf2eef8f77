/**
 * Where bookings come in, by whatever edge: the book is read, judged (src/pickups/booking) and kept in one
 * transaction. A person is sealed on the way in and unsealed for who may see them.
 */
import { createHmac, randomBytes } from 'node:crypto'
import {
  applyChanges,
  isLive,
  type Booking,
  type BookingBook,
  type Change,
  type Decided,
  type Hold,
  type Notice,
  type NoticeKey,
  type Outcome,
  type Refusal,
  type SlotRef,
  type Terms,
  type Thing,
  wasLetPass,
} from '#src/pickups/booking/booking.ts'
import {
  amend,
  book,
  cancel,
  type Circumstances,
  decline,
  hold,
  release,
  reopen,
  settle,
} from '#src/pickups/booking/decide.ts'
import { noticeOf } from '#src/pickups/booking/notices.ts'
import { type Room, roomIn } from '#src/pickups/booking/room.ts'
import { findSlot, slotsAhead, type SlotTime } from '#src/pickups/booking/service-days.ts'
import { addUp, type Share, shareOf } from '#src/pickups/booking/statistics.ts'
import { offerOf, offerRoom } from '#src/pickups/booking/waiting-list.ts'
import type { BookingLanguage, ListedAddress } from '#src/stations/return-bike.ts'
import { type Clock, type EpochMs, HOUR, plus } from '#src/stations/time.ts'
import { bookingLink } from '#src/wording/book-path.ts'
import { openAddressBooks } from './address-books.ts'
import { type BookingMessages, internationalNumber } from './booking-messages.ts'
import {
  isMeant,
  isOneHousehold,
  isSameHouse,
  locate,
  type Person,
  type PersonQuery,
  sealPerson,
  unsealed,
  unsealPerson,
} from './booking-people.ts'
import type { BookingTx, ErrandAccess, ErrandChange, Kept } from './bookings.ts'
import {
  type CallBackDesk,
  openCallBackDesk,
  seenCallBack,
  type SeenCallBack,
} from './call-back-desk.ts'
import type { Store } from './contract.ts'
import { nameErrand, newId, opensErrand, recogniseForm } from './errand-names.ts'
import type { DayLine, StopPhoto } from './days.ts'
import { forgetLoan } from './loan-erasing.ts'
import { addressBlock } from './reporters.ts'
import { type SeenLoan, seenLoan } from './seen-loan.ts'
import type { Sealer } from './sealer.ts'

/** Who asks: whoever has the errand's secret, or somebody of the staff, by the name they go by. */
export type Asker =
  | { readonly kind: 'resident'; readonly secret: string }
  | { readonly kind: 'staff'; readonly actor: string }

export interface Submission {
  readonly person: Person
  readonly things: readonly Thing[]
  readonly slot?: SlotRef
  readonly waitUntil?: string
  readonly language: BookingLanguage
  readonly interpreter: boolean
  readonly holdId?: string
  /** Staff alone. */
  readonly goesFirst?: boolean
  /** Staff let limits pass, and why. */
  readonly lenientBecause?: string
}

export interface BookingEdits {
  readonly things?: readonly Thing[]
  readonly slot?: SlotRef
  readonly waitUntil?: string
  readonly language?: BookingLanguage
  readonly interpreter?: boolean
  readonly holdId?: string
  readonly goesFirst?: boolean
  readonly lenientBecause?: string
  /** `null` takes away what may be absent. */
  readonly person?: { readonly [Field in keyof Person]?: Person[Field] | null }
}

/** A booking as its booker and staff see it. */
export interface SeenBooking {
  readonly reference: string
  readonly booking: Omit<Booking, 'despiteBecause'>
  /** Why limits were let pass; for staff alone. */
  readonly despiteBecause?: string
  /** Absent once they have been forgotten. */
  readonly person?: Person
  /** Room that is kept for them until they answer. */
  readonly offer?: Hold
  /** False where the town's file has no such slot any more: somebody must speak to them. */
  readonly isServed: boolean
}

export interface Holder {
  /** The address on the internet that they come from. */
  readonly ip?: string
  readonly person?: Person
}

export interface SlotRoom extends SlotTime {
  readonly room: Room
  readonly isOpen: boolean
}

export type Answer<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  | {
      readonly kind: 'refused'
      readonly because: readonly Refusal[]
      /** What the address may have been meant as. */
      readonly nearest?: string
    }
  /** Nothing by that name, or not by that secret: which, nobody is told. */
  | { readonly kind: 'no-such' }
  /** Somebody changed it meanwhile. */
  | { readonly kind: 'stale' }
  /** The same key came with another form. */
  | { readonly kind: 'key-reused' }
  /** The town has no return bike. */
  | { readonly kind: 'closed' }

export interface BookingDesk {
  terms(): Terms | undefined
  slots(): Promise<readonly SlotRoom[]>
  addresses(beginning: string, most: number): readonly ListedAddress[]
  /** `by`: who asks, as far as they are known; where nothing is, nothing bounds them. */
  hold(slot: SlotRef, things: readonly Thing[], by: Holder): Promise<Answer<Hold>>
  release(holdId: string): Promise<void>
  /** What would become of it now; nothing is kept. */
  judge(submission: Submission): Promise<Answer<undefined>>
  /** `key` makes a form that is sent twice one booking. Without an actor it is the resident's own. */
  submit(
    submission: Submission,
    sent: { readonly key?: string; readonly actor?: string },
  ): Promise<Answer<SeenBooking & { readonly secret: string }>>
  find(reference: string, by: Asker): Promise<Answer<SeenBooking>>
  amend(
    reference: string,
    by: Asker,
    edits: BookingEdits,
    version: number | undefined,
  ): Promise<Answer<SeenBooking>>
  cancel(reference: string, by: Asker, version: number | undefined): Promise<Answer<SeenBooking>>
  decline(reference: string, by: Asker): Promise<Answer<SeenBooking>>
  /** `event` where a rider's event says so. */
  settle(
    reference: string,
    actor: string,
    outcome: Outcome,
    event?: string,
  ): Promise<Answer<SeenBooking>>
  /** A rider has taken back the event that had settled it. */
  reopen(reference: string, actor: string, event: string): Promise<Answer<SeenBooking>>
  /**
   * Tells one booker, or all of a slot's, that the bike is on its way or late, and writes it in the day's
   * log, so that nobody tells it again. Gives how many are told.
   */
  tell(
    whom: { readonly reference: string } | (SlotRef & { readonly reference?: undefined }),
    actor: string,
    key: Extract<NoticeKey, 'on-the-way' | 'running-late'>,
    minutes: number | undefined,
  ): Promise<Answer<number>>
  list(
    filter: { readonly day?: string; readonly states?: readonly Booking['state'][] },
    actor: string,
    what?: ErrandAccess['what'],
  ): Promise<readonly SeenBooking[]>
  /** Bookings by a part of a name, an address, a phone number or a reference; the newest days first. */
  search(text: string, actor: string, most: number): Promise<readonly SeenBooking[]>
  /** Everything that is kept of who gave all of this. */
  exportPerson(query: PersonQuery, actor: string): Promise<PersonAnswer<Exported>>
  /** Forgets them. What was still to come is cancelled, without a message. */
  erasePerson(query: PersonQuery, actor: string): Promise<PersonAnswer<Erased>>
  /** The same of one booking, by its booker or staff. */
  erase(reference: string, by: Asker): Promise<Answer<undefined>>
  changes(reference: string, by: Asker): Promise<Answer<readonly ErrandChange[]>>
  /** By month and district, those that are erased among them. */
  statistics(): Promise<readonly Share[]>
  /** Who is to be called, because a booking by phone couldn't be finished. */
  readonly callBacks: CallBackDesk
}

export type PersonAnswer<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  /** The address alone is that of several: it doesn't say who is meant. */
  | { readonly kind: 'several-households' }

interface WithLog {
  readonly changes: readonly ErrandChange[]
  readonly accesses: readonly ErrandAccess[]
}

/** What riders found at the door. */
interface WithFinds {
  readonly riderNotes: readonly { readonly at: EpochMs; readonly text: string }[]
  readonly photos: readonly (Omit<StopPhoto, 'bytes' | 'stopId'> & { readonly base64: string })[]
}

export interface Exported {
  readonly bookings: readonly (SeenBooking & WithLog & WithFinds)[]
  readonly loans: readonly (SeenLoan & WithLog)[]
  readonly callBacks: readonly (SeenCallBack & WithLog)[]
}

export interface Erased {
  /** How many bookings, loans and calls to return went. */
  readonly erased: number
  /** Loans that are out: whoever has the thing is known until it is back. */
  readonly out: readonly string[]
}

export interface BookingDeskOptions {
  readonly store: Store
  readonly sealer: Sealer
  readonly clock: Clock
  /** Undefined where the town has no return bike. */
  readonly terms: () => Terms | undefined
  readonly publicUrl: string
  /** Forgets messages with their booking. */
  readonly messages?: Pick<BookingMessages, 'erase'>
  /** Lines that were written in a day's log. */
  readonly onDayLines?: (lines: readonly DayLine[]) => void
}

const ON_THE_WAY_COUNTS_MS = HOUR
/** As the day's log says it. */
const TOLD = { 'on-the-way': 'told-on-the-way', 'running-late': 'told-late' } as const

export function openBookingDesk(options: BookingDeskOptions): BookingDesk {
  const { store, sealer, clock } = options
  // Gone with the process: what a mark was made of, nobody can try out.
  const salt = randomBytes(16)
  const sourceOf = (ip: string) =>
    createHmac('sha256', salt).update(addressBlock(ip)).digest('base64url')
  const addressBook = openAddressBooks()
  const located = (person: Person, terms: Terms) =>
    locate(person, terms, addressBook(terms), sealer)
  const refused = (because: readonly Refusal[], address: string | undefined, terms: Terms) => {
    const isUnknown = because.some(({ reason }) => reason === 'unknown-address')
    const nearest = isUnknown && address ? addressBook(terms)?.nearest(address)?.address : undefined
    return { kind: 'refused' as const, because, ...(nearest !== undefined && { nearest }) }
  }

  const sealedBecause = (because: string | undefined) =>
    because === undefined ? {} : { lenientBecause: sealer.seal(because) }

  const seen = (
    kept: Kept<Booking>,
    by: Asker['kind'],
    { book: current, terms, now }: Circumstances,
  ): SeenBooking => {
    const { despiteBecause, ...booking } = kept.errand
    const offer = offerOf(current, booking.id, now)
    return {
      reference: kept.reference,
      booking,
      ...(kept.sealed !== undefined && { person: unsealPerson(kept.sealed, sealer) }),
      ...(by === 'staff' &&
        despiteBecause !== undefined && { despiteBecause: unsealed(despiteBecause, sealer) }),
      ...(offer && { offer }),
      isServed: !booking.slot || findSlot(terms, booking.slot) !== undefined,
    }
  }

  function decide(
    circumstances: Circumstances,
    { person, lenientBecause, ...asked }: Submission,
    actor: string | undefined,
  ) {
    const at = located(person, circumstances.terms)
    const decided = book(circumstances, {
      ...asked,
      id: newId(),
      household: at.household,
      ...(at.districtId !== undefined && { districtId: at.districtId }),
      by: actor === undefined ? 'resident' : 'staff',
      placeFaults: at.faults,
      ...sealedBecause(lenientBecause),
    })
    return { at, decided }
  }

  /** Keeps changes, and offers what room they leave to the waiting list before anybody else asks. */
  async function keep(
    tx: BookingTx,
    { book: current, terms, now }: Circumstances,
    changes: readonly Change[],
    more: Omit<Parameters<BookingTx['keepChanges']>[1], 'at'>,
  ): Promise<BookingBook> {
    if (changes.length === 0) return current
    await tx.keepChanges(changes, { at: now, ...more })
    const after = applyChanges(current, changes)
    const offers = offerRoom(after, terms, now, newId)
    if (offers.length > 0) await tx.keepChanges(offers, { at: now, by: 'clock' })
    return applyChanges(after, offers)
  }

  /** Somebody does something with a booking that is theirs to change. */
  async function act(
    reference: string,
    by: Asker,
    work: (
      kept: Kept<Booking>,
      circumstances: Circumstances,
      tx: BookingTx,
    ) => Promise<Decided<Booking> | Answer<SeenBooking>>,
  ): Promise<Answer<SeenBooking>> {
    const terms = options.terms()
    if (!terms) return { kind: 'closed' }
    const now = clock()
    const answer = await store.errands<Answer<SeenBooking>>(async (tx) => {
      const kept = await tx.booking(reference)
      if (!mayOpen(kept, by)) return { kind: 'no-such' }
      const circumstances: Circumstances = { book: await tx.book(), terms, now }
      const decided = await work(kept!, circumstances, tx)
      if (decided.kind !== 'ok') {
        return decided.kind === 'refused' ? refused(decided.because, undefined, terms) : decided
      }
      if (!('changes' in decided)) return decided
      const after = await keep(tx, circumstances, decided.changes, { by: nameOf(by) })
      return {
        kind: 'ok',
        value: seen((await tx.booking(reference))!, by.kind, { ...circumstances, book: after }),
      }
    })
    // What riders tell is settled by the clock's hand: nobody looks at anybody.
    const isLook = answer.kind === 'ok' && !nameOf(by).startsWith('rider ')
    if (isLook) await noteAccess(by, 'read', [answer.value.booking.id])
    return answer
  }

  async function erase(tx: BookingTx, kept: Kept<Booking>, terms: Terms, by: string) {
    const now = clock()
    const { errand } = kept
    let last = errand
    if (isLive(errand)) {
      const circumstances: Circumstances = { book: await tx.book(), terms, now }
      const gone = cancel(circumstances, errand, 'staff')
      if (gone.kind === 'ok') {
        last = gone.result
        await keep(tx, circumstances, silently(gone.changes), { by })
      }
    }
    await tx.erase(errand.id, shareOf(last, terms))
    await tx.note({ at: now, by, errandId: errand.id, did: 'erased', detail: '' })
  }

  /** What somebody wrote is kept sealed. */
  const readable = ({ words, ...change }: ErrandChange): ErrandChange => ({
    ...change,
    ...(words !== undefined && { words: unsealed(words, sealer) }),
  })

  async function findsOf(stopId: string): Promise<WithFinds> {
    const notes = await store.riderNotesOf(stopId)
    const lines = await store.photosOf([stopId])
    const photos = await Promise.all(lines.map(({ id }) => store.photo(id)))
    return {
      riderNotes: notes.map(({ at, sealed }) => ({ at, text: unsealed(sealed, sealer) })),
      photos: photos.flatMap((photo) => {
        if (!photo) return []
        const { bytes, stopId: _stopId, ...line } = photo
        return [{ ...line, base64: unsealed(Buffer.from(bytes).toString(), sealer) }]
      }),
    }
  }

  return {
    terms: options.terms,
    async slots() {
      const terms = options.terms()
      if (!terms) return []
      const now = clock()
      const current = await store.bookingBook()
      return slotsAhead(terms, now).map((time) => ({
        ...time,
        room: roomIn(current, terms.bike, { ...time.slot, day: time.day }, now),
        isOpen: time.closesAt > now,
      }))
    },
    addresses(beginning, most) {
      const terms = options.terms()
      return (terms && addressBook(terms)?.beginningWith(beginning, most)) ?? []
    },
    hold(slot, things, { ip, person }) {
      const terms = options.terms()
      if (!terms) return Promise.resolve({ kind: 'closed' })
      const now = clock()
      const request = {
        id: newId(),
        slot,
        things,
        ...(person && { household: located(person, terms).household }),
        ...(ip !== undefined && { source: sourceOf(ip) }),
      }
      return store.errands(async (tx) => {
        const circumstances: Circumstances = { book: await tx.book(), terms, now }
        const decided = hold(circumstances, request)
        if (decided.kind === 'refused') return refused(decided.because, undefined, terms)
        await keep(tx, circumstances, decided.changes, { by: 'resident' })
        return { kind: 'ok', value: decided.result }
      })
    },
    async release(holdId) {
      const terms = options.terms()
      if (!terms) return
      const now = clock()
      await store.errands(async (tx) => {
        const circumstances: Circumstances = { book: await tx.book(), terms, now }
        const decided = release(circumstances, holdId)
        if (decided.kind === 'ok')
          await keep(tx, circumstances, decided.changes, { by: 'resident' })
      })
    },

    async judge(submission) {
      const terms = options.terms()
      if (!terms) return { kind: 'closed' }
      const circumstances = { book: await store.bookingBook(), terms, now: clock() }
      const { decided } = decide(circumstances, submission, undefined)
      return decided.kind === 'refused'
        ? refused(decided.because, submission.person.address, terms)
        : { kind: 'ok', value: undefined }
    },
    submit(submission, sent) {
      const terms = options.terms()
      if (!terms) return Promise.resolve({ kind: 'closed' })
      const now = clock()
      return store.errands(async (tx): Promise<Answer<SeenBooking & { secret: string }>> => {
        const form = await recogniseForm(
          tx,
          sealer,
          { request: submission, ...sent },
          (reference) => tx.booking(reference),
        )
        if (form.kind === 'key-reused') return form
        const { key, actor } = sent
        const who = actor === undefined ? 'resident' : 'staff'
        const circumstances: Circumstances = { book: await tx.book(), terms, now }
        if (form.kind === 'again') {
          const { kept, secret } = form
          return { kind: 'ok', value: { ...seen(kept, who, circumstances), secret } }
        }
        const { at, decided } = decide(circumstances, submission, actor)
        if (decided.kind === 'refused') {
          return refused(decided.because, submission.person.address, terms)
        }
        const named = await nameErrand(tx, sealer, key)
        const link = bookingLink(options.publicUrl, submission.language, named)
        const after = await keep(tx, circumstances, decided.changes, {
          by: actor ?? 'resident',
          made: new Map([[decided.result.id, named]]),
          // Only now is the secret known: what tells of it is sealed until it is sent.
          extra: ({ key: what }) =>
            what === 'confirmed' || what === 'waiting' ? sealer.seal(link) : undefined,
        })
        await tx.keepPerson(decided.result.id, sealPerson(at.person, sealer))
        await form.keep(named.reference, now)
        const kept = (await tx.booking(named.reference))!
        return {
          kind: 'ok',
          value: { ...seen(kept, who, { ...circumstances, book: after }), secret: named.secret },
        }
      })
    },

    async find(reference, by) {
      const terms = options.terms()
      if (!terms) return { kind: 'closed' }
      const kept = await store.keptBooking(reference)
      if (!mayOpen(kept, by)) return { kind: 'no-such' }
      await noteAccess(by, 'read', [kept!.errand.id])
      const circumstances = { book: await store.bookingBook(), terms, now: clock() }
      return { kind: 'ok', value: seen(kept!, by.kind, circumstances) }
    },

    amend: (reference, by, edits, version) =>
      act(reference, by, async (kept, circumstances, tx) => {
        const { errand } = kept
        if (version !== undefined && version !== errand.version) return { kind: 'stale' }
        const { person: news, lenientBecause, ...rest } = edits
        const was = kept.sealed === undefined ? undefined : unsealPerson(kept.sealed, sealer)
        if (news && !was) return { kind: 'no-such' }
        const is = news && edited(was!, news)
        const isMoved = news !== undefined && ADDRESS_FIELDS.some((field) => field in news)
        const at = is && located(is, circumstances.terms)
        const decided =
          isMoved || Object.keys(rest).length > 0
            ? amend(circumstances, errand, byOf(by), {
                ...rest,
                ...sealedBecause(lenientBecause),
                ...(isMoved && {
                  household: at!.household,
                  ...(at!.districtId !== undefined && { districtId: at!.districtId }),
                  placeFaults: at!.faults.filter(
                    ({ reason }) => !(isSameHouse(was!, is!) && wasLetPass(errand, reason)),
                  ),
                }),
              })
            : renewed(errand)
        if (decided.kind === 'refused') {
          return refused(decided.because, is?.address, circumstances.terms)
        }
        if (at) {
          await tx.keepPerson(errand.id, sealPerson(at.person, sealer))
          const detail = Object.keys(news).sort().join(' ')
          await tx.note({
            at: circumstances.now,
            by: nameOf(by),
            errandId: errand.id,
            did: 'person-changed',
            detail,
          })
        }
        return decided
      }),
    cancel: (reference, by, version) =>
      act(reference, by, async ({ errand }, circumstances) =>
        version !== undefined && version !== errand.version && errand.state !== 'cancelled'
          ? { kind: 'stale' }
          : cancel(circumstances, errand, byOf(by)),
      ),
    decline: (reference, by) =>
      act(reference, by, async ({ errand }, circumstances) => decline(circumstances, errand)),
    settle: (reference, actor, outcome, event) =>
      act(reference, { kind: 'staff', actor }, async ({ errand }, circumstances) =>
        settle(circumstances, errand, outcome, event),
      ),
    reopen: (reference, actor, event) =>
      act(reference, { kind: 'staff', actor }, async ({ errand }, circumstances) =>
        reopen(circumstances, errand, event),
      ),

    async tell(whom, actor, key, minutes) {
      const terms = options.terms()
      if (!terms) return { kind: 'closed' }
      const now = clock()
      const done = await store.errands(async (tx) => {
        const current = await tx.book()
        const one = whom.reference === undefined ? undefined : await tx.booking(whom.reference)
        if (whom.reference !== undefined && !one) return undefined
        const told = [...current.bookings.values()].filter((booking) =>
          whom.reference === undefined
            ? booking.state === 'booked' &&
              booking.slot?.day === whom.day &&
              booking.slot.slotId === whom.slotId
            : booking.id === one!.errand.id && booking.state === 'booked',
        )
        const changes = told.map((booking): Change => {
          const until = plus(now, ON_THE_WAY_COUNTS_MS)
          // The same said again within the minute is the same.
          const mark = `${key}-${Math.floor(now / 60_000)}`
          const notice: Notice = {
            ...noticeOf(booking, key, now, until, mark),
            ...(minutes !== undefined && { minutes }),
          }
          return { kind: 'say', notice }
        })
        await tx.keepChanges(changes, { at: now, by: actor })
        const lines: DayLine[] = []
        const said = { at: now, by: actor }
        for (const { id, slot } of told) {
          await tx.note({ ...said, errandId: id, did: key, detail: '' })
          if (!slot) continue
          const plan = await tx.days.dayPlan(slot.day)
          const line = {
            ...said,
            day: slot.day,
            version: plan?.version ?? 0,
            did: TOLD[key],
            stopId: id,
            ...(minutes !== undefined && { detail: String(minutes) }),
          }
          lines.push(...(await tx.days.noteDay([line])))
        }
        return { count: told.length, lines }
      })
      if (!done) return { kind: 'no-such' }
      options.onDayLines?.(done.lines)
      return { kind: 'ok', value: done.count }
    },

    async list(filter, actor, what = 'listed') {
      const terms = options.terms()
      if (!terms) return []
      const kept = await store.keptBookings(filter)
      const circumstances = { book: await store.bookingBook(), terms, now: clock() }
      await noteAccess(
        { kind: 'staff', actor },
        what,
        kept.map(({ errand }) => errand.id),
      )
      return kept.map((one) => seen(one, 'staff', circumstances))
    },
    async search(text, actor, most) {
      const terms = options.terms()
      if (!terms) return []
      const isWanted = wantedBy(text)
      const circumstances = { book: await store.bookingBook(), terms, now: clock() }
      const found = (await store.keptBookings({}))
        .map((kept) => seen(kept, 'staff', circumstances))
        .filter(isWanted)
        .toReversed()
        .slice(0, most)
      await noteAccess(
        { kind: 'staff', actor },
        'listed',
        found.map(({ booking }) => booking.id),
      )
      return found
    },
    async exportPerson(query, actor) {
      const terms = options.terms()
      if (!terms) return { kind: 'ok', value: { bookings: [], loans: [], callBacks: [] } }
      const mine = await meant(query)
      if (!mine) return { kind: 'several-households' }
      const { bookings, loans, callBacks } = mine
      await noteAccess({ kind: 'staff', actor }, 'exported', [
        ...idsOf(bookings),
        ...idsOf(loans),
        ...callBacks.map(({ callBack }) => callBack.id),
      ])
      const now = clock()
      const circumstances = { book: await store.bookingBook(), terms, now }
      const withLog = async <Seen>(id: string, one: Seen): Promise<Seen & WithLog> => ({
        ...one,
        changes: (await store.errandChanges(id)).map(readable),
        accesses: await store.accesses({ errandId: id, limit: 1000 }),
      })
      const value = {
        bookings: await Promise.all(
          bookings.map(async (kept) => ({
            ...(await withLog(kept.errand.id, seen(kept, 'staff', circumstances))),
            ...(await findsOf(kept.errand.id)),
          })),
        ),
        loans: await Promise.all(
          loans.map((kept) => withLog(kept.errand.id, seenLoan(kept, terms, sealer, now))),
        ),
        callBacks: await Promise.all(callBacks.map((one) => withLog(one.callBack.id, one))),
      }
      return { kind: 'ok', value }
    },
    async erasePerson(query, actor) {
      const terms = options.terms()
      if (!terms) return { kind: 'ok', value: { erased: 0, out: [] } }
      const mine = await meant(query)
      if (!mine) return { kind: 'several-households' }
      const out: string[] = []
      const erased: string[] = []
      // First too: if we die in between, nobody knows any more whose messages they are.
      for (const { errand } of mine.bookings) await options.messages?.erase(errand.id)
      await store.errands(async (tx) => {
        for (const { reference } of mine.bookings) {
          const kept = await tx.booking(reference)
          if (!kept) continue
          await erase(tx, kept, terms, actor)
          erased.push(kept.errand.id)
        }
        for (const { reference } of mine.loans) {
          const kept = await tx.loan(reference)
          if (kept?.errand.state === 'out') out.push(reference)
          if (!kept || kept.errand.state === 'out') continue
          const { id } = kept.errand
          await forgetLoan(tx, kept.errand)
          await tx.note({ at: clock(), by: actor, errandId: id, did: 'erased', detail: '' })
          erased.push(id)
        }
        for (const { id } of mine.callBacks.map(({ callBack }) => callBack)) {
          if (!(await tx.callBack(id))) continue
          await tx.erase(id, undefined)
          await tx.note({ at: clock(), by: actor, errandId: id, did: 'erased', detail: '' })
          erased.push(id)
        }
      })
      await noteAccess({ kind: 'staff', actor }, 'erased', erased)
      for (const { errand } of mine.bookings) await options.messages?.erase(errand.id)
      await store.emptyWriteLog()
      return { kind: 'ok', value: { erased: erased.length, out } }
    },
    async erase(reference, by) {
      const terms = options.terms()
      if (!terms) return { kind: 'closed' }
      const erased = await store.errands(async (tx) => {
        const kept = await tx.booking(reference)
        if (!mayOpen(kept, by)) return undefined
        await erase(tx, kept!, terms, nameOf(by))
        return kept!.errand.id
      })
      if (erased === undefined) return { kind: 'no-such' }
      await options.messages?.erase(erased)
      await store.emptyWriteLog()
      return { kind: 'ok', value: undefined }
    },
    async changes(reference, by) {
      const kept = await store.keptBooking(reference)
      if (!mayOpen(kept, by)) return { kind: 'no-such' }
      const changes = await store.errandChanges(kept!.errand.id)
      return { kind: 'ok', value: changes.map(by.kind === 'staff' ? readable : withoutWords) }
    },
    async statistics() {
      const terms = options.terms()
      const kept = await store.errandCounts()
      if (!terms) return addUp(kept)
      const { bookings } = await store.bookingBook()
      return addUp([...kept, ...[...bookings.values()].map((booking) => shareOf(booking, terms))])
    },
    callBacks: openCallBackDesk(options),
  }

  /** Undefined where what is said doesn't tell apart whose errands they are. */
  async function meant(query: PersonQuery) {
    const people: Person[] = []
    const ofThem = ({ sealed }: Kept<unknown>) => {
      const person = sealed === undefined ? undefined : unsealPerson(sealed, sealer)
      if (!person || !isMeant(person, query)) return false
      people.push(person)
      return true
    }
    const bookings = (await store.keptBookings({})).filter(ofThem)
    const loans = (await store.keptLoans()).filter(ofThem)
    if (!isOneHousehold(people, query)) return undefined
    return { bookings, loans, callBacks: await callsOf(query) }
  }

  /** Who calls leaves no more than a number to be known by. */
  async function callsOf({ phone }: PersonQuery): Promise<readonly SeenCallBack[]> {
    if (phone === undefined) return []
    const number = internationalNumber(phone)
    const all = (await store.callBacks()).map((kept) => seenCallBack(kept, sealer))
    return all.filter(({ caller }) => internationalNumber(caller.phone) === number)
  }

  /** Residents see their own, which is nobody's business to write down. */
  async function noteAccess(by: Asker, what: ErrandAccess['what'], errandIds: readonly string[]) {
    if (by.kind !== 'staff') return
    const at = clock()
    await store.noteAccess(errandIds.map((errandId) => ({ at, by: by.actor, what, errandId })))
  }
}

/** What staff wrote is theirs to read. */
function withoutWords({ words: _words, ...change }: ErrandChange): ErrandChange {
  return change
}

export function mayOpen(kept: Kept<unknown> | undefined, by: Asker): boolean {
  return by.kind === 'staff' ? kept !== undefined : opensErrand(kept, by.secret)
}

/** Numbers are compared without what stands between their digits; the country's code may be left out. */
function wantedBy(text: string): (seen: SeenBooking) => boolean {
  const wanted = text.trim().toLowerCase()
  const digits = digitsOf(text).replace(/^0+/, '')
  const isNumber = digits.length >= 4 && /^[\d\s()+/-]+$/.test(wanted)
  return ({ reference, person }) => {
    if (wanted.length < 2) return false
    if (reference.toLowerCase() === wanted.replace(/\s/g, '')) return true
    if (!person) return false
    if (isNumber && digitsOf(person.phone ?? '').includes(digits)) return true
    return `${person.name}\n${person.address}`.toLowerCase().includes(wanted)
  }
}

const digitsOf = (text: string) => text.replace(/\D/g, '')

const idsOf = (all: readonly Kept<{ readonly id: string }>[]) => all.map(({ errand }) => errand.id)

const ADDRESS_FIELDS = ['address', 'postcode', 'apartment', 'place'] as const

function edited(was: Person, news: NonNullable<BookingEdits['person']>): Person {
  const all = Object.entries({ ...was, ...news }).filter(([, value]) => value !== null)
  // Another address has another position; the old one's is not taken along.
  const isElsewhere = 'address' in news && !('place' in news)
  return Object.fromEntries(
    all.filter(([key]) => !(isElsewhere && key === 'place')),
  ) as unknown as Person
}

/** Only the person has changed: nothing to judge, nothing to tell, and all the same another version. */
function renewed(before: Booking): Decided<Booking> {
  const booking: Booking = { ...before, version: before.version + 1 }
  return { kind: 'ok', changes: [{ kind: 'booking', booking, did: 'amended' }], result: booking }
}

function silently(changes: readonly Change[]): readonly Change[] {
  return changes.filter(({ kind }) => kind !== 'say')
}

function byOf(by: Asker): 'resident' | 'staff' {
  return by.kind
}

export function nameOf(by: Asker): string {
  return by.kind === 'staff' ? by.actor : 'resident'
}
