/** A small town with all that staff work with, real: devices, outbox, quarantine, bookings and loans. */
import { openCodecPool } from '#src/ingest/codecs/sandbox/pool.ts'
import { replayQuarantine } from '#src/ingest/replay.ts'
import { manageDevices } from '#src/manage-devices.ts'
import { startDeliveries, type Deliveries } from '#src/notify/deliver.ts'
import type { Terms } from '#src/pickups/booking/booking.ts'
import type { FollowWays } from '#src/pages/site.ts'
import type { Town } from '#src/stations/station.ts'
import { MINUTE } from '#src/stations/time.ts'
import { openBookingDesk, type BookingDesk } from '#src/store/booking-desk.ts'
import type { JournalEntry } from '#src/store/journal.ts'
import { openLoanDesk, type LoanDesk } from '#src/store/loan-desk.ts'
import type { OpenJournal } from '#src/store/open-journal.ts'
import { openSealer } from '#src/store/sealer.ts'
import type { Role } from '#src/store/staff.ts'
import { openStaffDesk } from '#src/store/staff-desk.ts'
import { onX } from '#tests/notify/deliveries.ts'
import { scripted } from '#tests/notify/run-dry.ts'
import { bookingTerms, SECRET } from './booking-town.ts'
import { openHttpTown, PUBLIC_URL, type HttpTown } from './http-town.ts'
import { castTown } from './town.ts'

/** Speaks by one account on X. */
export const spokenTown: Town = {
  ...castTown,
  channels: {
    x: [
      {
        account: onX.account,
        language: 'sv',
        ...{ appKeyEnv: 'A', appSecretEnv: 'B', accessTokenEnv: 'C', accessSecretEnv: 'D' },
      },
    ],
  },
}

export interface StaffTown extends HttpTown {
  readonly bookings: BookingDesk
  readonly loans: LoanDesk
  /** All that the pages told the journal. */
  readonly told: readonly JournalEntry[]
  /** A page as somebody of that role sees it. */
  get(path: string, role?: Role): Promise<{ readonly status: number; readonly body: string }>
  /** Sends a form; `to` is where it led. */
  post(
    path: string,
    fields?: Readonly<Record<string, string | readonly string[]>>,
    role?: Role,
  ): Promise<{ readonly status: number; readonly body: string; readonly to: string }>
}

export async function openStaffTown(
  options: {
    readonly town?: Town
    readonly terms?: Terms
    readonly rules?: string
    readonly follow?: FollowWays
  } = {},
): Promise<StaffTown> {
  const town = options.town ?? spokenTown
  const terms = () => options.terms ?? bookingTerms
  const codecs = openCodecPool()
  let outbox!: Deliveries
  let bookings!: BookingDesk
  let loans!: LoanDesk
  const told: JournalEntry[] = []
  const http = await openHttpTown({
    town,
    ...(options.rules !== undefined && { rules: options.rules }),
    ...(options.follow && { follow: options.follow }),
    // The rest, its getters among it, stays the real one's.
    journal: (real): OpenJournal =>
      Object.create(real, {
        append: {
          value: (...given: Parameters<OpenJournal['append']>) => {
            told.push(given[0])
            real.append(...given)
          },
        },
      }) as OpenJournal,
    // A browser takes the cookie over plain HTTP too.
    http: ({ store, clock }) => ({
      staff: openStaffDesk({ store, clock, publicUrl: 'http://127.0.0.1' }),
    }),
    pages: ({ store, journal, clock }) => {
      const errands = { store, sealer: openSealer(SECRET), clock, terms, publicUrl: PUBLIC_URL }
      bookings = openBookingDesk(errands)
      loans = openLoanDesk(errands)
      outbox = startDeliveries({
        // What is claimed stays with the test.
        store: { ...store, claimDelivery: async () => undefined },
        channels: [
          scripted(
            {
              limits: [{ most: 100, withinMs: 15 * MINUTE, accounts: [onX.account] }],
              prices: { postMicroUsd: 15_000, monthlyMicroUsd: 25_000_000 },
            },
            [],
          ),
        ],
        clock,
        log: { info() {}, warn() {}, error() {} },
        leaseMs: MINUTE,
      })
      const engine = () => httpTown().engine
      const devices = manageDevices({
        store,
        clock,
        file: town,
        town: () => journal.town.town,
        apply: async (next) => {
          await store.saveTown(next, clock())
          await journal.reload({ town: (await store.town())!, makeEngine: engine })
        },
      })
      return {
        bookings: { desk: bookings, sealer: errands.sealer },
        work: {
          devices,
          outbox,
          bookings,
          loans,
          messageTroubles: () => [],
          stoppedCodecs: () => [],
          replay: (choice, dryRun, signal) =>
            replayQuarantine(
              { store, journal, town: () => journal.town, codecs, clock },
              choice,
              dryRun,
              signal,
            ),
        },
      }
    },
  })
  const httpTown = () => http
  return {
    ...http,
    bookings,
    loans,
    told,
    async get(path, role = 'admin') {
      const { statusCode, body } = await http.app.inject({
        url: path,
        headers: await http.signIn(role),
      })
      return { status: statusCode, body }
    },
    async post(path, fields = {}, role = 'admin') {
      const form = new URLSearchParams()
      for (const [name, value] of Object.entries(fields)) {
        for (const one of [value].flat()) form.append(name, one)
      }
      const answer = await http.app.inject({
        method: 'POST',
        url: path,
        headers: {
          ...(await http.signIn(role)),
          'content-type': 'application/x-www-form-urlencoded',
        },
        payload: form.toString(),
      })
      const { statusCode, body, headers } = answer
      return { status: statusCode, body, to: headers.location ?? '' }
    },
    async [Symbol.asyncDispose]() {
      await outbox[Symbol.asyncDispose]()
      await http[Symbol.asyncDispose]()
      await codecs[Symbol.asyncDispose]()
    },
  }
}
