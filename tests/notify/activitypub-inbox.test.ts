/** What comes in is believed only if its signature is right; all else is refused, counted and forgotten. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HOUR, MINUTE } from '#src/stations/time.ts'
import {
  startFakeFediverse,
  type FakeFediverse,
  type Signing,
} from '#tests/support/fake-fediverse.ts'
import { openFediverseTown, type FediverseTown } from '#tests/support/fediverse-town.ts'
import { until } from '#tests/support/until.ts'
import { makePost, noon } from './deliveries.ts'

let town: FediverseTown
let fake: FakeFediverse
let actor: string
beforeEach(async () => {
  town = await openFediverseTown()
  fake = await startFakeFediverse()
  actor = await town.actorUrl('ekudden')
})
afterEach(async () => {
  await fake[Symbol.asyncDispose]()
  await town[Symbol.asyncDispose]()
})

const inbox = () => `${actor}/inbox`
const followers = async () => {
  const answer = await fetch(`${actor}/followers`, {
    headers: { accept: 'application/activity+json' },
  })
  return ((await answer.json()) as { totalItems: number }).totalItems
}

test('a signed Follow is taken, at the actor’s inbox and at the shared one', async () => {
  expect(await fake.post(inbox(), fake.follow(actor, 'anna'))).toBe(202)
  const shared = `${town.url}/ap/inbox`
  expect(await fake.post(shared, fake.follow(actor, 'bo'), { as: 'bo' })).toBe(202)
  expect(await followers()).toBe(2)
  await until(() => fake.posted.length === 2, 5000)
  expect(fake.posted.map(({ path, type, signature }) => [path, type, signature])).toEqual([
    ['/users/anna/inbox', 'Accept', 'right'],
    ['/users/bo/inbox', 'Accept', 'right'],
  ])
})

const NOT_BELIEVED: Readonly<Record<string, () => Signing>> = {
  'without a signature': () => ({ unsigned: true }),
  'signed with a key that isn’t the person’s': () => ({ withFalseKey: true }),
  'signed by somebody else': () => ({ as: 'bo' }),
  'whose body is another than was signed': () => ({ digestOf: '{}' }),
  'signed two hours ago': () => ({ date: new Date(Date.now() - 2 * HOUR) }),
  'signed in two hours': () => ({ date: new Date(Date.now() + 2 * HOUR) }),
  'signed for another server': () => ({ host: 'elsewhere.example' }),
  'of somebody who can’t be found': () => ({ as: 'nobody' }),
}

test.each(Object.entries(NOT_BELIEVED))('a Follow %s is not believed', async (_, signing) => {
  expect(await fake.post(inbox(), fake.follow(actor, 'anna'), signing())).toBe(401)
  expect(await followers()).toBe(0)
  expect(await town.received()).toEqual({ 'not-believed': 1 })
})

const NONSENSE: readonly (readonly [string, () => object | string, number, string])[] = [
  ['is no JSON', () => 'hello', 400, 'malformed'],
  ['is no activity', () => ({ type: 'Follow', published: 'yesterday' }), 400, 'malformed'],
  ['is huge', () => 'x'.repeat(65 * 1024), 413, 'too-large'],
  ['follows nobody here', () => fake.follow(`${fake.url}/users/bo`, 'anna'), 400, 'foreign'],
  ['follows nobody at all', () => fake.follow(`${town.url}/ap/none`, 'anna'), 400, 'foreign'],
]

describe('what makes no sense', () => {
  test.each(NONSENSE)('is refused where it %s', async (_, body, status, became) => {
    expect(await fake.post(inbox(), body())).toBe(status)
    expect(await town.received()).toEqual({ [became]: 1 })
  })

  test('has nobody follow whose inbox is on another’s server', async () => {
    fake.inboxOf = () => 'http://127.0.0.2:9/inbox'
    expect(await fake.post(inbox(), fake.follow(actor, 'anna'))).toBe(400)
    expect(await town.received()).toEqual({ unfit: 1 })
    expect(await followers()).toBe(0)
  })

  test('of an actor that isn’t here is not found', async () => {
    const nowhere = `${town.url}/ap/0123456789abcdef/inbox`
    expect(await fake.post(nowhere, fake.follow(actor, 'anna'))).toBe(404)
    expect(await followers()).toBe(0)
  })
})

test('the same again is taken once', async () => {
  await fake.post(inbox(), fake.follow(actor, 'anna'))
  expect(await fake.post(inbox(), fake.follow(actor, 'anna'))).toBe(202)
  expect(await town.received()).toEqual({ followed: 1, repeat: 1 })
  await until(() => fake.posted.length > 0, 5000)
  expect(fake.posted).toHaveLength(1)
})

test('who left and comes back is heard, though their server calls each Follow and each Undo alike', async () => {
  const follow = fake.follow(actor, 'anna')
  const undo = { ...follow, id: `${fake.person('anna')}#undo`, type: 'Undo', object: follow }
  const counts: number[] = []
  for (const activity of [follow, follow, undo, undo, follow, undo]) {
    expect(await fake.post(inbox(), activity)).toBe(202)
    counts.push(await followers())
    town.pass(MINUTE)
  }
  expect(counts).toEqual([1, 1, 0, 0, 1, 0])
  // Each coming has an answer of its own.
  await until(() => fake.posted.length === 2, 5000)
  expect(new Set(fake.posted.map(({ id }) => id)).size).toBe(2)
})

test('nobody has another’s Follow taken for a repeat by its id', async () => {
  const annas = fake.follow(actor, 'anna')
  expect(await fake.post(inbox(), { ...annas, actor: fake.person('bo') }, { as: 'bo' })).toBe(202)
  expect(await fake.post(inbox(), annas)).toBe(202)
  expect(await town.received()).toEqual({ followed: 2 })
  expect(await followers()).toBe(2)
})

test('whose inbox was gone for a while is heard when they follow again', async () => {
  const follow = fake.follow(actor, 'anna')
  await fake.post(inbox(), follow)
  await until(() => fake.posted.length === 1, 5000)
  fake.meets.push(410)
  await town.say(makePost(1, noon))
  await until(async () => (await followers()) === 0, 5000)
  expect(await fake.post(inbox(), follow)).toBe(202)
  expect(await followers()).toBe(1)
})

test('a Follow of somebody who can’t be fetched just now is taken when it comes again', async () => {
  // By now the key is known.
  await fake.post(inbox(), { ...fake.follow(`${actor}/notes/about`, 'anna'), type: 'Like' })
  fake.isDown = true
  expect(await fake.post(inbox(), fake.follow(actor, 'anna'))).toBe(503)
  expect(await followers()).toBe(0)
  fake.isDown = false
  expect(await fake.post(inbox(), fake.follow(actor, 'anna'))).toBe(202)
  expect(await followers()).toBe(1)
  expect(await town.received()).toEqual({ ignored: 1, unreachable: 1, followed: 1 })
})

test('likes and replies are taken and dropped', async () => {
  const like = { ...fake.follow(`${actor}/notes/about`, 'anna'), type: 'Like' }
  expect(await fake.post(inbox(), like)).toBe(202)
  expect(await town.received()).toEqual({ ignored: 1 })
})

test('nobody unfollows for another, and who blocks a station hears it no more', async () => {
  const follow = fake.follow(actor, 'anna')
  await fake.post(inbox(), follow)
  const undoOf = (name: string): object => ({
    ...fake.follow('', name),
    id: `${fake.person(name)}#undo`,
    type: 'Undo',
    object: follow,
  })
  await fake.post(inbox(), undoOf('bo'), { as: 'bo' })
  expect(await followers()).toBe(1)
  const block = { ...fake.follow(actor, 'anna'), id: `${fake.person('anna')}#block`, type: 'Block' }
  expect(await fake.post(inbox(), block)).toBe(202)
  expect(await followers()).toBe(0)
})

test('more than sixteen at once are told to come back', async () => {
  const held = Promise.withResolvers<void>()
  fake.until = held.promise
  const names = Array.from({ length: 17 }, (_, n) => `person${n}`)
  const waiting = names.map((as, n) =>
    fake.post(inbox(), fake.follow(actor, as), { as, from: `192.0.2.${n}` }),
  )
  // One of seventeen is turned away at once, while the others wait for their keys.
  expect(await Promise.any(waiting)).toBe(503)
  held.resolve()
  const statuses = await Promise.all(waiting)
  expect(statuses.toSorted((a, b) => a - b)).toEqual([...Array<number>(16).fill(202), 503])
})

test('one address has no more than two under way, and shuts out no other', async () => {
  const held = Promise.withResolvers<void>()
  fake.until = held.promise
  const post = (as: string, from: string) =>
    fake.post(inbox(), fake.follow(actor, as), { as, from })
  const waiting = ['anna', 'bo', 'cilla'].map((as) => post(as, '192.0.2.7'))
  expect(await Promise.any(waiting)).toBe(503)
  const other = post('dan', '192.0.2.8')
  held.resolve()
  expect(await other).toBe(202)
  expect((await Promise.all(waiting)).toSorted((a, b) => a - b)).toEqual([202, 202, 503])
  expect(await post('erik', '192.0.2.7')).toBe(202)
})

test('a server that asks to follow very often is told to wait, and then heard', async () => {
  const ask = (n: number) =>
    fake.post(inbox(), { ...fake.follow(actor, 'anna'), id: `${fake.person('anna')}#${n}` })
  for (let n = 0; n < 60; n += 1) expect(await ask(n)).toBe(202)
  expect(await ask(60)).toBe(429)
  town.pass(MINUTE)
  expect(await ask(60)).toBe(202)
})
