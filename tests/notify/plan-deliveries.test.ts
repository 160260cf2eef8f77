import { describe, expect, test } from 'vitest'
import { planDeliveries } from '#src/notify/plan-deliveries.ts'
import type { Language } from '#src/stations/fraction.ts'
import type { Account, XAccount } from '#src/stations/station.ts'
import { indexTown } from '#src/stations/town-index.ts'
import type { Post, Voice } from '#src/store/contract.ts'
import { dividedTown, ekudden, hamnen, north, south, torget } from '#tests/support/town.ts'
import { makePost, noon } from './deliveries.ts'

const KEYS = { appKeyEnv: 'A', appSecretEnv: 'B', accessTokenEnv: 'C', accessSecretEnv: 'D' }

function account(name: string, places: Partial<Account> = {}): XAccount {
  return { account: name, language: 'sv', ...places, ...KEYS }
}

const accounts = [
  account('town'),
  account('town_en', { language: 'en' }),
  account('north', { areas: [north] }),
  account('ekudden', { stations: [ekudden.id] }),
  account('harbours', { stations: [hamnen.id, torget.id] }),
]

function planned(
  post: Post,
  x: readonly XAccount[] = accounts,
  channel: 'x' | 'mastodon' = 'x',
  before: readonly Voice[] = [],
): readonly string[] {
  const mastodon = x.map((account) => ({
    ...account,
    server: 'https://a.example',
    accessTokenEnv: 'A',
  }))
  const town = indexTown({ ...dividedTown, channels: channel === 'x' ? { x } : { mastodon } })
  return planDeliveries(post, town, before).map(
    ({ channel, account, text }) => `${channel} ${account} ${text === post.texts.en ? 'en' : 'sv'}`,
  )
}

const at = (place: Partial<Post>): Post => {
  const { stationId: _, ...post } = makePost(1, noon)
  return { ...post, ...place }
}

describe('on X, which forbids the same words from several accounts, the narrowest speaks', () => {
  test.each([
    ['a station with an account', { stationId: ekudden.id }, ['x town_en en', 'x ekudden sv']],
    ['one of an account’s stations', { stationId: torget.id }, ['x town_en en', 'x harbours sv']],
    ['an area with an account', { areaId: north }, ['x town_en en', 'x north sv']],
    ['an area without one', { areaId: south }, ['x town sv', 'x town_en en']],
    ['the whole town', {}, ['x town sv', 'x town_en en']],
  ])('%s', (_, place, expected) => {
    expect(planned(at(place))).toEqual(expected)
  })

  test('a station’s area speaks where the station has no account', () => {
    const some = [account('town'), account('north', { areas: [north] })]
    expect(planned(at({ stationId: hamnen.id }), some)).toEqual(['x north sv'])
    expect(planned(at({ stationId: torget.id }), some)).toEqual(['x town sv'])
  })
})

test('a station whose own account is all there is speaks for nobody else', () => {
  const one = [account('ekudden', { stations: [ekudden.id] })]
  expect(planned(at({ stationId: hamnen.id }), one)).toEqual([])
  expect(planned(at({}), one)).toEqual([])
})

describe('who was given the news is given its taking back', () => {
  const close = at({ stationId: ekudden.id, kind: 'close' })
  const said = (account: string, channel: 'x' | 'mastodon', language: Language = 'sv'): Voice => ({
    channel,
    account,
    language,
  })

  test('on X nobody else, though a narrower account has come since', () => {
    expect(planned(close, accounts, 'x', [said('town', 'x')])).toEqual([
      'x town sv',
      'x town_en en',
    ])
  })

  test('elsewhere beside all others', () => {
    expect(planned(close, accounts, 'mastodon', [said('harbours', 'mastodon')])).toEqual([
      'mastodon town sv',
      'mastodon town_en en',
      'mastodon north sv',
      'mastodon ekudden sv',
      'mastodon harbours sv',
    ])
  })

  test('though the station is no longer its own', () => {
    const narrowed = [account('town', { stations: [hamnen.id] })]
    expect(planned(close, narrowed)).toEqual([])
    expect(planned(close, narrowed, 'x', [said('town', 'x')])).toEqual(['x town sv'])
  })

  test('in the language of the news', () => {
    const english = [account('town', { language: 'en' })]
    expect(planned(close, english, 'x', [said('town', 'x')])).toEqual(['x town sv'])
  })

  test.each([
    ['left the town', said('gone', 'x')],
    ['is another’s of that name', said('town', 'mastodon')],
  ])('but no account that %s', (_, voice) => {
    expect(planned(close, accounts, 'x', [voice])).toEqual(['x town_en en', 'x ekudden sv'])
  })
})

test('what only staff shall see goes nowhere, nor does anything without accounts', () => {
  expect(planned({ ...makePost(1, noon), audience: 'staff' })).toEqual([])
  expect(planned(makePost(1, noon), [])).toEqual([])
})

test('a delivery carries the words, from when and until when', () => {
  const post = makePost(1, noon)
  const town = indexTown({ ...dividedTown, channels: { x: [account('town')] } })
  expect(planDeliveries(post, town)).toEqual([
    {
      postKey: post.key,
      channel: 'x',
      account: 'town',
      language: 'sv',
      text: post.texts.sv,
      dueAt: post.sendAt,
      expiresAt: post.expiresAt,
    },
  ])
})

test('a text in which X might find a link is kept for staff to see, and never waits there', () => {
  const post = makePost(1, noon)
  const texts = { ...post.texts, sv: 'Ekudden är fullt.Se boras.se' }
  const mastodon = [
    { account: 'a', language: 'sv', server: 'https://a.example', accessTokenEnv: 'A' },
  ] as const
  const x = [account('town'), account('town_en', { language: 'en' })]
  const town = indexTown({ ...dividedTown, channels: { x, mastodon } })
  const faults = planDeliveries({ ...post, texts }, town).map((d) => [d.account, d.fault])
  expect(faults).toEqual([
    ['town', 'not-sendable: the text is url-like'],
    ['town_en', undefined],
    ['a', undefined],
  ])
})
