/** A post as webhooks carry it. Each field is named here, so that none comes along unseen. Pure. */
import type { PostItem } from '#src/rules/decision.ts'
import type { Language } from '#src/stations/fraction.ts'
import { isoText } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Post } from '#src/store/contract.ts'

/** The body's JSON, as it is signed. */
export function webhookBody(post: Post, language: Language): string {
  const { key, kind, stationId, areaId, replyTo, corrects } = post
  return JSON.stringify({
    type: `post.${kind}`,
    timestamp: isoText(post.sendAt),
    data: {
      key,
      language,
      text: post.texts[language],
      stationId,
      areaId,
      decidedAt: isoText(post.at),
      expiresAt: isoText(post.expiresAt),
      replyTo,
      corrects,
      items: post.items.map(itemBody),
    },
  })
}

function itemBody(item: PostItem): object {
  return {
    template: item.template,
    stationId: item.stationId,
    areaId: item.areaId,
    containerId: item.containerId,
    fraction: item.fraction,
    since: isoText(item.since),
    source: item.source,
    fillPercent: item.fillPercent,
    fullContainers: item.fullContainers,
    containers: item.containers,
    nextEmptyingAt: isoOf(item.nextEmptyingAt),
    fullAt: isoOf(item.fullAt),
    alternative: item.alternative && {
      stationId: item.alternative.stationId,
      name: item.alternative.name,
      distanceM: item.alternative.distanceM,
    },
  }
}

function isoOf(at: EpochMs | undefined): string | undefined {
  return at === undefined ? undefined : isoText(at)
}
