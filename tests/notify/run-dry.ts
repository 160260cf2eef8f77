/** Runs the outbox dry: channels that answer from a list, and a clock that only waiting moves. */
import { Registry } from 'prom-client'
import type { Channel, Checked, Found, Outcome } from '#src/notify/channel.ts'
import { startDeliveries } from '#src/notify/deliver.ts'
import type { Deliveries, DeliveryOptions } from '#src/notify/deliver.ts'
import { abortOf } from '#src/notify/sleeper.ts'
import { HOUR, MINUTE, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Delivery, Post, Store, WayOut } from '#src/store/contract.ts'
import { keepPosts, makeOtherItem, makePost, noon, onX } from './deliveries.ts'

export type Answer<T> = T | Error | (() => Promise<T>)

export interface Script extends Pick<Channel, 'limits' | 'prices'> {
  readonly send?: Answer<Outcome>[]
  readonly lookUp?: Answer<Found>[]
  readonly check?: Answer<Checked>[]
}

/** Answers from its lists, then sends, finds nothing and is ready; remembers what it was asked. */
export function scripted(
  { send, lookUp, check, ...bounds }: Script,
  asked: string[],
  { channel, account }: WayOut = onX,
): Channel {
  const answer = async <T>(answers: Answer<T>[] | undefined, otherwise: T): Promise<T> => {
    const next = answers?.shift() ?? otherwise
    if (next instanceof Error) throw next
    return typeof next === 'function' ? (next as () => Promise<T>)() : next
  }
  const minute = (now: EpochMs) => Math.round((now - noon) / MINUTE)
  return {
    name: channel,
    account,
    longestMs: 200,
    ...bounds,
    send(delivery, { now }) {
      asked.push(`${minute(now)} send ${Number(delivery.postKey)} try ${delivery.attempts}`)
      return answer(send, { kind: 'sent', remoteId: `r${Number(delivery.postKey)}` })
    },
    lookUp(delivery, { now }) {
      asked.push(`${minute(now)} look ${Number(delivery.postKey)}`)
      return answer(lookUp, { kind: 'absent' })
    },
    check: () => answer(check, { kind: 'ready' }),
  }
}

export interface Run {
  readonly asked: string[]
  readonly logged: string[]
  readonly told: string[]
  readonly deliveries: readonly Delivery[]
  readonly metrics: string
  readonly at: number
}

export interface RunOptions extends Partial<DeliveryOptions> {
  readonly untilMs?: number
  /** When the clock starts; noon unless it says otherwise. */
  readonly from?: EpochMs
  /** Called whenever time has moved. */
  readonly onTime?: (now: EpochMs, outbox: Deliveries) => Promise<void>
}

/** Time moves only by waiting, posts come at their time, and it ends when none is left. */
export async function runDry(
  store: Store,
  posts: readonly Post[],
  script: Script,
  over: RunOptions = {},
): Promise<Run> {
  let now = over.from ?? noon
  let coming = posts
  const keepWhatHasCome = async () => {
    await keepPosts(
      store,
      coming.filter((post) => post.at <= now),
    )
    coming = coming.filter((post) => post.at > now)
  }
  await keepWhatHasCome()
  const asked: string[] = []
  const logged: string[] = []
  const told: string[] = []
  const dry = Promise.withResolvers<void>()
  const log = (level: string) => (_: object, message: string) => {
    if (level !== 'info') logged.push(`${level}: ${message}`)
  }
  const metrics = new Registry()
  const outbox: Deliveries = startDeliveries({
    store,
    channels: [scripted(script, asked)],
    clock: () => now,
    log: { info: log('info'), warn: log('warn'), error: log('error') },
    leaseMs: MINUTE,
    random: () => 0.5,
    metrics,
    onDelivered: (delivery, state) => told.push(`${Number(delivery.postKey)} ${state}`),
    graceMs: 0,
    async wait(ms, signal) {
      now = plus(now, ms)
      await keepWhatHasCome()
      await over.onTime?.(now, outbox)
      const open = await store.deliveries({ states: ['due', 'sending'], limit: 1 })
      if (open.length + coming.length > 0 && now - noon < (over.untilMs ?? 48 * HOUR)) return
      dry.resolve()
      await abortOf(signal)
    },
    ...over,
  })
  await dry.promise
  await outbox[Symbol.asyncDispose]()
  const deliveries = await store.deliveries({ limit: 1000 })
  return { asked, logged, told, deliveries, metrics: await metrics.metrics(), at: now - noon }
}

/** Of another container of the same station. */
export const otherPost = (n: number, at: EpochMs, over: Parameters<typeof makePost>[2] = {}) =>
  makePost(n, at, { items: [makeOtherItem(n, at)], ...over })

export const states = ({ deliveries }: Pick<Run, 'deliveries'>) =>
  deliveries.map((d) => `${Number(d.postKey)} ${d.state} after ${d.attempts}`).reverse()

export const later = (because: 'rate-limited' | 'unreachable' | 'server-error', afterMs?: number) =>
  ({
    kind: 'later',
    because,
    detail: 'why',
    ...(afterMs !== undefined && { afterMs }),
  }) as const
