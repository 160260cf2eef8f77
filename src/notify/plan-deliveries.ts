/** Which ways out a post takes. Feeds and pages need none: they read the posts themselves. */
import { LANGUAGES, type Language } from '#src/stations/fraction.ts'
import { isDirectWay, SUBSCRIBERS } from '#src/stations/station.ts'
import type { Account, ChannelName } from '#src/stations/station.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import type { NewDelivery, Post, Voice } from '#src/store/contract.ts'
import { findXFaults } from '#src/wording/x-limits.ts'
import { webhookBody } from './webhook-body.ts'

/** X forbids the same words from several accounts: where more than one would say them, the narrowest does. */
const ONE_VOICE: ReadonlySet<ChannelName> = new Set(['x'])

/**
 * One delivery for each channel and account whose place it is; none for what only staff shall see. Who
 * was given what the post takes back (`before`) gets it too, while the town has the account. Pure.
 */
export function planDeliveries(
  post: Post,
  town: TownIndex,
  before: readonly Voice[] = [],
): readonly NewDelivery[] {
  if (post.audience !== 'public') return []
  return Object.entries(town.town.channels).flatMap(([name, accounts]) => {
    const channel = name as ChannelName
    const voices = voicesOn(channel, accounts, post, town, before)
    return voices.map(({ account, language }) => {
      const text = channel === 'webhook' ? webhookBody(post, language) : post.texts[language]
      const fault = channel === 'x' ? faultOnX(text) : undefined
      return {
        postKey: post.key,
        channel,
        account,
        language,
        text,
        dueAt: post.sendAt,
        expiresAt: post.expiresAt,
        ...(fault !== undefined && { fault }),
      }
    })
  })
}

/** A link costs thirteen times as much there: a text in which X might find one never even waits. */
function faultOnX(text: string): string | undefined {
  const faults = findXFaults(text)
  return faults.length === 0 ? undefined : `not-sendable: the text is ${faults.join(', ')}`
}

type Speaking = Pick<Speaker, 'account' | 'language'>

/** To residents themselves a post goes in every language; who gets it is found out when it goes. */
function voicesOn(
  channel: ChannelName,
  accounts: readonly object[],
  post: Post,
  town: TownIndex,
  before: readonly Voice[],
): readonly Speaking[] {
  if (isDirectWay(channel)) {
    return LANGUAGES.map((language) => ({ account: SUBSCRIBERS, language }))
  }
  const here = before.filter((voice) => voice.channel === channel)
  const speakers = speakersOf(post, town, accounts as readonly Account[], here)
  return ONE_VOICE.has(channel) ? narrowestOf(speakers) : speakers
}

interface Speaker {
  readonly account: string
  readonly language: Language
  readonly width: number
}

/** Narrower than any place: whoever said the news takes it back, in the language of the news. */
const SAID_IT = -1

/** Lower is narrower; undefined where the post isn't the account's. */
function widthOf(
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
  before: readonly Voice[],
): readonly Speaker[] {
  const { stationId } = post
  const areaId = stationId === undefined ? post.areaId : town.stations.get(stationId)?.areaId
  const place = { ...(stationId && { stationId }), ...(areaId && { areaId }) }
  return accounts.flatMap((account) => {
    const said = before.find((voice) => voice.account === account.account)
    const width = said ? SAID_IT : widthOf(place, account)
    if (width === undefined) return []
    return [{ account: account.account, language: (said ?? account).language, width }]
  })
}

/** One for each language. */
function narrowestOf(speakers: readonly Speaker[]): readonly Speaker[] {
  const sorted = speakers.toSorted((a, b) => a.width - b.width)
  return speakers.filter(
    (speaker) => sorted.find(({ language }) => language === speaker.language) === speaker,
  )
}
