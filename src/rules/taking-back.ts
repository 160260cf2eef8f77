/** Staff call a post wrong: one that nobody has seen yet is stopped, another is taken back in public. */
import type { PostKey } from '#src/stations/ids.ts'
import { DAY, SECOND } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { DecidedPost, PostItem } from './decision.ts'
import type { Episode } from './episode.ts'
import { correctionKey } from './post-key.ts'
import { timesOf } from './posting.ts'
import type { Applied, PostCorrectedRecord } from './record.ts'
import { findEpisode, findPlace } from './subjects.ts'
import { keepWaiting } from './waiting-room.ts'
import { decide, lookAt, markDirty, nowOf } from './world.ts'
import type { Taken, World } from './world.ts'

/** A post about to leave is not stopped any more: it may be on its way. */
const TOO_LATE_MS = 5 * SECOND
/** What is older than this nobody remembers, and it is not taken back any more. */
export const CORRECTABLE_MS = 30 * DAY

const TOO_OLD: Applied = { kind: 'history', because: 'too-old-post' }
const REPEAT: Applied = { kind: 'history', because: 'repeat-correction' }

/** Once for each post. Of what it told nothing follows: no "has room again" after a "full" that never was. */
export function takeBack(world: World, { post, isUnderWay }: PostCorrectedRecord): Applied {
  const at = nowOf(world)
  if (at - post.at > CORRECTABLE_MS) return TOO_OLD
  if (post.kind === 'correction' || world.taken.has(post.key)) return REPEAT
  forgetLongTaken(world)
  const taken = createTaken(post.key, at)
  world.taken.set(post.key, taken)
  markDirty(world, taken)
  const isUnseen = !isUnderWay && at <= post.sendAt - TOO_LATE_MS
  const key = isUnseen ? post.key : correct(world, post)
  if (isUnseen) world.ledger.withdrawn.push(post.key)
  for (const item of post.items) {
    const episode = findEpisode(world, item.ruleId, item.subject)
    if (!episode) continue
    forgetTold(world, episode, post)
    lookAt(world, episode.container, episode.place)
    decide(world, episode, episode.state, isUnseen ? 'withdrawn' : 'corrected', {
      about: 'nothing',
      outcome: isUnseen ? 'dropped' : 'posted',
      postKey: key,
    })
  }
  return { kind: 'now' }
}

/** What was taken back so long ago is too old to be taken back again, so nobody need remember it. */
function forgetLongTaken(world: World): void {
  for (const [key, taken] of world.taken) {
    if (nowOf(world) - taken.at <= CORRECTABLE_MS) continue
    taken.isForgotten = true
    world.taken.delete(key)
    markDirty(world, taken)
  }
}

export function createTaken(post: PostKey, at: EpochMs): Taken {
  return { kind: 'taken', key: `taken|${post}`, at, isForgotten: false, dirty: false }
}

function forgetTold(world: World, episode: Episode, post: DecidedPost): void {
  const { place } = episode
  if (episode.posted?.key === post.key) {
    episode.posted = undefined
    markDirty(world, episode)
  }
  if (place.thread?.key === post.key) {
    place.thread = undefined
    markDirty(world, place)
  }
  const group = place.groups[post.audience]
  const rest = group?.items.filter((item) => item.opened?.key !== post.key)
  if (group && rest && rest.length < group.items.length) {
    keepWaiting(world, group, rest, group.timer.dueAt)
  }
}

/** A correction asks no gate and costs no budget: nothing wrong is left standing. */
function correct(world: World, post: DecidedPost): DecidedPost['key'] {
  const { key: corrects, stationId, areaId, audience } = post
  const key = correctionKey(corrects)
  const times = timesOf(world)
  const items: readonly PostItem[] = post.items
  world.ledger.posts.push({
    key,
    ...times,
    ...(stationId !== undefined && { stationId }),
    ...(areaId !== undefined && { areaId }),
    audience,
    kind: 'correction',
    priority: 100,
    items,
    replyTo: corrects,
    corrects,
    correctsAt: post.at,
  })
  const place = findPlace(world, stationId ?? areaId)
  if (place && audience === 'public') {
    place.thread = { key, at: times.at }
    markDirty(world, place)
  }
  return key
}
