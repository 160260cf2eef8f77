/** A server that keeps failing is let alone, and holds up no other. */
import { generateCryptoKeyPair } from '@fedify/fedify'
import { beforeEach, describe, expect, test } from 'vitest'
import { openCircuits } from '#src/notify/activitypub/circuits.ts'
import { pieceDelivery } from '#src/notify/activitypub/deliver-piece.ts'
import { QUEUE, type Piece } from '#src/notify/activitypub/pieces.ts'
import { HOUR, MINUTE, SECOND, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { seal } from '#src/store/sealed.ts'
import type { Work } from '#src/store/work-queue.ts'
import { SECRET } from '#tests/support/fediverse-town.ts'
import { noon } from './deliveries.ts'

describe('a server is let alone', () => {
  test.each([
    ['after five failures within ten minutes', [0, 1, 2, 3, 4], true],
    ['not after four', [0, 1, 2, 3], false],
    ['not after five that are further apart', [0, 3, 6, 9, 12], false],
  ])('%s', (_, minutes, rests) => {
    const circuits = openCircuits()
    for (const at of minutes) circuits.failed('a.example', plus(noon, at * MINUTE))
    const last = plus(noon, minutes.at(-1)! * MINUTE)
    expect(circuits.restUntil('a.example', last)).toBe(rests ? plus(last, 30 * MINUTE) : undefined)
    expect(circuits.restUntil('b.example', last)).toBe(undefined)
  })

  test('until one has asked it while others wait, and then rests anew or is well', () => {
    const circuits = openCircuits()
    for (let n = 0; n < 5; n += 1) circuits.failed('a.example', noon)
    const then = plus(noon, 30 * MINUTE)
    expect(circuits.restUntil('a.example', then)).toBe(undefined)
    expect(circuits.restUntil('a.example', then)).toBe(plus(then, MINUTE))
    circuits.failed('a.example', then)
    expect(circuits.restUntil('a.example', plus(then, SECOND))).toBe(plus(then, 30 * MINUTE))
    circuits.answered('a.example')
    expect(circuits.restUntil('a.example', then)).toBe(undefined)
  })
})

let now: EpochMs
let asked: string[]
let deliver: ReturnType<typeof pieceDelivery>
const { signal } = new AbortController()
beforeEach(async () => {
  now = noon
  asked = []
  const { privateKey } = await generateCryptoKeyPair('Ed25519')
  deliver = pieceDelivery({
    remote: {
      mayAsk: async (url) =>
        url.includes('inside') ? 'no' : url.includes('unknown') ? 'unknown' : 'yes',
      load: () => () => Promise.reject(new Error('nothing is fetched')),
      async post({ inbox }) {
        asked.push(new URL(inbox).host)
        const status = inbox.includes('ill') ? 503 : 202
        return { kind: 'answer', status, headers: new Headers(), json: undefined }
      },
    },
    circuits: openCircuits(),
    secret: SECRET,
    clock: () => now,
    random: () => 0,
    signerOf: async (keyId) => ({ keyId: new URL(keyId), privateKey }),
    onGone: async () => {},
  })
})

const to = (host: string, attempts: number): Work => ({
  id: 1,
  queue: QUEUE,
  key: host,
  body: seal(JSON.stringify(pieceFor(host)), SECRET),
  dueAt: noon,
  expiresAt: plus(noon, HOUR),
  attempts,
})

test('pieces for it wait without being tried, and those for others go out', async () => {
  for (const attempt of [1, 2, 3, 4, 5]) {
    expect(await deliver(to('ill.example', attempt), signal)).toEqual({
      state: 'due',
      dueAt: plus(now, SECOND),
      error: 'answered 503',
    })
    now = plus(now, MINUTE)
  }
  const rests = {
    state: 'due',
    dueAt: plus(noon, 34 * MINUTE),
    error: 'its server is let alone',
    untried: true,
  }
  expect(await deliver(to('ill.example', 6), signal)).toEqual(rests)
  expect(await deliver(to('well.example', 1), signal)).toEqual({ state: 'done' })
  expect(asked).toEqual([...Array<string>(5).fill('ill.example'), 'well.example'])
})

test('a server whose name can’t be looked up is asked again later, and let alone as one that failed', async () => {
  for (const attempt of [1, 2, 3, 4, 5]) {
    expect(await deliver(to('unknown.example', attempt), signal)).toEqual({
      state: 'due',
      dueAt: plus(now, SECOND),
      error: 'its server’s name can’t be looked up',
    })
  }
  expect(await deliver(to('unknown.example', 6), signal)).toMatchObject({ untried: true })
  expect(asked).toEqual([])
})

test('an address in our own network is never asked', async () => {
  expect(await deliver(to('inside.example', 1), signal)).toMatchObject({ state: 'dead' })
  expect(asked).toEqual([])
})

test('it is tried as long as the news lasts, however often', async () => {
  expect(await deliver(to('ill.example', 1000), signal)).toMatchObject({ state: 'due' })
})

function pieceFor(host: string): Piece {
  return {
    inbox: `https://${host}/inbox`,
    isShared: true,
    keyId: 'https://avs.example/ap/1#main-key',
    followers: [],
    activity: {},
  }
}
