/** The journal and the planning of deliveries together: accounts may come and go between news and its end. */
import { expect, test } from 'vitest'
import { planDeliveries } from '#src/notify/plan-deliveries.ts'
import type { XAccount } from '#src/stations/station.ts'
import { MINUTE, plus } from '#src/stations/time.ts'
import type { Post } from '#src/store/contract.ts'
import { openJournal } from '#src/store/open-journal.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { inFolder } from '#tests/store/contract.ts'
import { scriptEngine } from '#tests/support/scripted-engine.ts'
import { castTown, ekudden } from '#tests/support/town.ts'
import { makePost, noon } from './deliveries.ts'

const KEYS = { appKeyEnv: 'A', appSecretEnv: 'B', accessTokenEnv: 'C', accessSecretEnv: 'D' }
const ofTown: XAccount = { account: 'town', language: 'sv', ...KEYS }
const ofEkudden: XAccount = {
  account: 'ekudden',
  language: 'sv',
  stations: [ekudden.id],
  ...KEYS,
}
const townWith = (...x: readonly XAccount[]) => ({ ...castTown, channels: { x } })
const later = plus(noon, 40 * MINUTE)
const news = makePost(1, noon)

test.each([
  ['the end of news', makePost(2, later, { kind: 'close', items: news.items })],
  [
    'a correction',
    makePost(2, later, { kind: 'correction', corrects: news.key, replyTo: news.key, items: [] }),
  ],
])('%s goes where the news went, the next news where it belongs by then', (_, answer) =>
  inFolder(async (path) => {
    await using store = await openSqliteStore(path)
    await store.saveTown(townWith(ofTown), noon)
    const engine = scriptEngine()
    await using journal = await openJournal({
      store,
      town: townWith(ofTown),
      makeEngine: () => engine,
      wordPost: () => news.texts,
      deliveriesFor: planDeliveries,
      clock: () => later,
      onFault: (what, error) => {
        throw new Error(what, { cause: error })
      },
    })
    const say = async (post: Post) => {
      engine.say([], [post])
      await journal.tick()
      return (await store.deliveries({ postKey: post.key, limit: 10 })).map((d) => d.account)
    }
    expect(await say(news)).toEqual(['town'])
    await journal.reload({ town: townWith(ofTown, ofEkudden), makeEngine: () => engine })
    expect(await say(answer)).toEqual(['town'])
    expect(await say(makePost(3, later))).toEqual(['ekudden'])
  }),
)
