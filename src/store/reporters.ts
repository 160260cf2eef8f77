/**
 * Tells reporters apart for as long as their words count, and no longer. A mark is made of what the
 * client gives with a random salt, for one station. A salt makes marks for a day, is needed for another
 * to know those again whose words still count, and is then thrown away: after that nobody can tell whose
 * mark it was, nor that two marks were one person's (docs/decisions/0016).
 */
import { createHmac, randomBytes } from 'node:crypto'
import { WORD_LIFE_MS } from '#src/rules/trouble.ts'
import { REPORT_LIFE_MS } from '#src/rules/evidence.ts'
import type { ReportKind } from '#src/rules/record.ts'
import type { Station } from '#src/stations/station.ts'
import { DAY, HOUR, plus, type EpochMs } from '#src/stations/time.ts'
import type { ReporterSalt, Store } from './contract.ts'

/** What tells one phone from another. Nothing of it is kept. */
export interface Client {
  readonly address: string
  readonly userAgent: string
  /** What it was given before, or calls itself. */
  readonly token?: string
}

export interface Recognised {
  readonly mark: string
  /** By this the same phone is known again, wherever it then is. */
  readonly token: string
}

export interface Reporters {
  recognise(client: Client, station: Station, kind: ReportKind, at: EpochMs): Promise<Recognised>
  /** Throws away the salts whose time is over. */
  tidy(at: EpochMs): Promise<void>
}

/** For so long a salt makes marks; then it is kept until what was said under the last of them is over. */
const SALT_IN_USE_MS = DAY
const SALT_LIFE_MS = SALT_IN_USE_MS + WORD_LIFE_MS

/** A salt from further ahead than this was drawn by a clock that was wrong. */
const CLOCK_SET_BACK_MS = HOUR

function isOver({ from }: ReporterSalt, at: EpochMs): boolean {
  return at >= from + SALT_LIFE_MS || from >= at + CLOCK_SET_BACK_MS
}

export function openReporters(
  store: Pick<Store, 'reporterSalts' | 'keepReporterSalt' | 'dropReporterSalts' | 'reports'>,
): Reporters {
  /** Newest first; read once. */
  let salts: Promise<readonly ReporterSalt[]> | undefined

  /** Those alive at an instant, the first of them in use. */
  async function renew(
    known: readonly ReporterSalt[],
    at: EpochMs,
  ): Promise<readonly ReporterSalt[]> {
    const alive = known.filter((salt) => !isOver(salt, at))
    if (alive[0] && at < alive[0].from + SALT_IN_USE_MS) return alive
    const drawn: ReporterSalt = { from: at, salt: randomBytes(32) }
    await store.keepReporterSalt(drawn)
    return [drawn, ...alive]
  }

  /** One at a time, so that two who come together meet the same salt. */
  function currentSalts(at: EpochMs): Promise<readonly ReporterSalt[]> {
    const next = (salts ?? store.reporterSalts()).then((known) => renew(known, at))
    salts = next
    next.catch(() => {
      if (salts === next) salts = undefined
    })
    return next
  }

  return {
    async recognise(client, station, kind, at) {
      const [inUse, ...earlier] = await currentSalts(at)
      for (const { salt } of earlier) {
        const before = recogniseBy(salt, client, station)
        if (await hasWord(store, before.mark, station, kind, at)) return before
      }
      return recogniseBy(inUse!.salt, client, station)
    },
    async tidy(at) {
      const known = await (salts ?? store.reporterSalts())
      if (!known.some((salt) => isOver(salt, at))) return
      salts = undefined
      await store.dropReporterSalts(plus(at, -SALT_LIFE_MS), plus(at, CLOCK_SET_BACK_MS))
    },
  }
}

/**
 * A client without a token goes by its address and browser, so that one that refuses cookies is one all
 * the same; what it is given then leads to the same mark from any address.
 */
function recogniseBy(salt: Uint8Array, client: Client, station: Station): Recognised {
  const { address, userAgent } = client
  const token = client.token ?? digest(salt, 22, 'client', addressBlock(address), userAgent)
  return { mark: digest(salt, 16, 'station', station.id, token), token }
}

function digest(salt: Uint8Array, length: number, ...parts: readonly string[]): string {
  return createHmac('sha256', salt)
    .update(JSON.stringify(parts))
    .digest('base64url')
    .slice(0, length)
}

/** Whether something of the kind that this mark said at the station still counts. */
async function hasWord(
  store: Pick<Store, 'reports'>,
  mark: string,
  station: Station,
  kind: ReportKind,
  at: EpochMs,
): Promise<boolean> {
  const isLevel = kind === 'full' || kind === 'has-room'
  const kinds: readonly ReportKind[] = isLevel ? ['full', 'has-room'] : [kind]
  const said = await store.reports({
    containerIds: station.containers.map(({ id }) => id),
    since: plus(at, -(isLevel ? REPORT_LIFE_MS : WORD_LIFE_MS)),
  })
  return said.some((report) => report.reporter === mark && kinds.includes(report.kind))
}

/** An IPv4 address, or the /64 of an IPv6 one: what one home or phone has. */
export function addressBlock(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (!plain.includes(':')) return plain
  const [head = '', tail = ''] = plain.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
  const whole = plain.includes('::') ? [...left, ...zeros, ...right] : left
  return whole
    .slice(0, 4)
    .map((part) => part.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':')
}
