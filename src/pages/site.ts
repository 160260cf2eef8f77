/** What the pages are given, and what each page knows while it is made. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CardDesk } from '#src/cards/card-desk.ts'
import type { ContainerStatus } from '#src/rules/decision.ts'
import { languageRoot, type Language } from '#src/stations/fraction.ts'
import type { ContainerId, StationId } from '#src/stations/ids.ts'
import type { MapBase } from '#src/stations/map-base.ts'
import type { MapSource } from '#src/stations/map-source.ts'
import type { Operator } from '#src/stations/station.ts'
import { MINUTE, type Clock, type EpochMs } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import type { BookingDesk } from '#src/store/booking-desk.ts'
import type { DayDesk } from '#src/store/day-desk.ts'
import type { Store } from '#src/store/contract.ts'
import type { Journal } from '#src/store/journal.ts'
import type { LoanDesk } from '#src/store/loan-desk.ts'
import type { ReportDesk } from '#src/store/report-desk.ts'
import type { Sealer } from '#src/store/sealer.ts'
import type { StaffDesk } from '#src/store/staff-desk.ts'
import type { SubscriberDesk } from '#src/store/subscriber-desk.ts'
import type { Html } from './html.ts'
import type { StaffWork } from './staff/register-work.ts'
import { messages, type Messages } from './messages.ts'
import type { WebFiles } from './web-files.ts'

/** How the pages of a kind make and send theirs; register.ts has them. */
export interface PageTools {
  readonly viewFor: (request: FastifyRequest, language: Language) => View
  readonly send: (request: FastifyRequest, reply: FastifyReply, page: Html) => FastifyReply
  /** For whoever asked and nobody else. */
  readonly sendOnce: (reply: FastifyReply, status: number, page: Html) => FastifyReply
  readonly sendNotFound: (
    request: FastifyRequest,
    reply: FastifyReply,
    language: Language,
  ) => FastifyReply
  /** The scripts that pages may have. */
  readonly web: WebFiles
}

/** The parts of an OpenAPI document that the documentation page shows. */
export interface DocumentedApi {
  readonly info: { readonly description: string }
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  /** By path, then by method. */
  readonly paths: Readonly<Record<string, Readonly<Partial<Record<string, DocumentedOperation>>>>>
}

export interface DocumentedOperation {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly tags: readonly string[]
  readonly parameters: readonly {
    readonly name: string
    readonly in: string
    readonly description?: string
  }[]
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Record<string, unknown> }>
  >
  readonly security?: readonly Record<string, unknown>[]
}

/** Which ways to residents the town has. */
export interface FollowWays {
  readonly email: boolean
  /** The town's public key for notifications. */
  readonly pushKey?: string
}

/** An account of the town's own on the fediverse. */
export interface FediverseAccount {
  /** `@ekudden@avs.example.se`. */
  readonly handle: string
  /** For servers; a browser is led to the station's page. */
  readonly url: string
}

/** Sign-in by the municipality's own directory, as `src/single-sign-on` does it. */
export interface SingleSignOn {
  /** Where to send the browser, and what it keeps meanwhile. Throws when the directory doesn't answer. */
  begin(redirectUri: string): Promise<{ readonly url: string; readonly begun: BegunSignOn }>
  finish(url: string, begun: BegunSignOn): Promise<SignedOn>
  /** Where a browser that signed out here is signed out there. Throws when the directory doesn't answer. */
  end(idToken: string, backTo: string, state: string): Promise<string | undefined>
}
export interface BegunSignOn {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}
export type SignedOn =
  | ({ readonly kind: 'known' } & Parameters<StaffDesk['signInKnown']>[0])
  | { readonly kind: 'no-role'; readonly name: string }
  | { readonly kind: 'refused'; readonly because: string }

/** What became of reading the town's folder anew. With faults everything goes on as before. */
export type Reread =
  | { readonly kind: 'ok'; readonly warnings: readonly string[] }
  | { readonly kind: 'faulty'; readonly faults: readonly string[] }

/** How the service has been set up. Nothing secret is in it. */
export interface Setup {
  /** The town's folder. */
  readonly folder: string
  readonly settings: readonly { readonly name: string; readonly value: string }[]
  /** Those that come by environment alone. */
  readonly secrets: readonly { readonly name: string; readonly isSet: boolean }[]
  /** The newest that an administrator asked for; until then the one at the start, by nobody. */
  lastRead(): { readonly at: EpochMs; readonly by?: string; readonly read: Reread }
  reread(by: string): Promise<Reread>
}

export interface PagesOptions {
  readonly store: Store
  readonly journal: Journal
  readonly clock: Clock
  /** The site's root as the world sees it, with or without a slash at its end. */
  readonly publicUrl: string
  /** The ids of the rules in force. */
  readonly ruleIds?: () => readonly string[]
  /** Takes in residents' reports; shared with the API. */
  readonly reports: ReportDesk
  /** Draws pictures to share; without it there are none. */
  readonly cards?: CardDesk
  /** The ways to residents themselves; without it there are feeds, calendars and accounts to follow. */
  readonly follow?: { readonly desk: SubscriberDesk; readonly ways: FollowWays }
  /** Takes in bookings of the return bike; where the town has none there is no such page. */
  readonly bookings?: { readonly desk: BookingDesk; readonly sealer: Sealer }
  /** Runs the return bike's days from the staff's pages; goes with `bookings`. */
  readonly days?: {
    readonly desk: DayDesk
    /** Writes down who saw whose data. */
    readonly noteSeen: (bookingIds: readonly string[], actor: string) => Promise<void>
  }
  /** Lends the bike and the trailer; goes with `bookings`. */
  readonly loans?: LoanDesk
  /** For the administrators' page of settings; without it there is none. */
  readonly setup?: Setup
  /** Lets the staff in by the municipality's directory as well. */
  readonly singleSignOn?: SingleSignOn
  /** Lets the staff in; without it there are no pages of theirs. */
  readonly staff?: StaffDesk
  /** What the staff's pages work with. */
  readonly work?: StaffWork
  /** The account that speaks for a station, or for the town; absent where the town has none. */
  readonly fediverse?: (station: StationId | undefined) => Promise<FediverseAccount>
  /** What lies under the stations on the map. */
  readonly mapBase?: () => MapBase | undefined
  /** What lies under them besides on the map that residents open. */
  readonly mapSource?: () => MapSource | undefined
  /** A municipality's own CSS, put after ours: custom properties are enough for a new look. */
  readonly townCss?: string
  readonly demo?: { readonly speed: number }
  /** Shown under `/api/docs`. */
  readonly api?: DocumentedApi
  /** What the problem documents of the API mean, by name. */
  readonly problems?: Readonly<Record<string, { readonly status: number; readonly title: string }>>
}

/** All that a page is made from; nothing in it changes while the page is made. */
export interface View {
  readonly language: Language
  readonly say: Messages
  readonly now: EpochMs
  readonly town: TownIndex
  readonly timeZone: string
  readonly statusOf: (container: ContainerId) => ContainerStatus
  readonly publicUrl: string
  readonly cssUrl: string
  /** The page's own path and query, without the language. */
  readonly here: string
  readonly operator: Operator
  /** Whether the town has a return bike that can be booked. */
  readonly takesBookings: boolean
  /** Whether residents can borrow the bike or the trailer. */
  readonly lends: boolean
  readonly mapBase?: MapBase
  readonly mapSource?: MapSource
  readonly demo?: { readonly speed: number; readonly paused: boolean }
  /** Nothing new for a while: since when, or undefined within when nothing was ever heard. */
  readonly stalled?: { readonly since?: EpochMs }
}

/** A path in the page's language. */
export function link(view: Pick<View, 'language'>, path: string): string {
  return languageRoot(view.language) + path
}

export function viewOf(
  options: PagesOptions,
  request: {
    readonly language: Language
    readonly here: string
    readonly paused: boolean
    readonly cssUrl: string
  },
): View {
  const { journal, clock, demo } = options
  const now = clock()
  const town = journal.town
  const { timeZone, name } = town.town
  const stalled = stalledSince(options, now)
  const mapBase = options.mapBase?.()
  const mapSource = options.mapSource?.()
  return {
    language: request.language,
    say: messages[request.language],
    now,
    town,
    timeZone,
    statusOf: journal.status.bind(journal),
    publicUrl: options.publicUrl.replace(/\/+$/, ''),
    cssUrl: request.cssUrl,
    here: request.here,
    operator: town.town.operator ?? { name },
    takesBookings: options.bookings?.desk.terms() !== undefined,
    lends: options.loans !== undefined && options.bookings?.desk.terms()?.bike.loans !== undefined,
    ...(mapBase && { mapBase }),
    ...(mapSource && { mapSource }),
    ...(demo && { demo: { speed: demo.speed, paused: request.paused } }),
    ...(stalled && { stalled }),
  }
}

export const STALLED_AFTER_MS = 30 * MINUTE
/** In a demo a hiccup of a second is hours of town time. */
const DEMO_STALLED_AFTER_REAL_MS = 15_000

function stalledSince(
  { journal, demo }: PagesOptions,
  now: EpochMs,
): { since?: EpochMs } | undefined {
  if (journal.failingSince !== undefined) return { since: journal.failingSince }
  // A town that lives by its residents' reports has nothing to fall silent.
  if (journal.town.town.mountings.length === 0) return undefined
  const limit = Math.max(
    journal.town.town.stalledAfterMs ?? STALLED_AFTER_MS,
    (demo?.speed ?? 0) * DEMO_STALLED_AFTER_REAL_MS,
  )
  let newest: EpochMs | undefined
  for (const id of journal.town.containers.keys()) {
    const { measuredAt, unknownSince } = journal.status(id)
    // A level that is too old to be told was known until then.
    const at = measuredAt ?? unknownSince
    if (at !== undefined && (newest === undefined || at > newest)) newest = at
  }
  if (newest === undefined) return {}
  return now - newest > limit ? { since: newest } : undefined
}
