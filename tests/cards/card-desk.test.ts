import { afterEach, describe, expect, test } from 'vitest'
import { Registry } from 'prom-client'
import { openCardDesk, type CardDesk, type CardDeskOptions } from '#src/cards/card-desk.ts'
import type { Renderer } from '#src/cards/renderer.ts'
import type { ContainerStatus } from '#src/rules/decision.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import { MINUTE, plus } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { StoreBusy } from '#src/store/store-busy.ts'
import type { CardFacts } from '#src/wording/cards/card-facts.ts'
import { castTown, containerId, ekudden } from '#tests/support/town.ts'
import { noon, postKey } from '../notify/deliveries.ts'
import { usual } from './made-card.ts'

const paper = containerId('1490-901-paper-1')
let desk: CardDesk
let now = noon
let status: Partial<ContainerStatus>
let rendered: [string, string | undefined][]
let warned: string[]
let metrics: Registry
afterEach(() => desk[Symbol.asyncDispose]())

function open(
  over: Partial<CardDeskOptions> = {},
  render: Renderer['render'] = async (svg) => Buffer.from(svg),
): void {
  now = noon
  status = { word: 'full', fillPercent: 96.4, source: 'sensor' }
  rendered = []
  warned = []
  metrics = new Registry()
  const cards = new Map<string, CardFacts>([[postKey(7), usual]])
  desk = openCardDesk({
    store: { postCard: async (key) => cards.get(key) },
    journal: {
      town: indexTown(castTown),
      status: (id: ContainerId) => ({
        containerId: id,
        word: 'has-room',
        fillPercent: 10,
        ...(id === paper && status),
      }),
    },
    clock: () => now,
    publicUrl: 'https://kvitter.example/',
    log: { warn: (_fields, message) => warned.push(message) },
    metrics,
    renderer: {
      render(svg, place) {
        rendered.push([svg, place])
        return render(svg, place)
      },
      async [Symbol.asyncDispose]() {},
    },
    ...over,
  })
}

const counted = async (name: string) => (await metrics.getSingleMetric(name)!.get()).values

describe('a post’s picture', () => {
  test('is its station as it was then, with its description, its size and its address', async () => {
    open()
    const card = await desk.cardFor(postKey(7), 'en')
    expect(card).toEqual({
      bytes: expect.any(Buffer),
      alt: expect.stringMatching(/^Ekudden, recycling station, Provstad, Tuesday 5 May 14:35/),
      width: 1200,
      height: 675,
      url: 'https://kvitter.example/en/p/0000000000000007/card.png',
    })
    expect(rendered.map(([, place]) => place)).toEqual(['first'])
  })

  test('is drawn once, whoever asks, and in each language', async () => {
    open()
    const [a, b] = await Promise.all([
      desk.cardFor(postKey(7), 'sv'),
      desk.cardFor(postKey(7), 'sv'),
    ])
    expect(await desk.cardFor(postKey(7), 'sv')).toEqual(a)
    expect(b!.bytes).toBe(a!.bytes)
    expect(rendered).toHaveLength(1)
    await desk.cardFor(postKey(7), 'fi')
    expect(rendered).toHaveLength(2)
    expect(await counted('kvitter_cards_total')).toEqual([
      { labels: { outcome: 'drawn' }, value: 2 },
    ])
  })

  test('is none where the post is of no station', async () => {
    open()
    expect(await desk.cardFor(postKey(8), 'sv')).toBeUndefined()
    expect(warned).toEqual([])
  })

  test('that can’t be drawn is none, and said in the log', async () => {
    open({}, () => Promise.reject(new Error('no')))
    expect(await desk.cardFor(postKey(7), 'sv')).toBeUndefined()
    expect(warned).toEqual(['a post has no picture'])
  })

  test('that takes too long is none, but at hand later', async () => {
    const drawing = Promise.withResolvers<Uint8Array>()
    open({ postPatienceMs: 20 }, () => drawing.promise)
    expect(await desk.cardFor(postKey(7), 'sv')).toBeUndefined()
    drawing.resolve(Buffer.from('late'))
    await drawing.promise
    expect(await desk.cardFor(postKey(7), 'sv')).toMatchObject({ bytes: Buffer.from('late') })
  })

  test('is none where the store fails', async () => {
    open({ store: { postCard: () => Promise.reject(new Error('away')) } })
    expect(await desk.cardFor(postKey(7), 'sv')).toBeUndefined()
  })

  test('that a platform didn’t take is counted', async () => {
    open()
    desk.missed({ channel: 'mastodon', account: 'avs' }, '403')
    expect(await counted('kvitter_posts_without_picture_total')).toEqual([
      { labels: { channel: 'mastodon', account: 'avs' }, value: 1 },
    ])
    expect(warned).toEqual(['a post went out without its picture'])
  })
})

describe('a station’s picture', () => {
  test('is of now, and stays while only levels creep', () => {
    open()
    const facts = desk.stationFacts(ekudden)
    expect(facts).toMatchObject({ station: 'Ekudden', town: 'Provstad', at: noon })
    expect(facts.containers[0]).toEqual({
      fraction: 'paper',
      word: 'full',
      percent: 96,
      source: 'sensor',
    })
    status = { word: 'full', fillPercent: 98, source: 'sensor' }
    now = plus(noon, 4 * MINUTE)
    expect(desk.stationFacts(ekudden)).toBe(facts)
    now = plus(noon, 5 * MINUTE)
    expect(desk.stationFacts(ekudden).containers[0]!.percent).toBe(98)
  })

  test('is new at once when a word changes', () => {
    open()
    desk.stationFacts(ekudden)
    status = { word: 'unknown' }
    expect(desk.stationFacts(ekudden).containers[0]).toEqual({ fraction: 'paper', word: 'unknown' })
  })

  test('is known by a tag before it is drawn, another for each language', () => {
    open()
    const facts = desk.stationFacts(ekudden)
    expect(desk.draw(facts, 'sv').etag).toBe(desk.draw({ ...facts }, 'sv').etag)
    expect(desk.draw(facts, 'sv').etag).not.toBe(desk.draw(facts, 'en').etag)
    expect(rendered).toEqual([])
  })

  test('isn’t drawn for whoever asks for ever new ones, while posts still have theirs', async () => {
    open({ visitorsAtOnce: 2 })
    const ask = (n: number) => desk.draw({ ...usual, station: `Plats ${n}` }, 'sv').bytes()
    await Promise.all([ask(1), ask(2)])
    await expect(ask(3)).rejects.toThrow(StoreBusy)
    expect(await ask(1)).toBeInstanceOf(Uint8Array)
    expect(await desk.cardFor(postKey(7), 'sv')).toBeDefined()
    expect(await counted('kvitter_cards_total')).toContainEqual({
      labels: { outcome: 'refused' },
      value: 1,
    })
  })
})

test('pictures take eight megabytes at most; what was asked for longest ago goes first', async () => {
  open({ visitorsAtOnce: 1000 }, async () => Buffer.alloc(1_000_000))
  const ask = (n: number) => desk.draw({ ...usual, station: `Plats ${n}` }, 'sv').bytes()
  for (let n = 0; n < 8; n += 1) await ask(n)
  await ask(0)
  await ask(8)
  expect(rendered).toHaveLength(9)
  await ask(0)
  expect(rendered).toHaveLength(9)
  await ask(1)
  expect(rendered).toHaveLength(10)
})
