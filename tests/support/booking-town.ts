/** A return bike's desk over a real database, with a clock that a test moves and messages that it reads. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import type { Terms } from '#src/pickups/booking/booking.ts'
import { MINUTE, plus, type EpochMs } from '#src/stations/time.ts'
import { openBookingDesk, type BookingDesk, type Submission } from '#src/store/booking-desk.ts'
import type { BookingMessage, BookingMessages } from '#src/store/booking-messages.ts'
import { openBookingUpkeep, type BookingUpkeep } from '#src/store/booking-upkeep.ts'
import type { Store } from '#src/store/contract.ts'
import { openLoanDesk, type LoanDesk } from '#src/store/loan-desk.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { openSealer } from '#src/store/sealer.ts'
import { MONDAY, terms as smallTerms } from '../pickups/booking/cast.ts'
import { areaId } from './town.ts'

export const SECRET = Buffer.alloc(32, 7).toString('base64')
const place = { lat: 57.72, lon: 12.92 }

/** Two homes with addresses of their own, one address that twelve homes share, one outside the area. */
export const bookingTerms: Terms = {
  ...smallTerms,
  bike: {
    ...smallTerms.bike,
    districts: [
      {
        areaId: areaId('norrby'),
        outline: [
          { lon: 12.9, lat: 57.7 },
          { lon: 12.95, lat: 57.7 },
          { lon: 12.95, lat: 57.75 },
          { lon: 12.9, lat: 57.75 },
        ],
      },
    ],
    addresses: [
      { address: 'Provgatan 1', postcode: '504 30', place, homes: 1 },
      { address: 'Provgatan 2', postcode: '504 30', place, homes: 1 },
      { address: 'Provgatan 3', postcode: '504 30', place },
      { address: 'Exempelgatan 4', postcode: '504 30', place, homes: 12 },
      { address: 'Utanförgatan 1', place: { lat: 57.73, lon: 12.99 } },
    ],
  },
}

export const PERSON = {
  name: 'Prova Provsson',
  phone: '070-000 00 01',
  address: 'Provg. 1',
  note: 'portkod 9999',
}

export function submission(more: Partial<Submission> = {}): Submission {
  return {
    person: PERSON,
    things: [{ itemId: 'chair', count: 1 }],
    slot: { day: '2026-05-07', slotId: 'morning' },
    language: 'sv',
    interpreter: false,
    ...more,
  }
}

export interface BookingTown extends AsyncDisposable {
  readonly store: Store
  /** The database. */
  readonly file: string
  readonly desk: BookingDesk
  readonly loans: LoanDesk
  readonly upkeep: BookingUpkeep
  readonly metrics: Registry
  readonly clock: () => EpochMs
  /** Every message that was queued, each id once. */
  readonly messages: readonly BookingMessage[]
  readonly faults: readonly string[]
  /** Bookings whose messages were forgotten. */
  readonly erased: readonly string[]
  /** Messages can't be queued until it is called again with false. */
  loseMessages(lost: boolean): void
  setTerms(terms: Terms | undefined): void
  /** Lets time pass in steps, with the timer at the rim. */
  pass(ms: number, stepMs?: number): Promise<void>
  /** What lies on disk, the log of writes and all. */
  bytes(): Buffer
}

export interface MessageParts {
  readonly store: Store
  readonly clock: () => EpochMs
}

export async function openBookingTown(
  options: {
    readonly terms?: Terms
    /** Real ones instead of those that a test reads, or none. */
    readonly messages?: false | ((parts: MessageParts) => BookingMessages)
  } = {},
): Promise<BookingTown> {
  const folder = await mkdtemp(join(tmpdir(), 'kvitter-bookings-'))
  const file = join(folder, 'kvitter.sqlite')
  let at = MONDAY
  let terms: Terms | undefined = options.terms ?? bookingTerms
  let isLost = false
  const queued = new Map<string, BookingMessage>()
  const faults: string[] = []
  const erased: string[] = []
  const read: BookingMessages = {
    async queue(message) {
      if (isLost) throw new Error('the queue is away')
      if (queued.has(message.id)) return 'known'
      queued.set(message.id, message)
      return 'queued'
    },
    async cancel() {},
    async erase(group) {
      erased.push(group)
    },
  }
  const store = await openSqliteStore(file)
  const messages =
    typeof options.messages === 'function' ? options.messages({ store, clock: () => at }) : read
  const metrics = new Registry()
  const shared = {
    store,
    sealer: openSealer(SECRET),
    clock: () => at,
    terms: () => terms,
    publicUrl: 'https://kvitter.example',
  }
  const upkeep = openBookingUpkeep({
    ...shared,
    ...(options.messages !== false && { messages }),
    contact: () => '033-35 70 00',
    metrics,
    onFault: (what, error) => faults.push(`${what}: ${String(error)}`),
  })
  return {
    store,
    file,
    desk: openBookingDesk({ ...shared, messages }),
    loans: openLoanDesk(shared),
    upkeep,
    metrics,
    clock: shared.clock,
    get messages() {
      return [...queued.values()]
    },
    faults,
    erased,
    loseMessages(lost) {
      isLost = lost
    },
    setTerms(next) {
      terms = next
    },
    async pass(ms, stepMs = 30 * MINUTE) {
      const until = plus(at, ms)
      while (at < until) {
        at = Math.min(at + stepMs, until) as EpochMs
        await upkeep.tick()
      }
    },
    bytes: () =>
      Buffer.concat(
        [file, `${file}-wal`].filter((name) => existsSync(name)).map((name) => readFileSync(name)),
      ),
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
