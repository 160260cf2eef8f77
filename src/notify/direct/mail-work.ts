/** One mail to one resident, from the queue: the news, or the question whether they meant it. */
import { languageRoot } from '#src/stations/fraction.ts'
import { placeName } from '#src/stations/place-name.ts'
import { DAY, MINUTE, SECOND, plus } from '#src/stations/time.ts'
import type { Clock, EpochMs } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import type { Store } from '#src/store/contract.ts'
import type { Sealer } from '#src/store/sealer.ts'
import { CONFIRM_WITHIN_MS, MAIL_QUEUE, tokenFor } from '#src/store/subscriber-desk.ts'
import type { Bounces, Subscriber, Wish } from '#src/store/subscribers.ts'
import type { Work, WorkOutcome } from '#src/store/work-queue.ts'
import { endLink, followLink } from '#src/wording/follow-path.ts'
import { confirmationMail, followedText, newsMail } from '#src/wording/mail-text.ts'
import type { DeliveryLog } from '../deliver.ts'
import type { MailMessage, MailOutcome, MailSender } from './mail-sender.ts'
import { findNews, readPiece, type News, type Piece } from './pieces.ts'
import { createRests } from './rests.ts'

export interface MailWorkOptions {
  readonly store: Pick<
    Store,
    'post' | 'posts' | 'subscriber' | 'noteBounce' | 'forgetBounces' | 'eraseSubscriber' | 'putWork'
  >
  readonly sealer: Sealer
  readonly sender: Pick<MailSender, 'sendMail'>
  readonly clock: Clock
  readonly town: () => TownIndex
  readonly publicUrl: string
  readonly log: Pick<DeliveryLog, 'info' | 'error'>
  readonly random: () => number
}

/** So many different messages in a row that nobody was there for, over so long, and the address is forgotten. */
const BOUNCES_TO_ERASE = 3
const BOUNCES_OVER_MS = 3 * DAY
/** A server that greylists wants to be asked again after minutes. */
const FIRST_WAIT_MS = MINUTE
const LONGEST_WAIT_MS = 30 * MINUTE
const THE_SERVER = 'the mail server'

export function mailWorker(options: MailWorkOptions) {
  const { store, sealer, sender, clock, publicUrl, log, random } = options
  const rests = createRests(random)
  let takenAt: EpochMs | undefined

  return async function handle(work: Work, signal: AbortSignal): Promise<WorkOutcome> {
    const now = clock()
    const resting = rests.until(THE_SERVER, now)
    if (resting !== undefined) return waitUntil(resting)
    const piece = readPiece(work.body)
    const letter = await write(piece, now)
    if (!letter) return { state: 'done', unsaid: true }
    const to = sealer.unseal(letter.subscriber.sealed)
    if (to === undefined) return { state: 'dead', error: 'sealed under another secret' }
    const outcome = await sender.sendMail(to, letter.message, signal)
    if (outcome.kind !== 'later' || outcome.because === 'deferred') rests.heard(THE_SERVER)
    return settle(work, piece, letter, outcome)
  }

  function waitUntil(at: EpochMs): WorkOutcome {
    const dueAt = plus(at, Math.round(random() * 5 * SECOND))
    return { state: 'due', dueAt, error: 'the mail server is in trouble', untried: true }
  }

  /** Undefined when there is nobody any more to write to, or nothing to say. */
  async function write(piece: Piece, now: EpochMs): Promise<Letter | undefined> {
    if (piece.kind === 'post') {
      const news = await findNews(store, piece, now)
      return news && { subscriber: news.subscriber, message: newsMessage(news) }
    }
    const subscriber = await store.subscriber(piece.to)
    const { asked } = subscriber ?? {}
    if (!subscriber || !asked || now - asked.at > CONFIRM_WITHIN_MS) return undefined
    return { subscriber, message: confirmationMessage(subscriber, asked) }
  }

  function newsMessage({ post, subscriber, wish }: News): MailMessage {
    const { language } = wish
    const token = tokenFor(sealer, 'manage', subscriber.id)
    const idOf = (key: string) =>
      `post-${key}-${sealer.mark('message', subscriber.id).slice(0, 12)}`
    return {
      ...newsMail({
        ...frame(wish),
        text: post.texts[language],
        pageUrl: `${publicUrl}${languageRoot(language)}/p/${post.key}`,
        manageUrl: followLink(publicUrl, language, token),
      }),
      id: idOf(post.key),
      ...(post.replyTo !== undefined && { follows: idOf(post.replyTo) }),
      language,
      unsubscribeUrl: endLink(publicUrl, token),
      at: new Date(clock()),
    }
  }

  function confirmationMessage(
    { id }: Subscriber,
    { wish, at }: NonNullable<Subscriber['asked']>,
  ): MailMessage {
    const { language } = wish
    const confirmUrl = followLink(publicUrl, language, tokenFor(sealer, 'confirm', id))
    return {
      ...confirmationMail({ ...frame(wish), confirmUrl }),
      id: `confirm-${sealer.mark('message', `${id} ${at}`).slice(0, 24)}`,
      language,
      at: new Date(clock()),
    }
  }

  function frame({ language, stations }: Wish) {
    const index = options.town()
    const { town } = index
    const followed = stations?.map((stationId) => ({ name: placeName({ stationId }, index) }))
    return {
      language,
      town,
      operator: town.operator?.name ?? town.name,
      followed: followedText(followed, town, language),
    }
  }

  async function settle(
    work: Work,
    piece: Piece,
    { subscriber, message }: Letter,
    outcome: MailOutcome,
  ): Promise<WorkOutcome> {
    switch (outcome.kind) {
      case 'taken':
        takenAt = clock()
        if (subscriber.bounces > 0) await store.forgetBounces(subscriber.id)
        return { state: 'done' }
      case 'later':
        return outcome.because === 'deferred'
          ? { state: 'due', dueAt: plus(clock(), waitMs(work.attempts)), error: outcome.detail }
          : rest(outcome)
      case 'never':
        if (outcome.because === 'no-such-mailbox') await bounce(subscriber, message)
        return { state: 'dead', error: outcome.detail }
      case 'unknown':
        return once(work, piece, outcome.detail)
    }
  }

  function waitMs(attempts: number): number {
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempts, 10))
    return Math.round(longest * (0.5 + random() / 2))
  }

  function rest({ because, detail }: MailOutcome & { kind: 'later' }): WorkOutcome {
    const now = clock()
    if (rests.until(THE_SERVER, now) === undefined) {
      log.error({ channel: 'email', because, detail }, 'the mail server takes no mail just now')
    }
    return waitUntil(rests.fail(THE_SERVER, now))
  }

  async function bounce(subscriber: Subscriber, { id }: MailMessage): Promise<void> {
    const now = clock()
    const { confirmedAt } = subscriber
    const isOver =
      confirmedAt === undefined || isGone(await store.noteBounce(subscriber.id, id, now), now)
    if (!isOver) return
    await store.eraseSubscriber(subscriber.id)
    log.info({ channel: 'email' }, 'an address that nobody is at was forgotten')
  }

  /** A server that has taken nothing since may be wrong about everybody. */
  function isGone({ messages, since }: Bounces, now: EpochMs): boolean {
    const hasTakenOthers = takenAt !== undefined && takenAt > since
    return messages >= BOUNCES_TO_ERASE && now - since >= BOUNCES_OVER_MS && hasTakenOthers
  }

  /**
   * It may be on its way. A double, which programs fold by its Message-ID, is better than a gap; but
   * one is enough. The repeat is a piece of its own, so that it is known as one after a crash too.
   */
  async function once(work: Work, piece: Piece, detail: string): Promise<WorkOutcome> {
    const error = `handed over, and nobody answered: ${detail}`
    if (work.key.endsWith(AGAIN)) return { state: 'dead', error }
    const { dueAt, expiresAt, orderingKey } = work
    await store.putWork([
      {
        queue: MAIL_QUEUE,
        key: work.key + AGAIN,
        body: JSON.stringify(piece),
        dueAt: plus(Math.max(dueAt, clock()) as EpochMs, MINUTE),
        expiresAt,
        ...(orderingKey !== undefined && { orderingKey }),
      },
    ])
    return { state: 'done' }
  }
}

interface Letter {
  readonly subscriber: Subscriber
  readonly message: MailMessage
}

const AGAIN = ':again'
