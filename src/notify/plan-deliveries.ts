/** Which ways out a post takes. Feeds and pages need none: they read the posts themselves. */
import type { Account, ChannelName } from '#src/stations/station.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import type { NewDelivery, Post } from '#src/store/contract.ts'
import { webhookBody } from './webhook-body.ts'

/** X forbids the same words from several accounts: where more than one would say them, the narrowest does. */
const ONE_VOICE: ReadonlySet<ChannelName> = new Set(['x'])

/** One delivery for each channel and account whose place it is; none for what only staff shall see. Pure. */
export function planDeliveries(post: Post, town: TownIndex): readonly NewDelivery[] {
  if (post.audience !== 'public') return []
  return Object.entries(town.town.channels).flatMap(([name, accounts]) => {
    const channel = name as ChannelName
    const speakers = speakersOf(post, town, accounts, ONE_VOICE.has(channel))
    return speakers.map(({ account, language }) => ({
      postKey: post.key,
      channel,
      account,
      language,
      text: channel === 'webhook' ? webhookBody(post, language) : post.texts[language],
      dueAt: post.sendAt,
      expiresAt: post.expiresAt,
    }))
  })
}

/** Lower is narrower; undefined where the post isn't the account's. */
function width(
  { stationId, areaId }: Pick<Post, 'stationId' | 'areaId'>,
  { stations, areas }: Account,
): number | undefined {
  if (!stations && !areas) return 2
  if (stationId !== undefined && stations?.includes(stationId)) return 0
  return areaId !== undefined && areas?.includes(areaId) ? 1 : undefined
}

function speakersOf(
  post: Post,
  town: TownIndex,
  accounts: readonly Account[],
  oneVoice: boolean,
): readonly Account[] {
  const { stationId } = post
  const areaId = stationId === undefined ? post.areaId : town.stations.get(stationId)?.areaId
  const place = { ...(stationId && { stationId }), ...(areaId && { areaId }) }
  const heard = accounts.flatMap((account) => {
    const wide = width(place, account)
    return wide === undefined ? [] : [{ account, wide }]
  })
  if (!oneVoice) return heard.map(({ account }) => account)
  const narrowest = heard.toSorted((a, b) => a.wide - b.wide)
  return accounts.filter(
    (account) =>
      narrowest.find((h) => h.account.language === account.language)?.account === account,
  )
}
