/**
 * Where residents ask to be told themselves, change their mind, and are forgotten. An address is sealed
 * here; what asks learns nothing of whether it was known.
 */
import { timingSafeEqual } from 'node:crypto'
import { parseFraction, parseLanguage, type Fraction } from '#src/stations/fraction.ts'
import { parseStationId, type StationId } from '#src/stations/ids.ts'
import { mailboxOf, mailboxWithoutTag, parseMailAddress } from '#src/stations/mail-address.ts'
import type { DirectWay } from '#src/stations/station.ts'
import { HOUR, MINUTE, SECOND, plus, type Clock, type EpochMs } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import { createAllowance } from './allowance.ts'
import { isPublicName } from './public-host.ts'
import { forgetNames } from './report-desk.ts'
import { addressBlock } from './reporters.ts'
import type { Sealer } from './sealer.ts'
import type { Subscriber, SubscriberId, SubscriberStore, Wish } from './subscribers.ts'
import type { WorkQueue } from './work-queue.ts'

/** A browser's subscription, as it tells it (W3C Push API). */
export interface PushTarget {
  readonly endpoint: string
  readonly p256dh: string
  readonly auth: string
}

export type Asked =
  | { readonly kind: 'asked' }
  /** The browser said yes, so it holds at once; `token` leads to where it is changed. */
  | { readonly kind: 'follows'; readonly token: string }
  | { readonly kind: 'refused'; readonly because: 'address' | 'endpoint' | 'keys' }
  /** Too many from one place; the next may come after so long. */
  | { readonly kind: 'limited'; readonly afterMs: number }

/** What a link leads to. */
export type Opened =
  /** What was asked for, and waits for a yes. */
  | { readonly kind: 'to-confirm'; readonly id: SubscriberId; readonly wish: Wish }
  | {
      readonly kind: 'follows'
      readonly id: SubscriberId
      readonly way: DirectWay
      readonly wish: Wish
    }

/** All that is kept of somebody. */
export interface KeptOfSubscriber {
  readonly way: DirectWay
  readonly address: string
  readonly wish?: Wish
  readonly confirmedAt?: EpochMs
  readonly asked?: Subscriber['asked']
  readonly bounces: number
}

export interface SubscriberDesk {
  /** `source` is the network address that asks; it is kept nowhere. */
  askByEmail(address: string, wish: Wish, source: string): Promise<Asked>
  askByPush(target: PushTarget, wish: Wish, source: string): Promise<Asked>
  open(token: string): Promise<Opened | undefined>
  /** Gives the link to where it is changed. */
  confirm(token: string): Promise<string | undefined>
  change(token: string, wish: Wish): Promise<boolean>
  /** Ends everything and forgets who it was. */
  end(token: string): Promise<boolean>
  kept(address: string): Promise<KeptOfSubscriber | undefined>
  erase(address: string): Promise<boolean>
  counts(): Promise<Readonly<Record<DirectWay, number>>>
  /** Forgets who never confirmed; called by a timer at the rim. */
  tidy(): Promise<void>
}

/** For so long what was asked for may be confirmed; then it is forgotten. */
export const CONFIRM_WITHIN_MS = 48 * HOUR

/** The queue of mail, and what a piece of it says. */
export const MAIL_QUEUE = 'email'
export const confirmationWork = (id: SubscriberId) => JSON.stringify({ kind: 'confirm', to: id })

/** A household has a few addresses and forgets where it wrote them; a school may share one. */
const SOURCE = { most: 10, oneEveryMs: 6 * MINUTE, people: 20_000 }
/** Nobody's mailbox is filled by others' asking. */
const MAILBOX = { most: 3, oneEveryMs: 8 * HOUR, people: 20_000 }

/** However many places ask: nobody uses the town to fill the world's mailboxes, and its name stays good. */
const IN_ALL = { most: 300, oneEveryMs: 12 * SECOND, people: 1 }

type TokenKind = 'confirm' | 'manage'
const ID_CHARACTERS = 22
const PROOF_CHARACTERS = 22
const TOKEN = new RegExp(`^[A-Za-z0-9_-]{${ID_CHARACTERS + PROOF_CHARACTERS}}$`)

/** The link's secret part: who it is for, and a proof that nobody makes without the machine's secret. */
export function tokenFor(sealer: Sealer, kind: TokenKind, id: SubscriberId): string {
  return id + sealer.mark(`link to ${kind}`, id).slice(0, PROOF_CHARACTERS)
}

function readToken(sealer: Sealer, kind: TokenKind, token: string): SubscriberId | undefined {
  if (!TOKEN.test(token)) return undefined
  const id = token.slice(0, ID_CHARACTERS) as SubscriberId
  const isOurs = timingSafeEqual(Buffer.from(token), Buffer.from(tokenFor(sealer, kind, id)))
  return isOurs ? id : undefined
}

export function openSubscriberDesk(options: {
  readonly store: SubscriberStore & Pick<WorkQueue, 'putWork'>
  readonly sealer: Sealer
  readonly clock: Clock
  /** Push services on this machine, for tests. */
  readonly innerHosts?: true
  /** There is mail to be sent. */
  readonly onMail?: () => void
  /** More ask by mail than are asked back; told once an hour. */
  readonly onFlood?: () => void
}): SubscriberDesk {
  const { store, sealer, clock } = options
  const bySource = createAllowance(SOURCE)
  const byMailbox = createAllowance(MAILBOX)
  const inAll = createAllowance(IN_ALL)
  let floodToldAt: EpochMs | undefined
  const nameless = forgetNames()
  const markOf = (address: string) => sealer.mark('email', mailboxOf(address))

  function limitOf(source: string): number {
    return bySource.take(nameless(addressBlock(source)), clock())
  }

  /** Whoever asks is told the same, whether a letter goes or not. */
  function mayBeWrittenTo(address: string, at: EpochMs): boolean {
    if (byMailbox.take(sealer.mark('email', mailboxWithoutTag(address)), at) > 0) return false
    if (inAll.take('all', at) === 0) return true
    if (floodToldAt === undefined || at - floodToldAt >= HOUR) {
      floodToldAt = at
      options.onFlood?.()
    }
    return false
  }

  async function findByAddress(text: string): Promise<Subscriber | undefined> {
    const address = parseMailAddress(text)
    return address === undefined ? undefined : store.subscriberByMark('email', markOf(address))
  }

  /** Whom a link of either kind is for. */
  async function findByToken(token: string, kind: TokenKind): Promise<Subscriber | undefined> {
    const id = readToken(sealer, kind, token)
    return id && store.subscriber(id)
  }

  return {
    async askByEmail(text, wish, source) {
      const address = parseMailAddress(text)
      if (address === undefined) return { kind: 'refused', because: 'address' }
      const afterMs = limitOf(source)
      if (afterMs > 0) return { kind: 'limited', afterMs }
      const at = clock()
      if (!mayBeWrittenTo(address, at)) return { kind: 'asked' }
      const id = await store.askToSubscribe({
        way: 'email',
        mark: markOf(address),
        sealed: sealer.seal(address),
        wish,
        at,
      })
      await store.putWork([
        {
          queue: MAIL_QUEUE,
          key: `confirm:${id}:${at}`,
          body: confirmationWork(id),
          dueAt: at,
          expiresAt: plus(at, CONFIRM_WITHIN_MS),
        },
      ])
      options.onMail?.()
      return { kind: 'asked' }
    },

    async askByPush(target, wish, source) {
      const endpoint = parseEndpoint(target.endpoint, options.innerHosts === true)
      if (endpoint === undefined) return { kind: 'refused', because: 'endpoint' }
      if (!areKeys(target)) return { kind: 'refused', because: 'keys' }
      const afterMs = limitOf(source)
      if (afterMs > 0) return { kind: 'limited', afterMs }
      const { p256dh, auth } = target
      const id = await store.subscribe({
        way: 'push',
        mark: sealer.mark('push', endpoint),
        sealed: sealer.seal(JSON.stringify({ endpoint, p256dh, auth })),
        wish,
        at: clock(),
      })
      return { kind: 'follows', token: tokenFor(sealer, 'manage', id) }
    },

    async open(token) {
      const waiting = await findByToken(token, 'confirm')
      if (waiting?.asked && isInTime(waiting.asked.at, clock())) {
        return { kind: 'to-confirm', id: waiting.id, wish: waiting.asked.wish }
      }
      const known = await findByToken(token, 'manage')
      return known?.wish && { kind: 'follows', id: known.id, way: known.way, wish: known.wish }
    },

    async confirm(token) {
      const id = readToken(sealer, 'confirm', token)
      if (id === undefined) return undefined
      const at = clock()
      const isConfirmed = await store.confirmSubscriber(id, at, plus(at, -CONFIRM_WITHIN_MS))
      return isConfirmed ? tokenFor(sealer, 'manage', id) : undefined
    },

    async change(token, wish) {
      const id = readToken(sealer, 'manage', token)
      return id !== undefined && store.changeWish(id, wish)
    },

    async end(token) {
      const id = readToken(sealer, 'manage', token)
      return id !== undefined && store.eraseSubscriber(id)
    },

    async kept(text) {
      const found = await findByAddress(text)
      if (!found) return undefined
      const { id: _, sealed, ...rest } = found
      return { ...rest, address: sealer.unseal(sealed) ?? '' }
    },

    async erase(text) {
      const found = await findByAddress(text)
      return found !== undefined && store.eraseSubscriber(found.id)
    },

    counts: () => store.subscriberCounts(),

    async tidy() {
      await store.eraseUnconfirmed(plus(clock(), -CONFIRM_WITHIN_MS))
    },
  }
}

function isInTime(askedAt: EpochMs, now: EpochMs): boolean {
  return now - askedAt <= CONFIRM_WITHIN_MS
}

const MOST_ENDPOINT = 1000

function parseEndpoint(text: string, innerHosts: boolean): string | undefined {
  const url = text.length > MOST_ENDPOINT ? null : URL.parse(text)
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') return undefined
  if (innerHosts) return url.href
  return isPublicName(url.hostname) && url.port === '' ? url.href : undefined
}

/** A point of P-256, uncompressed, and sixteen bytes (RFC 8291). */
function areKeys({ p256dh, auth }: PushTarget): boolean {
  const point = Buffer.from(p256dh, 'base64url')
  return point.length === 65 && point[0] === 4 && Buffer.from(auth, 'base64url').length === 16
}

export type ParsedWish =
  | { readonly kind: 'ok'; readonly wish: Wish }
  | { readonly kind: 'faulty'; readonly field: 'language' | 'station' | 'fraction' }

/** What a form or a script says it wants: whole ids of stations that the town has, none for the whole town. */
export function parseWish(
  said: {
    readonly language: string
    readonly stations: readonly string[]
    readonly fractions: readonly string[]
  },
  town: TownIndex,
): ParsedWish {
  const language = parseLanguage(said.language)
  if (language === undefined) return { kind: 'faulty', field: 'language' }
  const stations = new Set<StationId>()
  for (const text of said.stations) {
    const station = town.stations.get(parseStationId(text)!)
    if (!station) return { kind: 'faulty', field: 'station' }
    stations.add(station.id)
  }
  const fractions = new Set<Fraction>()
  for (const text of said.fractions) {
    const fraction = parseFraction(text)
    if (!fraction) return { kind: 'faulty', field: 'fraction' }
    fractions.add(fraction)
  }
  return {
    kind: 'ok',
    wish: {
      language,
      ...(stations.size > 0 && { stations: [...stations].sort() }),
      ...(fractions.size > 0 && { fractions: [...fractions].sort() }),
    },
  }
}
