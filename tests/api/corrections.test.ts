/** Staff call a post wrong, over real HTTP, with the real rules, the real outbox and a loopback X. */
import { describe, expect, test } from 'vitest'
import { HOUR, MINUTE, SECOND } from '#src/stations/time.ts'
import { EKUDDEN_PAPER as PAPER } from '#tests/support/http-town.ts'
import { type LivingTown, openLivingTown } from '#tests/support/living-town.ts'

/** The container is full and the station has decided to say so; nobody has seen it yet. */
async function decided(options: Parameters<typeof openLivingTown>[0] = { x: true }) {
  const town = await openLivingTown(options)
  await town.staff('POST', `/api/v1/containers/${PAPER}/observations`, { kind: 'full' })
  await town.pass(45 * MINUTE)
  const [post] = await town.posts()
  return { town, post: post! }
}

const correct = (town: LivingTown, key: string, actor = 'Kim') =>
  town.staff('POST', `/api/v1/posts/${key}/correction`, { actor, why: 'fel behållare' })
const states = async (town: LivingTown) =>
  (await town.store.deliveries({ limit: 100 })).map((d) => d.state).reverse()
const ways = ['/api/v1/posts', '/feeds/town.atom', '/feeds/town.json', '/', '/s/1490-901', '/en/']

/** Where a post's words can be found by anybody. */
async function seen(town: LivingTown, text: string, key: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const way of ways) {
    const { body } = await town.get(way)
    if (body.includes(text) || body.includes(key)) found.push(way)
  }
  for (const way of [`/p/${key}`, `/api/v1/posts/${key}`]) {
    if ((await town.get(way)).status !== 404) found.push(way)
  }
  return found
}

describe('a post that has been decided', () => {
  test('is to be seen nowhere before its time, and everywhere from then on', async () => {
    const { town, post } = await decided()
    await using _ = town
    expect(await seen(town, post.texts.sv, post.key)).toEqual([])
    await town.pass(59 * SECOND)
    expect(await seen(town, post.texts.sv, post.key)).toEqual([])
    await town.pass(SECOND)
    expect(await seen(town, post.texts.sv, post.key)).toEqual([
      ...ways,
      `/p/${post.key}`,
      `/api/v1/posts/${post.key}`,
    ])
  })

  test('staff see it while it waits', async () => {
    const { town, post } = await decided()
    await using _ = town
    expect((await town.get('/api/v1/posts?all=yes')).status).toBe(401)
    const { json } = await town.staff('GET', '/api/v1/posts?all=yes')
    expect(json.posts).toMatchObject([{ key: post.key, withdrawnAt: null }])
    expect((await town.staff('GET', `/api/v1/posts/${post.key}`)).status).toBe(200)
  })
})

describe('called wrong before its time', () => {
  test('it is stopped unseen: nothing reaches X, feeds or pages, then or later', async () => {
    const { town, post } = await decided()
    await using _ = town
    expect((await correct(town, post.key)).json).toEqual({ status: 'withdrawn', correction: null })
    expect(await states(town)).toEqual(['withdrawn'])
    await town.pass(3 * HOUR)
    expect(await seen(town, post.texts.sv, post.key)).toEqual([])
    expect(town.x.posts).toEqual([])
    expect(town.x.requests.filter((request) => request.startsWith('POST'))).toEqual([])
    const { json } = await town.staff('GET', '/api/v1/posts?all=yes')
    expect(json.posts).toMatchObject([
      { key: post.key, kind: 'open', withdrawnAt: '2026-05-05T13:20:00.000Z' },
    ])
  })

  test('it stays stopped when the process is stopped and started in between', async () => {
    const { town, post } = await decided()
    await using _ = town
    await correct(town, post.key)
    await town.restart()
    await town.pass(HOUR)
    expect(town.x.posts).toEqual([])
    expect(await states(town)).toEqual(['withdrawn'])
    expect((await correct(town, post.key, 'Robin')).status).toBe(409)
  })

  test('nothing that follows is a reply to it', async () => {
    const { town, post } = await decided()
    await using _ = town
    await correct(town, post.key)
    await town.staff('POST', '/api/v1/containers/1490-901-plastic-1/observations', { kind: 'full' })
    await town.pass(HOUR)
    const [, next] = await town.posts()
    expect([next!.items[0]!.subject, next!.replyTo]).toEqual(['1490-901-plastic-1', undefined])
  })

  test('so late that it may be on its way, it is corrected in public instead', async () => {
    const { town, post } = await decided()
    await using _ = town
    await town.pass(56 * SECOND)
    expect((await correct(town, post.key)).json.status).toBe('corrected')
  })
})

describe('called wrong after its time', () => {
  test('the station says so once, in reply to it at X, and in the feeds', async () => {
    const { town, post } = await decided()
    await using _ = town
    await town.pass(10 * MINUTE)
    const { json } = await correct(town, post.key)
    expect(json).toEqual({ status: 'corrected', correction: expect.any(String) })
    const correction = (await town.posts()).find(({ key }) => key === json.correction)!
    expect(await seen(town, correction.texts.sv, correction.key)).toEqual([])
    await town.pass(10 * MINUTE)
    const [wrong, right] = town.x.posts
    expect(town.x.posts.map((p) => [p.text, p.replyTo])).toEqual([
      [post.texts.sv, undefined],
      [correction.texts.sv, wrong!.id],
    ])
    expect(right!.text).not.toBe(wrong!.text)
    expect(await seen(town, correction.texts.sv, correction.key)).toContain('/feeds/town.atom')
    expect((await correct(town, post.key)).status).toBe(409)
    expect((await correct(town, correction.key)).status).toBe(409)
    await town.pass(HOUR)
    expect(town.x.posts).toHaveLength(2)
  })

  test('a restart between the two makes neither of them twice', async () => {
    const { town, post } = await decided()
    await using _ = town
    await town.pass(10 * MINUTE)
    await correct(town, post.key)
    await town.restart()
    await town.pass(HOUR)
    await town.restart()
    await town.pass(HOUR)
    expect(town.x.posts.map((p) => p.replyTo)).toEqual([undefined, town.x.posts[0]!.id])
    expect(await states(town)).toEqual(['sent', 'sent'])
  })

  test('where X no longer has the wrong one, the correction goes alone', async () => {
    const { town, post } = await decided()
    await using _ = town
    await town.pass(10 * MINUTE)
    town.x.posts.splice(0)
    await correct(town, post.key)
    await town.pass(10 * MINUTE)
    expect(town.x.posts.map((p) => p.replyTo)).toEqual([undefined])
    expect(await states(town)).toEqual(['sent', 'sent'])
  })

  test('where X refused the wrong one, the correction goes alone', async () => {
    const { town, post } = await decided()
    await using _ = town
    town.x.faults.push('403-other')
    await town.pass(10 * MINUTE)
    expect(await states(town)).toEqual(['dead'])
    await correct(town, post.key)
    await town.pass(10 * MINUTE)
    expect(await states(town)).toEqual(['dead', 'sent'])
    expect(town.x.posts.map((p) => p.replyTo)).toEqual([undefined])
  })
})

describe('called wrong while it is on its way', () => {
  test('it arrives, and its correction after it, in reply', async () => {
    const { town, post } = await decided()
    await using _ = town
    const letGo = town.holdX()
    await town.pass(2 * MINUTE)
    expect(await states(town)).toEqual(['sending'])
    expect((await correct(town, post.key)).json.status).toBe('corrected')
    letGo()
    await town.pass(10 * MINUTE)
    expect(town.x.posts.map((p) => p.replyTo)).toEqual([undefined, town.x.posts[0]!.id])
    expect(await states(town)).toEqual(['sent', 'sent'])
  })

  test('a clock set back cannot stop what X is being told', async () => {
    const { town, post } = await decided()
    await using _ = town
    const letGo = town.holdX()
    await town.pass(MINUTE)
    expect(await states(town)).toEqual(['sending'])
    town.setBack(30 * SECOND)
    expect((await correct(town, post.key)).json.status).toBe('corrected')
    letGo()
    await town.pass(10 * MINUTE)
    expect(town.x.posts.map((p) => p.replyTo)).toEqual([undefined, town.x.posts[0]!.id])
  })

  test('a try that failed and may have been heard is looked for, not made again', async () => {
    const { town, post } = await decided()
    await using _ = town
    town.x.faults.push('503-after')
    await town.pass(MINUTE)
    expect(await states(town)).toEqual(['due'])
    expect((await correct(town, post.key)).json.status).toBe('corrected')
    await town.pass(10 * MINUTE)
    expect(town.x.posts.map((p) => p.replyTo)).toEqual([undefined, town.x.posts[0]!.id])
    expect(await states(town)).toEqual(['sent', 'sent'])
  })

  test('a try that failed unheard is not made again, and there is nothing to correct at X', async () => {
    const { town, post } = await decided()
    await using _ = town
    town.x.faults.push('503-json')
    await town.pass(MINUTE)
    expect((await correct(town, post.key)).json.status).toBe('corrected')
    await town.pass(10 * MINUTE)
    expect(town.x.posts).toEqual([])
    expect(await states(town)).toEqual(['withdrawn', 'expired'])
  })
})

test('who called a post wrong, and why, is told to nobody in public', async () => {
  const { town, post } = await decided()
  await using _ = town
  await town.pass(10 * MINUTE)
  const { json } = await correct(town, post.key)
  await town.pass(10 * MINUTE)
  for (const way of [...ways, '/api/v1/decisions', `/p/${json.correction}`]) {
    const { body } = await town.get(way)
    expect(body, way).not.toMatch(/Kim|fel behållare/)
  }
  expect(town.logged.join('\n')).not.toMatch(/Kim|fel behållare/)
})
