import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cardFaces } from '#src/cards/fonts.ts'
import { openRenderer, type Renderer, type RendererOptions } from '#src/cards/renderer.ts'
import { StoreBusy } from '#src/store/store-busy.ts'
import { CARD_HEIGHT, CARD_WIDTH, drawCard } from '#src/wording/cards/draw-card.ts'
import { crowded, usual } from './made-card.ts'

let renderer: Renderer
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kvitter-cards-'))
})
afterEach(async () => {
  await renderer[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** A drawing thread that does as it is told instead of drawing. */
async function openWith(program: string, options: RendererOptions = {}): Promise<void> {
  const file = join(folder, 'worker.mjs')
  await writeFile(file, `import { parentPort } from 'node:worker_threads'\n${program}`)
  renderer = openRenderer({ ...options, program: pathToFileURL(file) })
}

const ECHO = `parentPort.on('message', (svg) => {
  if (svg === 'hang') for (;;);
  if (svg === 'die') process.exit(3)
  if (svg === 'bad') return parentPort.postMessage({ fault: 'not this one' })
  parentPort.postMessage({ png: Buffer.from(svg + ' drawn') })
})`
const textOf = (png: Uint8Array) => Buffer.from(png).toString()

describe('a card', () => {
  test('becomes a PNG of its size, the same bytes each time', async () => {
    renderer = openRenderer()
    const svg = drawCard(usual, 'sv', cardFaces())
    const png = Buffer.from(await renderer.render(svg))
    expect(png.subarray(0, 8)).toEqual(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([CARD_WIDTH, CARD_HEIGHT])
    expect(png.length).toBeLessThan(300_000)
    expect(Buffer.from(await renderer.render(svg)).equals(png)).toBe(true)
    const other = Buffer.from(await renderer.render(drawCard(crowded, 'sv', cardFaces())))
    expect(other.equals(png)).toBe(false)
  })

  test('that is no SVG is an error, and the next one is drawn', async () => {
    renderer = openRenderer()
    await expect(renderer.render('<svg')).rejects.toThrow('a picture could not be drawn')
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>'
    expect((await renderer.render(svg)).length).toBeGreaterThan(8)
  })
})

describe('the thread', () => {
  test('that hangs is replaced, and who waits behind it is served', async () => {
    await openWith(ECHO, { patienceMs: 1500 })
    const [hung, next] = await Promise.allSettled([
      renderer.render('hang'),
      renderer.render('next'),
    ])
    expect(hung).toMatchObject({ reason: new Error('a picture took too long') })
    expect(next.status === 'fulfilled' && textOf(next.value)).toBe('next drawn')
  })

  test('that dies is replaced', async () => {
    await openWith(ECHO)
    await expect(renderer.render('die')).rejects.toThrow('the drawing thread ended (3)')
    expect(textOf(await renderer.render('next'))).toBe('next drawn')
  })

  test('that can’t start is an error for each who asks', async () => {
    renderer = openRenderer({ program: pathToFileURL(join(folder, 'none.mjs')) })
    await expect(renderer.render('a')).rejects.toThrow('none.mjs')
    await expect(renderer.render('b')).rejects.toThrow('none.mjs')
  })

  test('draws one at a time, what goes first before what waits', async () => {
    await openWith(ECHO)
    const order: string[] = []
    const ask = async (svg: string, place?: 'first') => {
      await renderer.render(svg, place)
      order.push(svg)
    }
    await Promise.all([ask('a'), ask('b'), ask('c'), ask('post', 'first')])
    expect(order).toEqual(['a', 'post', 'b', 'c'])
  })

  test('turns away who would have to wait too long, posts later than others', async () => {
    await openWith(ECHO, { mostWaiting: 2 })
    const taken = [renderer.render('a'), renderer.render('b'), renderer.render('c')]
    await expect(renderer.render('d')).rejects.toThrow(StoreBusy)
    taken.push(renderer.render('post', 'first'), renderer.render('post', 'first'))
    await expect(renderer.render('post', 'first')).rejects.toThrow(StoreBusy)
    expect((await Promise.all(taken)).map(textOf)).toEqual([
      'a drawn',
      'b drawn',
      'c drawn',
      'post drawn',
      'post drawn',
    ])
  })

  test('ends when it has nothing to do, and another starts when there is', async () => {
    await openWith(
      `import { threadId } from 'node:worker_threads'
      parentPort.on('message', () => parentPort.postMessage({ png: Buffer.from(String(threadId)) }))`,
      { idleMs: 20 },
    )
    const first = textOf(await renderer.render('a'))
    let second = first
    for (let n = 0; n < 100 && second === first; n += 1) {
      await new Promise((resolve) => setTimeout(resolve, 30))
      second = textOf(await renderer.render('b'))
    }
    expect(second).not.toBe(first)
  })

  test('is no more once it is closed, and nobody is left waiting', async () => {
    await openWith(ECHO)
    const waiting = [renderer.render('hang'), renderer.render('b')]
    const outcomes = Promise.allSettled(waiting)
    await renderer[Symbol.asyncDispose]()
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await expect(renderer.render('c')).rejects.toThrow('no more pictures are drawn')
  })
})
