/** One notification to one browser, from the queue. */
import { languageRoot } from '#src/stations/fraction.ts'
import { placeName } from '#src/stations/place-name.ts'
import { DAY, SECOND, plus } from '#src/stations/time.ts'
import type { Clock, EpochMs } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import type { Store } from '#src/store/contract.ts'
import { LOOK_BACK, newsTakenBack } from '#src/store/news-taken-back.ts'
import type { Sealer } from '#src/store/sealer.ts'
import type { PushTarget } from '#src/store/subscriber-desk.ts'
import type { Work, WorkOutcome } from '#src/store/work-queue.ts'
import type { DeliveryLog } from '../deliver.ts'
import { findNews, readPiece, threadOf, type News } from './pieces.ts'
import { createPushServices } from './push-services.ts'
import type { PushMessage, PushOutcome, PushSender } from './push-sender.ts'
import { createRests } from './rests.ts'

export interface PushWorkOptions {
  readonly store: Pick<
    Store,
    'post' | 'posts' | 'subscriber' | 'noteBounce' | 'forgetBounces' | 'eraseSubscriber'
  >
  readonly sealer: Sealer
  readonly sender: Pick<PushSender, 'sendPush'>
  readonly clock: Clock
  readonly town: () => TownIndex
  readonly publicUrl: string
  readonly log: Pick<DeliveryLog, 'info' | 'error'>
  readonly random: () => number
}

/** What our service worker is told (web/workers/push-worker.ts). */
export interface PushPayload {
  readonly title: string
  readonly body: string
  readonly url: string
  readonly lang: string
  /** One notification is shown for each tag: the thread's, so that what follows news up replaces it. */
  readonly tag: string
  /** Other threads that are over with it. */
  readonly ends: readonly string[]
  /** Milliseconds. */
  readonly at: number
}

/** So many different messages in a row that didn't get there, over so long, and the browser is forgotten. */
const FAILURES_TO_ERASE = 3
const FAILURES_OVER_MS = 14 * DAY
const STRANGERS_WAIT_MS = 20 * SECOND

export function pushWorker(options: PushWorkOptions) {
  const { store, sealer, sender, clock, publicUrl, log, random } = options
  const rests = createRests(random)
  const services = createPushServices()
  let takenAt: EpochMs | undefined

  return async function handle(work: Work, signal: AbortSignal): Promise<WorkOutcome> {
    const now = clock()
    const piece = readPiece(work.body)
    const news = piece.kind === 'post' ? await findNews(store, piece, now) : undefined
    if (!news) return { state: 'done', unsaid: true }
    const unsealed = sealer.unseal(news.subscriber.sealed)
    if (unsealed === undefined) return { state: 'dead', error: 'sealed under another secret' }
    const target = JSON.parse(unsealed) as PushTarget
    const service = new URL(target.endpoint).host
    const resting = rests.until(service, now)
    if (resting !== undefined) {
      return { ...waitUntil(resting, 'the push service is in trouble'), untried: true }
    }
    using place = services.enter(service)
    if (!place) {
      const at = plus(now, STRANGERS_WAIT_MS)
      return { ...waitUntil(at, 'push services that nobody knows have their turn'), untried: true }
    }
    const outcome = await sender.sendPush(target, await compose(news), { now, signal })
    if (outcome.kind !== 'later') rests.heard(service)
    return settle(news, service, outcome)
  }

  function waitUntil(at: EpochMs, error: string): WorkOutcome & { state: 'due' } {
    return { state: 'due', dueAt: plus(at, Math.round(random() * 5 * SECOND)), error }
  }

  async function compose({ post, wish: { language } }: News): Promise<PushMessage> {
    const { stationId, areaId, audience, kind } = post
    const town = options.town()
    const tag = await threadOf(store, post)
    const place = stationId === undefined ? {} : { stationId }
    const over =
      kind === 'close'
        ? newsTakenBack(post, await store.posts({ ...place, audience, limit: LOOK_BACK }))
        : []
    const payload: PushPayload = {
      title: placeName({ ...place, ...(areaId !== undefined && { areaId }) }, town),
      body: post.texts[language],
      url: `${publicUrl}${languageRoot(language)}/p/${post.key}`,
      lang: language,
      tag,
      ends: over.map(({ key }) => key).filter((key) => key !== tag),
      at: post.at,
    }
    return {
      payload: JSON.stringify(payload),
      topic: tag,
      expiresAt: post.expiresAt,
      urgency: kind === 'open' || kind === 'correction' ? 'normal' : 'low',
    }
  }

  function rest(service: string, outcome: PushOutcome & { kind: 'later' }): WorkOutcome {
    const { detail, afterMs, isDisbelief = false } = outcome
    const now = clock()
    // Those that were under way together are told of once.
    if (isDisbelief && rests.until(service, now) === undefined) {
      log.error(
        { channel: 'push', ...(services.isOfBrowser(service) && { service }), detail },
        'a push service believes nothing that we sign; is the clock of this machine right?',
      )
    }
    return waitUntil(rests.fail(service, now, afterMs), detail)
  }

  async function settle(news: News, service: string, outcome: PushOutcome): Promise<WorkOutcome> {
    const { subscriber } = news
    switch (outcome.kind) {
      case 'taken':
        takenAt = clock()
        services.took(service)
        if (subscriber.bounces > 0) await store.forgetBounces(subscriber.id)
        return { state: 'done' }
      case 'gone':
        await store.eraseSubscriber(subscriber.id)
        log.info({ channel: 'push' }, 'a browser that ended its notifications was forgotten')
        return { state: 'done', unsaid: true }
      case 'never':
        // A host of somebody's own would name them.
        log.error({ channel: 'push', detail: outcome.detail }, 'a notification was refused')
        services.failed(service)
        await noteFailure(news)
        return { state: 'dead', error: outcome.detail }
      case 'later': {
        services.failed(service)
        const resting = rest(service, outcome)
        const isOver = !outcome.isDisbelief && (await noteFailure(news))
        return isOver ? { state: 'done' } : resting
      }
    }
  }

  /** Whether the browser is forgotten for it. While nobody is reached it may be us. */
  async function noteFailure({ subscriber, post }: News): Promise<boolean> {
    const now = clock()
    const { messages, since } = await store.noteBounce(subscriber.id, post.key, now)
    const hasReachedOthers = takenAt !== undefined && takenAt > since
    if (messages < FAILURES_TO_ERASE || now - since < FAILURES_OVER_MS || !hasReachedOthers) {
      return false
    }
    await store.eraseSubscriber(subscriber.id)
    log.info({ channel: 'push' }, 'a browser that nothing reached for weeks was forgotten')
    return true
  }
}
