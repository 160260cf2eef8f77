/** Messages to one person, wired: the desk that takes them in, the ways out, and alarms to staff. */
import type { Logger } from 'pino'
import { Counter, Gauge } from 'prom-client'
import type { Registry } from 'prom-client'
import { openElks46 } from '#src/notify/messages/elks46.ts'
import { openMessageDesk } from '#src/notify/messages/message-desk.ts'
import { startMessageWorker, type MessageLeg } from '#src/notify/messages/message-worker.ts'
import { reportTokens } from '#src/notify/messages/report-token.ts'
import { openSmsLeg } from '#src/notify/messages/sms-leg.ts'
import { startStaffAlerts } from '#src/notify/messages/staff-alerts.ts'
import type { SmsAccount, Town } from '#src/stations/station.ts'
import { DAY, HOUR, monthOf, plus } from '#src/stations/time.ts'
import type { Clock } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import type { Store } from '#src/store/contract.ts'
import type { BookingMessages } from '#src/store/booking-messages.ts'
import type { MessageTrouble, MessageWay } from '#src/store/messages.ts'
import type { TownTexts } from '#src/wording/text-book.ts'
import type { Env } from './config.ts'

export interface DirectMessageOptions {
  /** As its file has it. */
  readonly file: Pick<Town, 'sms' | 'staffAlerts'>
  readonly env: Env
  readonly store: Store
  readonly town: () => TownIndex
  readonly texts: () => TownTexts
  readonly clock: Clock
  readonly secret: string
  readonly publicUrl: string
  readonly log: Logger
  readonly metrics: Registry
  readonly onFault: (what: string, error: unknown) => void
  /** Other ways out, such as e-mail. */
  readonly legs?: readonly MessageLeg[]
  readonly speed?: number
}

export interface DirectMessages extends AsyncDisposable {
  readonly messages: BookingMessages
  /** The ways on which nothing goes out until somebody has seen to it. */
  troubles(): readonly MessageTrouble[]
  /** Whether a report of a message came to the address that only the SMS company knows. */
  fitsReport(no: number, token: string): boolean
}

/** To whom and what is thrown away so long after a message's end; that it was, long after that. */
const KEPT_MS = 7 * DAY
const KNOWN_MS = 90 * DAY
/** What is open so long after its time is asked after by nobody any more. */
const LATE_MS = 2 * DAY
const TIDY_EVERY_MS = HOUR

export async function startDirectMessages(options: DirectMessageOptions): Promise<DirectMessages> {
  const { file, store, clock, secret, log, metrics, onFault } = options
  await using starting = new AsyncDisposableStack()
  const tokens = reportTokens(secret)
  const timeZone = (): string => options.town().town.timeZone
  const sms = file.sms && smsLeg(file.sms, options, tokens)
  const legs = [...(sms ? [sms] : []), ...(options.legs ?? [])]
  const workers = new Map(
    legs.map((leg) => {
      const speed = options.speed ?? 1
      return [leg.way, starting.use(startMessageWorker({ leg, store, clock, log, metrics, speed }))]
    }),
  )
  const poke = (way: MessageWay): void => workers.get(way)?.poke()
  const failures = new Counter({
    name: 'kvitter_message_text_failures_total',
    help: 'Messages that a text of the town’s own could not word, and ours did',
    labelNames: ['language'],
    registers: [metrics],
  })
  const messages = openMessageDesk({
    store,
    clock,
    secret,
    timeZone,
    texts: options.texts,
    ways: new Set(workers.keys()),
    onFailure: ({ language, because }) => {
      failures.inc({ language })
      log.error(
        { language, because },
        'a text of the town’s own failed on a message; ours was taken',
      )
    },
    poke,
  })
  const { staffAlerts } = file
  if (sms && staffAlerts) {
    starting.use(
      startStaffAlerts({
        store,
        town: options.town,
        texts: options.texts,
        clock,
        secret,
        phones: staffAlerts.sms.map((name) => options.env[name]!),
        language: staffAlerts.language,
        poke: () => poke('sms'),
        onFault,
      }),
    )
  }
  const tidying = setInterval(() => {
    const now = clock()
    store
      .tidyMessages(plus(now, -KEPT_MS), plus(now, -KNOWN_MS), plus(now, -LATE_MS))
      .catch((error: unknown) => onFault('messages could not be erased in time', error))
  }, TIDY_EVERY_MS)
  starting.defer(() => clearInterval(tidying))
  const running = starting.move()
  return {
    messages,
    troubles: () => [...workers.values()].flatMap((worker) => worker.trouble() ?? []),
    fitsReport: (no, token) => tokens.fits(no, token),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

function smsLeg(
  account: SmsAccount,
  options: DirectMessageOptions,
  tokens: ReturnType<typeof reportTokens>,
): MessageLeg {
  const { env, store, clock, secret, log, metrics, publicUrl } = options
  const timeZone = (): string => options.town().town.timeZone
  const month = new Gauge({
    name: 'kvitter_sms_month',
    help: 'SMS of this calendar month, as they are paid for, of monthlyLimit',
    labelNames: ['what'],
    async collect() {
      this.set({ what: 'sent' }, await store.smsSpent(monthOf(clock(), timeZone())))
      this.set({ what: 'limit' }, account.monthlyLimit)
    },
    registers: [],
  })
  metrics.registerMetric(month)
  let toldOf = ''
  return openSmsLeg({
    sender: openElks46({
      from: account.from,
      username: env[account.usernameEnv]!,
      password: env[account.passwordEnv]!,
    }),
    store,
    secret,
    tokens,
    // They can't reach a machine that the world can't; then the list of messages has to do.
    ...(publicUrl.startsWith('https:') && { publicUrl: publicUrl.replace(/\/+$/, '') }),
    monthlyLimit: account.monthlyLimit,
    timeZone,
    onLimit(month) {
      if (toldOf === month) return
      toldOf = month
      log.error(
        { month },
        'sms.monthlyLimit is used up; other SMS than of a fire wait for the next month',
      )
    },
  })
}
