/** A town with residents to tell: real store, real desk, a clock that a test moves, and queues worked off by hand. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { readdirSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFanOut } from '#src/notify/direct/fan-out.ts'
import { openMailSender, type MailSender } from '#src/notify/direct/mail-sender.ts'
import { mailWorker } from '#src/notify/direct/mail-work.ts'
import { openPushSender, type PushSender } from '#src/notify/direct/push-sender.ts'
import { pushWorker } from '#src/notify/direct/push-work.ts'
import { parseSmtpAddress } from '#src/notify/direct/smtp-address.ts'
import { openVapidKeys } from '#src/notify/direct/vapid.ts'
import { SUBSCRIBERS, type DirectWay, type Town } from '#src/stations/station.ts'
import { instant, MINUTE, plus, SECOND, type EpochMs } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import type { Post, Store } from '#src/store/contract.ts'
import { openSealer, type Sealer } from '#src/store/sealer.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { openSubscriberDesk, type SubscriberDesk } from '#src/store/subscriber-desk.ts'
import type { Wish } from '#src/store/subscribers.ts'
import type { FakePush } from '#tests/support/fake-push.ts'
import type { MailServer } from '#tests/support/mail-server.ts'
import { castTown } from '#tests/support/town.ts'
import { keepPosts } from '../deliveries.ts'

export const noon = instant(Date.parse('2026-05-05T10:00:00Z'))
export const PUBLIC_URL = 'https://avs.provstad.example'
export const FROM = 'avs@provstad.example'
export const SECRET = randomBytes(32).toString('base64')

export interface DirectBench extends AsyncDisposable {
  readonly store: Store
  readonly desk: SubscriberDesk
  readonly sealer: Sealer
  readonly logged: string[]
  readonly publicKey: string
  now(): EpochMs
  pass(ms: number): void
  /** Asks, and confirms by the link of the mail that came. */
  follow(address: string, wish?: Partial<Wish>): Promise<string>
  /** A browser follows. */
  followByPush(wish?: Partial<Wish>): Promise<{ readonly token: string; readonly name: string }>
  /** Puts a post in the outbox and lets it come apart. */
  say(post: Post): Promise<void>
  /** Works off what is due of a queue; gives what each piece came to. */
  workOff(way: DirectWay): Promise<readonly string[]>
  /** Every byte that is kept, as text. */
  kept(): Promise<string>
}

export async function openDirectBench(options: {
  readonly mail?: MailServer
  readonly push?: FakePush
  readonly town?: Town
  readonly timeoutMs?: number
}): Promise<DirectBench> {
  const folder = await mkdtemp(join(tmpdir(), 'kvitter-direct-'))
  const store = await openSqliteStore(join(folder, 'kvitter.sqlite'))
  let at = noon
  const clock = () => at
  const town = options.town ?? castTown
  await store.saveTown(town, at)
  const sealer = openSealer(SECRET)
  const desk = openSubscriberDesk({ store, sealer, clock, innerHosts: true })
  const keys = await openVapidKeys(store, sealer)
  const logged: string[] = []
  const log = {
    info: (fields: object, text: string) => logged.push(JSON.stringify({ ...fields, text })),
    warn: (fields: object, text: string) => logged.push(JSON.stringify({ ...fields, text })),
    error: (fields: object, text: string) => logged.push(JSON.stringify({ ...fields, text })),
  }
  const shared = {
    store,
    sealer,
    clock,
    town: () => indexTown(town),
    publicUrl: PUBLIC_URL,
    log,
    random: () => 1,
  }
  const timeoutMs = options.timeoutMs ?? 5 * SECOND
  const mailSender: MailSender | undefined =
    options.mail &&
    openMailSender({
      server: parseSmtpAddress(options.mail.url)!,
      from: FROM,
      name: 'Återvinning i Provstad',
      timeoutMs,
    })
  const pushSender: PushSender | undefined =
    options.push &&
    openPushSender({
      keys,
      contact: 'avs@provstad.example',
      timeoutMs,
      inner: { ca: options.push.ca },
    })
  const handlers = {
    email: mailSender && mailWorker({ ...shared, sender: mailSender }),
    push: pushSender && pushWorker({ ...shared, sender: pushSender }),
  }

  async function workOff(way: DirectWay): Promise<readonly string[]> {
    const outcomes: string[] = []
    for (;;) {
      const { works } = await store.claimWork(way, at, MINUTE, 20)
      if (works.length === 0) return outcomes
      for (const work of works) {
        const outcome = await handlers[way]!(work, AbortSignal.timeout(10_000))
        await store.settleWork([{ id: work.id, outcome }], at)
        outcomes.push(
          outcome.state === 'due' ? `due in ${(outcome.dueAt - at) / SECOND} s` : outcome.state,
        )
      }
    }
  }

  const wishOf = (wish: Partial<Wish>): Wish => ({ language: 'sv', ...wish })

  return {
    store,
    desk,
    sealer,
    logged,
    publicKey: keys.publicKey,
    now: clock,
    pass(ms) {
      at = plus(at, ms)
    },
    async follow(address, wish = {}) {
      await desk.askByEmail(address, wishOf(wish), `192.0.2.${Math.trunc(Math.random() * 250)}`)
      await workOff('email')
      const letter = options.mail!.taken.at(-1)!
      const token = /\/([\w-]{44})\s/.exec(letter.mail.text!)![1]!
      return (await desk.confirm(token))!
    },
    async followByPush(wish = {}) {
      const target = options.push!.subscribe(keys.publicKey)
      const asked = await desk.askByPush(target, wishOf(wish), target.endpoint)
      if (asked.kind !== 'follows') throw new Error(JSON.stringify(asked))
      return { token: asked.token, name: target.endpoint.split('/').at(-1)! }
    },
    async say(post) {
      const ways = (['email', 'push'] as const).filter((way) => handlers[way])
      await keepPosts(store, [post], [])
      for (const way of ways) {
        const channel = openFanOut({ way, store, onQueued: () => {} })
        for (const [n, language] of (['sv', 'en', 'fi'] as const).entries()) {
          const outcome = await channel.send(
            {
              id: Number.parseInt(post.key, 16) * 10 + n,
              postKey: post.key,
              channel: way,
              account: SUBSCRIBERS,
              language,
              text: post.texts[language],
              priority: post.priority,
              state: 'sending',
              attempts: 1,
              dueAt: post.sendAt,
              sendAt: post.sendAt,
              expiresAt: post.expiresAt,
            },
            { now: at, signal: new AbortController().signal },
          )
          if (outcome.kind !== 'sent') throw new Error(JSON.stringify(outcome))
        }
      }
    },
    workOff,
    async kept() {
      const files = readdirSync(folder).map((name) => readFile(join(folder, name), 'latin1'))
      return (await Promise.all(files)).join('')
    },
    async [Symbol.asyncDispose]() {
      mailSender?.close()
      pushSender?.close()
      await store[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
