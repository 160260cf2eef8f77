/** One notification to one browser, from the queue. */
import { languageRoot } from '#src/stations/fraction.ts'
import { placeName } from '#src/stations/place-name.ts'
import { SECOND, plus } from '#src/stations/time.ts'
import type { Clock, EpochMs } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import type { Store } from '#src/store/contract.ts'
import { LOOK_BACK, newsTakenBack } from '#src/store/news-taken-back.ts'
import type { Sealer } from '#src/store/sealer.ts'
import type { PushTarget } from '#src/store/subscriber-desk.ts'
import type { Work, WorkOutcome } from '#src/store/work-queue.ts'
import type { DeliveryLog } from '../deliver.ts'
import { findNews, readPiece, threadOf, type News } from './pieces.ts'
import type { PushMessage, PushOutcome, PushSender } from './push-sender.ts'
import { createRests } from './rests.ts'

export interface PushWorkOptions {
  readonly store: Pick<Store, 'post' | 'posts' | 'subscriber' | 'eraseSubscriber'>
  readonly sealer: Sealer
  readonly sender: Pick<PushSender, 'sendPush'>
  readonly clock: Clock
  readonly town: () => TownIndex
  readonly publicUrl: string
  readonly log: Pick<DeliveryLog, 'info' | 'error'>
  readonly random: () => number
}

/** What our service worker is told (src/pages/push-worker.js). */
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

export function pushWorker(options: PushWorkOptions) {
  const { store, sealer, sender, clock, publicUrl, log, random } = options
  const rests = createRests(random)

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
        { channel: 'push', service, detail },
        'a push service believes nothing that we sign; is the clock of this machine right?',
      )
    }
    return waitUntil(rests.fail(service, now, afterMs), detail)
  }

  async function settle(
    { subscriber }: News,
    service: string,
    outcome: PushOutcome,
  ): Promise<WorkOutcome> {
    switch (outcome.kind) {
      case 'taken':
        return { state: 'done' }
      case 'gone':
        await store.eraseSubscriber(subscriber.id)
        log.info({ channel: 'push' }, 'a browser that ended its notifications was forgotten')
        return { state: 'done', unsaid: true }
      case 'never':
        log.error(
          { channel: 'push', service, detail: outcome.detail },
          'a notification was refused',
        )
        return { state: 'dead', error: outcome.detail }
      case 'later':
        return rest(service, outcome)
    }
  }
}
