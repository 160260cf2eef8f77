/** Each inbox's own piece of work: signed so that anybody can verify it, tried until it is taken or old. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openFollowers } from '#src/notify/activitypub/followers.ts'
import { HOUR, MINUTE, SECOND, plus } from '#src/stations/time.ts'
import { startFakeFediverse, type FakeFediverse } from '#tests/support/fake-fediverse.ts'
import { SECRET, openFediverseTown, type FediverseTown } from '#tests/support/fediverse-town.ts'
import { until } from '#tests/support/until.ts'
import { makePost, noon } from './deliveries.ts'

let town: FediverseTown
let fake: FakeFediverse
let other: FakeFediverse
let id: string
beforeEach(async () => {
  town = await openFediverseTown()
  fake = await startFakeFediverse()
  other = await startFakeFediverse()
  id = new URL(await town.actorUrl('ekudden')).pathname.slice('/ap/'.length)
})
afterEach(async () => {
  await fake[Symbol.asyncDispose]()
  await other[Symbol.asyncDispose]()
  await town[Symbol.asyncDispose]()
})

const news = makePost(1, noon, { expiresAt: plus(noon, 2 * HOUR) })

/** Somebody who has followed. */
async function follow(at: FakeFediverse, name: string, shared?: 'shared'): Promise<void> {
  await openFollowers(town.store, SECRET).add(id, {
    id: at.person(name),
    inbox: `${at.person(name)}/inbox`,
    ...(shared && { sharedInbox: `${at.url}/inbox` }),
  })
}
const followers = () => town.store.followerCount(id)
const counts = () => town.store.workCounts('activitypub')
const posted = (n: number, at = fake) =>
  until(
    () => at.posted.length >= n,
    5000,
    () => JSON.stringify([at.posted, town.logged]),
  )
/** Nothing is under way any more: what is open waits for its time. */
async function settled(open: number, dead: number): Promise<void> {
  const seen = async () => JSON.stringify(await counts())
  const wanted = JSON.stringify({ open, dead })
  await until(async () => (await seen()) === wanted, 5000)
}

test('an activity is signed as everybody understands it, by who says so', async () => {
  await follow(fake, 'anna')
  await town.say(news)
  await posted(1)
  expect(fake.posted).toEqual([
    {
      path: '/users/anna/inbox',
      type: 'Create',
      id: `${town.url}/ap/${id}/notes/${news.key}#create`,
      signature: 'right',
      userAgent: `Kvitter (+${town.url}/)`,
    },
  ])
  await settled(0, 0)
})

test('a server with many followers gets it once', async () => {
  for (const name of ['anna', 'bo', 'cilla']) await follow(fake, name, 'shared')
  await follow(other, 'dan')
  await town.say(news)
  await posted(1)
  await posted(1, other)
  await settled(0, 0)
  expect(fake.posted.map(({ path }) => path)).toEqual(['/inbox'])
  expect(other.posted.map(({ path }) => path)).toEqual(['/users/dan/inbox'])
})

test('a server that wants the newer signature is given it, the next time at once', async () => {
  await follow(fake, 'anna')
  fake.meets.push(401, 202)
  await town.say(news, makePost(2, noon))
  await posted(3)
  expect(fake.posted.map(({ signature }) => signature)).toEqual(['right', 'rfc9421', 'rfc9421'])
})

test('what may have been heard comes again as the same', async () => {
  await follow(fake, 'anna')
  fake.meets.push('cut-after', 202)
  await town.say(news)
  await posted(1)
  await until(async () => {
    town.pass(10 * SECOND)
    return fake.posted.length === 2
  }, 5000)
  expect(new Set(fake.posted.map((one) => one.id)).size).toBe(1)
  await settled(0, 0)
})

test('a server that is full is asked again when it says', async () => {
  await follow(fake, 'anna')
  fake.meets.push('retry-after', 202)
  await town.say(news)
  await posted(1)
  const due = () => town.store.nextWorkAt('activitypub')
  // While it is under way, that is when its lease runs out.
  await until(async () => (await due())! > plus(noon, MINUTE), 5000)
  expect((await due())! - noon).toBeGreaterThanOrEqual(91 * SECOND)
  expect((await due())! - noon).toBeLessThanOrEqual(95 * SECOND)
})

describe('a follower', () => {
  test.each([
    [404, undefined],
    [410, undefined],
    [410, 'shared'],
  ] as const)('whose inbox answers %i is gone (%s)', async (status, shared) => {
    await follow(fake, 'anna', shared)
    fake.meets.push(status)
    await town.say(news)
    await settled(0, 1)
    expect(await followers()).toBe(0)
  })

  test.each([
    [401, 'tried again', 1, 0],
    [404, 'tried again', 1, 0],
    [500, 'tried again', 1, 0],
    [503, 'tried again', 1, 0],
    [403, 'given up', 0, 1],
  ])(
    'stays where the inbox of a server answers %i; the activity is %s',
    async (status, _, ...now) => {
      await follow(fake, 'anna', 'shared')
      fake.meets.push(status)
      await town.say(news)
      await posted(1)
      await settled(...now)
      expect(await followers()).toBe(1)
    },
  )
})

test('a redirect is not followed', async () => {
  await follow(fake, 'anna')
  fake.meets.push('redirect')
  await town.say(news)
  await posted(1)
  await settled(1, 0)
  expect(fake.posted.map(({ path }) => path)).toEqual(['/users/anna/inbox'])
})

test('a server that hangs holds up no other', async () => {
  fake.meets.push('hang')
  for (let n = 0; n < 5; n += 1) await follow(fake, `person${n}`)
  await follow(other, 'anna')
  await town.say(news, makePost(2, noon), makePost(3, noon))
  await posted(3, other)
  expect(other.posted.map((one) => one.id.slice(-24, -7))).toEqual(
    [1, 2, 3].map((n) => `/${makePost(n, noon).key}`),
  )
  // One at a time for each actor and server.
  expect(fake.posted).toHaveLength(1)
})

test('an edit waits for what it edits', async () => {
  await follow(fake, 'anna')
  fake.meets.push(503, 202)
  await town.say(news)
  await settled(1, 0)
  await town.say(
    makePost(2, noon, {
      kind: 'correction',
      corrects: news.key,
      replyTo: news.key,
      expiresAt: news.expiresAt,
    }),
  )
  await until(async () => {
    town.pass(5 * SECOND)
    return fake.posted.length === 4
  }, 5000)
  expect(fake.posted.map(({ type }) => type)).toEqual(['Create', 'Create', 'Update', 'Create'])
})

test('old news is not delivered', async () => {
  await follow(fake, 'anna')
  fake.meets.push(503)
  await town.say(news)
  await settled(1, 0)
  town.pass(3 * HOUR)
  await settled(0, 1)
  expect(fake.posted.length).toBe(1)
})
