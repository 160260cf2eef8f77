/** What every channel does alike, whatever its far end speaks. */
import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { Channel, Outcome, PauseReason, Turn, Words } from '#src/notify/channel.ts'
import { SECOND, instant } from '#src/stations/time.ts'
import type { Trouble } from '#tests/support/far-end.ts'

/** What every double of a platform can be told to do. */
type Common =
  | '401'
  | '503-json'
  | '503-html'
  | '503-after'
  | 'cut-before'
  | 'cut-after'
  | 'body-cut'
  | 'hang'
  | 'hang-after'

/** No channel may leave one of these out; those that hang are met below. */
const MATRIX: readonly Common[] = ['503-json', '503-html', '503-after', 'cut-before', 'cut-after']

export interface Bench<Fault extends string> {
  readonly channel: Channel
  /** What saying something meets next, and any other request. */
  readonly faults: Pick<(Fault | Common)[], 'push'>
  readonly otherFaults: Pick<(Fault | Common)[], 'push'>
  /** What the far end has, as the channel was given it. */
  readonly texts: readonly string[]
  /** What the far end calls the first of them; nothing where it gives no names. */
  readonly remoteId: unknown
}

export interface ChannelUnderTest<Fault extends string> {
  /** The channel and its far end, which are opened anew before each test. */
  readonly bench: () => Bench<Fault>
  /** Opens both anew, for a channel that waits for an answer only so long; ready to say something. */
  readonly hurry: (timeoutMs: number) => Promise<void>
  readonly turn: () => Turn
  readonly first: () => Words
  /** The same, at a second try. */
  readonly again: () => Words
  /** The channel as the far end on another port would have it. */
  readonly onPort: (port: number) => Channel
  /** By what is wrong about them. */
  readonly wrongCredentials: Readonly<Record<string, () => Channel>>
  /** What a try comes to, and how many posts the far end has then. */
  readonly troubles: readonly Meaning<Fault>[]
  /** The seconds that the far end asks us to wait. */
  readonly limits: readonly (readonly [Fault, number])[]
  /** What a server that has no capacity is said to have answered. */
  readonly overCapacity: string
}

export type Meaning<Fault extends string> = readonly [Fault, object, number]

export const later = (because: string, detail: unknown = expect.any(String)) => ({
  kind: 'later',
  because,
  detail,
})
export const paused = (because: PauseReason, detail: unknown = expect.any(String)) => ({
  kind: 'paused',
  because,
  detail,
})
export const refused = (detail: string) => ({ kind: 'never', because: 'refused', detail })

/** What they mean where only JSON is an answer. */
export const JSON_TROUBLES: readonly Meaning<Trouble>[] = [
  ['503-json', later('server-error', '503 Over capacity'), 0],
  ['503-html', later('server-error', 'an answer (503) that isn’t JSON'), 0],
  ['503-after', later('server-error', '503 Over capacity'), 1],
  ['404-html', later('server-error', 'an answer (404) that isn’t JSON'), 0],
  ['html-200', later('server-error', 'an answer (200) that isn’t JSON'), 0],
  ['redirect', later('server-error', 'an answer (302) that isn’t JSON'), 0],
  ['cut-before', later('unreachable'), 0],
  ['cut-after', later('unreachable'), 1],
  ['body-cut', later('unreachable', 'the answer (200) was cut short'), 1],
  ['endless', later('unreachable', 'the answer (200) was cut short'), 0],
]

export function testChannel<Fault extends string>(it: ChannelUnderTest<Fault>): void {
  const { bench, hurry, turn, first, again } = it
  const say = (words = first(), at = turn()): Promise<Outcome> => bench().channel.send(words, at)

  describe('what each trouble means', () => {
    test('is said of all that may happen to any channel', () => {
      const said = it.troubles.map(([fault]) => fault)
      expect(said).toEqual(expect.arrayContaining([...MATRIX]))
      expect(it.limits.length).toBeGreaterThan(0)
    })

    test.each(it.troubles)('%s', async (fault, outcome, accepted) => {
      bench().faults.push(fault)
      expect(await say()).toEqual(outcome)
      expect(bench().texts).toHaveLength(accepted)
    })

    test.each(it.limits)('%s waits until the instant that is named', async (fault, seconds) => {
      bench().faults.push(fault)
      const outcome = await say(first(), { ...turn(), now: instant(Date.now()) })
      if (outcome.kind !== 'later') throw new Error(`it is ${outcome.kind}`)
      expect(outcome.because).toBe('rate-limited')
      expect(outcome.afterMs).toBeGreaterThan((seconds - 2) * SECOND)
      expect(outcome.afterMs).toBeLessThanOrEqual((seconds + 2) * SECOND)
      expect(bench().texts).toEqual([])
    })

    test.each([
      ['hang', 0],
      ['hang-after', 1],
    ] as const)('%s is given up in time', async (fault, accepted) => {
      await hurry(200)
      bench().faults.push(fault)
      const started = performance.now()
      expect(await say()).toEqual(later('unreachable'))
      expect(performance.now() - started).toBeLessThan(2000)
      expect(bench().texts).toHaveLength(accepted)
    })

    test('a process that goes down gives up at once', async () => {
      bench().faults.push('hang')
      const stop = new AbortController()
      const sending = say(first(), { ...turn(), signal: stop.signal })
      stop.abort()
      expect(await sending).toEqual(later('unreachable'))
    })

    test('nobody listening is unreachable, with the cause', async () => {
      const port = await freePort()
      expect(await it.onPort(port).send(first(), turn())).toEqual(
        later('unreachable', `connect ECONNREFUSED 127.0.0.1:${port}`),
      )
    })
  })

  describe('credentials', () => {
    test.each(Object.entries(it.wrongCredentials))('a wrong %s pauses', async (_, openWrong) => {
      const wrong = openWrong()
      expect(await wrong.send(first(), turn())).toEqual(paused('bad-credentials'))
      expect(await wrong.check(turn())).toEqual(paused('bad-credentials'))
      expect(bench().texts).toEqual([])
    })

    test('that are revoked after it has spoken pause it, and nothing more is said', async () => {
      expect(await say()).toMatchObject({ kind: 'sent' })
      bench().faults.push('401')
      const next = { ...first(), id: first().id + 1, text: first().text.replace('"', '" ') }
      expect(await say(next)).toEqual(paused('bad-credentials'))
      expect(bench().texts).toHaveLength(1)
    })

    test('that are right are ready, and nothing is said; trouble tells nothing', async () => {
      const { channel, otherFaults } = bench()
      expect(await channel.check(turn())).toEqual({ kind: 'ready' })
      otherFaults.push('503-json')
      expect(await channel.check(turn())).toEqual({ kind: 'unknown', detail: it.overCapacity })
      expect(bench().texts).toEqual([])
    })
  })

  describe('nothing is said twice', () => {
    test.each(['503-after', 'cut-after', 'body-cut', 'cut-before', 'hang-after'] as const)(
      'after %s a repeat makes it one',
      async (fault) => {
        if (fault === 'hang-after') await hurry(500)
        const words = first()
        bench().faults.push(fault)
        await say(words)
        const outcome = await say(again())
        const { texts, remoteId } = bench()
        expect(outcome).toEqual({ kind: 'sent', remoteId })
        expect(texts).toEqual([words.text])
      },
    )
  })
}

/** A port where nobody listens any more. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
