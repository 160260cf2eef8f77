/** The town's actors and another server, over real HTTP: found, followed, heard, corrected, left. */
import { once } from 'node:events'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { request, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { correctionKey } from '#src/rules/post-key.ts'
import { MINUTE, plus } from '#src/stations/time.ts'
import { cardText } from '#src/wording/cards/card-text.ts'
import {
  startFediversePeer,
  type FediversePeer,
  type PeerTrouble,
} from '#tests/support/fediverse-peer.ts'
import { openFediverseTown, type FediverseTown } from '#tests/support/fediverse-town.ts'
import { ekudden } from '#tests/support/town.ts'
import { until } from '#tests/support/until.ts'
import { keepPosts, makePost, noon } from './deliveries.ts'

let town: FediverseTown
let peer: FediversePeer
/** Each post to the peer meets the first and takes it away. */
const troubles: PeerTrouble[] = []
beforeEach(async () => {
  troubles.length = 0
  town = await openFediverseTown()
  peer = await startFediversePeer({ pickTrouble: () => troubles.shift() })
})
afterEach(async () => {
  await peer[Symbol.asyncDispose]()
  await town[Symbol.asyncDispose]()
})

const AS_SERVER = { accept: 'application/activity+json' }
const AS_BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

/** On a connection of its own each, since the town may stop and start again. */
async function get(path: string, headers: Record<string, string> = AS_SERVER) {
  const asked = request(new URL(path, town.url), { headers, agent: false }).end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  const body = await text(answer)
  return {
    status: answer.statusCode,
    location: answer.headers.location,
    json: body.startsWith('{') ? (JSON.parse(body) as Record<string, unknown>) : undefined,
  }
}

const news = makePost(1, noon)
const html = ({ key, texts: { sv } } = news) =>
  `<p>${sv.replaceAll('&', '&amp;')}</p><p><a href="${town.url}/p/${key}">Varför, och läget nu</a> <a href="${town.url}/" class="mention hashtag" rel="tag">#<span>ÅVSProvstad</span></a></p>`
const correction = makePost(2, noon, {
  key: correctionKey(news.key),
  kind: 'correction',
  replyTo: news.key,
  corrects: news.key,
})
const noteAt = (actor: string, post = news) => `${actor}/notes/${post.key}`

const heard = (n: number) =>
  until(
    () => peer.received.length >= n,
    10_000,
    () => [...peer.received, ...peer.requests, ...town.logged].join('\n'),
  )

describe('an actor', () => {
  test('of a station says who it is, who runs it, and that nobody reads what is written to it', async () => {
    const actor = await town.actorUrl('ekudden')
    expect(await get(actor)).toMatchObject({
      status: 200,
      json: {
        id: actor,
        type: 'Service',
        preferredUsername: 'ekudden',
        name: 'ÅVS Ekudden',
        summary:
          '<p>Återvinningsstationen Ekudden i Provstad berättar när något är fullt och när det finns plats igen. Automatiskt konto, drivs av Provstads kommun. Svar läses inte här.</p>',
        url: `${town.url}/s/${ekudden.id}`,
        inbox: `${actor}/inbox`,
        endpoints: { sharedInbox: `${town.url}/ap/inbox` },
        manuallyApprovesFollowers: false,
        discoverable: true,
        attachment: [
          { type: 'PropertyValue', name: 'Läget nu' },
          {
            type: 'PropertyValue',
            name: 'Drivs av',
            value: '<a href="https://provstad.example">Provstads kommun</a>',
          },
        ],
      },
    })
    // Nothing in its address can become untrue.
    expect(actor).toMatch(/\/ap\/[0-9a-f]{16}$/)
  })

  test('goes by the name that the pages tell', async () => {
    const { host } = new URL(town.url)
    expect(await town.fediverse.accountOf(ekudden.id)).toEqual({
      handle: `@ekudden@${host}`,
      url: await town.actorUrl('ekudden'),
    })
    expect(await town.fediverse.accountOf(undefined)).toEqual({
      handle: `@avs@${host}`,
      url: await town.actorUrl('avs'),
    })
  })

  test('can always be used', async () => {
    const turn = { now: noon, signal: new AbortController().signal }
    expect(await town.fediverse.channel.check(turn)).toEqual({ kind: 'ready' })
  })

  test('of the town is there too, and nobody else', async () => {
    expect(await get(await town.actorUrl('avs'))).toMatchObject({
      json: { name: 'Återvinningsstationer i Provstad', url: `${town.url}/` },
    })
    for (const path of [
      '/ap/0123456789abcdef',
      '/ap/0123456789abcdef/outbox',
      '/ap/0123456789abcdef/followers',
      '/ap/0123456789abcdef/notes/about',
      '/.well-known/webfinger?resource=acct:nobody@127.0.0.1',
      `/.well-known/webfinger?resource=acct:ekudden@elsewhere.example`,
    ]) {
      expect([path, (await get(path)).status]).toEqual([path, 404])
    }
  })

  test('has a pinned note and an outbox of what was said, and no names of followers', async () => {
    const actor = await town.actorUrl('ekudden')
    await peer.follow(actor)
    await town.say(news, makePost(2, plus(noon, MINUTE)))
    expect(await get(`${actor}/featured`)).toMatchObject({
      json: { orderedItems: [{ id: `${actor}/notes/about`, type: 'Note' }] },
    })
    // The second's time hasn't come.
    expect((await get(`${actor}/outbox`)).json!['orderedItems']).toEqual([
      expect.objectContaining({ type: 'Create', id: `${noteAt(actor)}#create` }),
    ])
    expect((await get(noteAt(actor, makePost(2, noon)))).status).toBe(404)
    const followers = await get(`${actor}/followers`)
    expect(followers.json).toMatchObject({ totalItems: 1 })
    expect(JSON.stringify(followers)).not.toContain('anna')
  })

  test('leads a browser to its pages', async () => {
    const actor = await town.actorUrl('ekudden')
    const led = async (url: string) => (await get(url, AS_BROWSER)).location
    expect(await led(actor)).toBe(`${town.url}/s/${ekudden.id}`)
    expect(await led(noteAt(actor))).toBe(`${town.url}/p/${news.key}`)
    expect(await led(`${actor}/notes/about`)).toBe(`${town.url}/s/${ekudden.id}`)
    expect(await led(await town.actorUrl('avs'))).toBe(`${town.url}/`)
  })

  test('is found by node info', async () => {
    expect(await get('/.well-known/nodeinfo')).toMatchObject({
      json: { links: [{ href: `${town.url}/nodeinfo/2.1` }] },
    })
    expect(await get('/nodeinfo/2.1')).toMatchObject({
      json: { software: { name: 'kvitter', version: '1.2.3' }, protocols: ['activitypub'] },
    })
  })
})

test('a station is followed, heard and left', async () => {
  const actor = await town.actorUrl('ekudden')
  await peer.follow(actor)
  await heard(1)
  expect(peer.received[0]).toMatch(/^Accept /)

  expect(await town.say(news)).toEqual([{ kind: 'sent', remoteId: noteAt(actor) }])
  await heard(2)
  expect(peer.received[1]).toBe(`Create ${noteAt(actor)}#create`)
  expect(peer.objects[1]).toMatchObject({
    id: noteAt(actor),
    type: 'Note',
    attributedTo: actor,
    // Unlisted: in no public timeline.
    to: `${actor}/followers`,
    cc: 'as:Public',
    content: html(),
    contentMap: { sv: html() },
    published: '2026-05-05T10:00:00Z',
    url: `${town.url}/p/${news.key}`,
    tag: { name: '#ÅVSProvstad', href: `${town.url}/` },
  })
  expect(peer.requests).toEqual(['/users/anna/inbox 202', '/inbox 202'])

  await peer.unfollow(actor)
  expect(await get(`${actor}/followers`)).toMatchObject({ json: { totalItems: 0 } })
  await town.say(makePost(2, noon))
  expect(await town.store.workCounts('activitypub')).toEqual({ open: 0, dead: 0 })
  expect(await town.received()).toEqual({ followed: 1, unfollowed: 1 })
  expect(town.logged).toEqual([])
})

test('who follows the town is shown what stations say, and hears the town itself in public', async () => {
  const actor = await town.actorUrl('avs')
  const station = await town.actorUrl('ekudden')
  await peer.follow(actor)
  const { stationId: _, ...place } = makePost(2, noon)
  await town.say(news, { ...place, kind: 'digest' })
  await heard(3)
  expect(peer.received.slice(1)).toEqual([
    `Announce ${noteAt(station)}#announce`,
    `Create ${noteAt(actor, makePost(2, noon))}#create`,
  ])
  expect(peer.objects[2]).toMatchObject({ to: 'as:Public', cc: `${actor}/followers` })
})

test('who follows a station is shown the digest that speaks of it, and told when that was wrong', async () => {
  const actor = await town.actorUrl('avs')
  const station = await town.actorUrl('ekudden')
  await peer.follow(station)
  await heard(1)
  const { stationId, ...place } = makePost(3, noon)
  const items = place.items.map((item) => ({ ...item, stationId: stationId! }))
  const digest = { ...place, kind: 'digest', items } as const
  const wrong = { ...digest, key: correctionKey(digest.key), corrects: digest.key } as const
  await town.say(digest, { ...wrong, kind: 'correction' })
  await heard(4)
  const shown = (post: Pick<typeof news, 'key'>) =>
    `Announce ${actor}/notes/${post.key}#announce-${station.split('/').at(-1)}`
  expect(peer.received.slice(1).toSorted()).toEqual([
    shown(digest),
    shown(wrong),
    `Update ${actor}/notes/${digest.key}#update-${wrong.key}`,
  ])
})

test('news goes with the picture of its station, told in words; called wrong it goes without', async () => {
  const actor = await town.actorUrl('ekudden')
  const at = news.at
  const facts = {
    station: 'Ekudden',
    town: 'Provstad',
    at,
    timeZone: 'Europe/Stockholm',
    containers: [{ fraction: 'paper', word: 'full', percent: 93, source: 'sensor' }],
  } as const
  await keepPosts(town.store, [news], [], [{ postKey: news.key, facts }])
  await town.say(news)
  expect((await get(noteAt(actor))).json!['attachment']).toEqual({
    type: 'Document',
    mediaType: 'image/png',
    url: `${town.url}/p/${news.key}/card.png`,
    name: cardText(facts, 'sv'),
    width: 1200,
    height: 675,
  })
  await town.say(correction)
  expect((await get(noteAt(actor))).json).not.toHaveProperty('attachment')
})

test('a follow-up is a reply', async () => {
  const actor = await town.actorUrl('ekudden')
  await peer.follow(actor)
  await town.say(news, makePost(2, noon, { kind: 'close', replyTo: news.key }))
  await heard(3)
  expect(peer.objects[2]).toMatchObject({ inReplyTo: noteAt(actor) })
})

test('a correction edits what was wrong, its words first, and is a reply', async () => {
  const actor = await town.actorUrl('ekudden')
  await peer.follow(actor)
  await peer.follow(await town.actorUrl('avs'))
  await town.say(news, correction)
  await heard(7)
  const updates = peer.received.filter((one) => one.startsWith('Update'))
  expect(updates).toEqual([`Update ${noteAt(actor)}#update-${correction.key}`])
  const edited = {
    id: noteAt(actor),
    content: html().replace('<p>', `<p>${html(correction).slice(3).split('</p>')[0]}</p><p>`),
    updated: '2026-05-05T10:00:00Z',
  }
  expect(peer.objects[peer.received.indexOf(updates[0]!)]).toMatchObject(edited)
  expect(peer.received).toContain(`Create ${noteAt(actor, correction)}#create`)
  // Whoever fetches it later reads the same.
  expect(await get(noteAt(actor))).toMatchObject({ json: edited })
})

test('what may have been sent before the process died is sent again as the same, and once', async () => {
  const actor = await town.actorUrl('ekudden')
  await peer.follow(actor)
  await town.say(news)
  await heard(2)
  expect(await town.sayAgain(news)).toEqual({ kind: 'sent', remoteId: noteAt(actor) })
  await town.say(makePost(2, noon))
  await heard(3)
  // Our queue knew the piece: nothing went out twice.
  expect(peer.requests.filter((one) => one.startsWith('/inbox'))).toHaveLength(2)
})

test.each(['503', '503-html', 'cut-before', 'cut-after'] as const)(
  'a server that met us with %s hears it once, and in order',
  async (trouble) => {
    const actor = await town.actorUrl('ekudden')
    await peer.follow(actor)
    await heard(1)
    troubles.push(trouble)
    const second = makePost(2, noon)
    await town.say(news, second)
    await until(() => {
      town.pass(5000)
      return peer.received.length === 3
    }, 10_000)
    expect(troubles).toEqual([])
    expect(peer.received.slice(1)).toEqual(
      [news, second].map((post) => `Create ${noteAt(actor, post)}#create`),
    )
    expect(peer.heard.filter(({ isLost }) => isLost)).toHaveLength(trouble === 'cut-after' ? 1 : 0)
  },
)

test('a person who is deleted follows nobody any more', async () => {
  const actor = await town.actorUrl('ekudden')
  await peer.follow(actor)
  await peer.follow(await town.actorUrl('avs'))
  await peer.deletePerson(actor)
  for (const url of [actor, await town.actorUrl('avs')]) {
    expect(await get(`${url}/followers`)).toMatchObject({ json: { totalItems: 0 } })
  }
})

describe('what is kept', () => {
  let folder: string
  beforeEach(async () => {
    await town[Symbol.asyncDispose]()
    folder = await mkdtemp(join(tmpdir(), 'kvitter-fediverse-'))
    town = await openFediverseTown({ folder })
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  test('holds keys that survive a restart', async () => {
    const actor = await town.actorUrl('ekudden')
    await peer.follow(actor)
    await heard(1)
    const before = (await get(actor)).json
    await town[Symbol.asyncDispose]()
    town = await openFediverseTown({ folder, port: Number(new URL(actor).port) })
    expect((await get(actor)).json).toEqual(before)
    // The peer knows the key from before and believes it.
    await town.say(news)
    await heard(2)
  })

  test('shows neither keys nor followers to who reads the file', async () => {
    const actor = await town.actorUrl('ekudden')
    await peer.follow(actor)
    await heard(1)
    const files = await Promise.all(
      (await readdir(folder)).map((name) => readFile(join(folder, name), 'latin1')),
    )
    const bytes = files.join()
    expect(bytes).toContain('ekudden')
    for (const secret of ['"kty"', 'PRIVATE KEY', 'anna', new URL(peer.url).host]) {
      expect(bytes).not.toContain(secret)
    }
  })

  test('is nothing to another secret: nothing is signed with other keys', async () => {
    const actor = await town.actorUrl('ekudden')
    await get(actor)
    await town[Symbol.asyncDispose]()
    const other = await openFediverseTown({
      folder,
      secret: Buffer.alloc(32, 8).toString('base64'),
    })
    town = other
    expect((await get(new URL(actor).pathname)).status).toBe(500)
  })
})
