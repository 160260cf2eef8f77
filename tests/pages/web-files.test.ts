import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { htmlText } from '#src/pages/html.ts'
import { openWebFiles } from '#src/pages/web-files.ts'
import { openHttpTown } from '#tests/support/http-town.ts'

const DIST = new URL('../../web/dist/', import.meta.url)

test('what runs in browsers is named by its content and kept for ever', async () => {
  await using town = await openHttpTown()
  const tags = htmlText(openWebFiles().island('follow'))
  const url = /src="(\/assets\/web\/follow-[\w-]{8}\.js)"/.exec(tags)![1]!
  const answer = await town.app.inject({ url })
  expect([
    answer.statusCode,
    answer.headers['content-type'],
    answer.headers['cache-control'],
  ]).toEqual([200, 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'])
  expect((await town.app.inject({ url: '/assets/web/manifest.json' })).statusCode).toBe(404)
})

test('what is large was packed at the build, for who takes it so', async () => {
  await using town = await openHttpTown()
  const name = readdirSync(DIST).find((name) => /^draw-map-[\w-]{8}\.js$/.test(name))!
  const url = `/assets/web/${name}`
  const text = readFileSync(new URL(name, DIST))
  const ask = (accept?: string) =>
    town.app.inject({ url, headers: accept === undefined ? {} : { 'accept-encoding': accept } })
  for (const accept of ['br', 'gzip, deflate, br;q=0.9, zstd']) {
    const { headers, rawPayload } = await ask(accept)
    expect([accept, headers['content-encoding'], headers['vary']]).toEqual([
      accept,
      'br',
      'accept-encoding',
    ])
    expect(rawPayload.length).toBeLessThan(270_000)
    expect(brotliDecompressSync(rawPayload).equals(text)).toBe(true)
  }
  for (const accept of [undefined, 'identity', 'br;q=0, identity', 'bro']) {
    const { headers, rawPayload } = await ask(accept)
    expect([accept, headers['content-encoding']]).toEqual([accept, undefined])
    expect(rawPayload.equals(text)).toBe(true)
  }
})

test('a service worker is one file: it imports nothing', () => {
  for (const name of readdirSync(new URL('../../web/workers/', import.meta.url))) {
    if (!name.endsWith('.ts')) continue
    const text = openWebFiles().worker(name.replace('.ts', ''))
    expect(text.length, name).toBeGreaterThan(100)
    expect(/(?:^|[;}])(?:import|export)\b/.test(text), name).toBe(false)
  }
})

test('nothing built needs what the content policy forbids', () => {
  for (const name of readdirSync(DIST).filter((name) => /\.(?:m?js|css)$/.test(name))) {
    const text = readFileSync(new URL(name, DIST), 'utf8')
    expect(/\beval\(|new Function\(|url\(["']?data:/.exec(text)?.[0], name).toBeUndefined()
  }
})

test('without a build there are no pages, and it is said how to build', () => {
  const empty = mkdtempSync(join(tmpdir(), 'kvitter-web-'))
  expect(() => openWebFiles(empty)).toThrow(
    /manifest\.json: build what runs in browsers by “npm run web”$/,
  )
  expect(() => openWebFiles().island('nowhere')).toThrow(/^nowhere\/main\.ts has not been built/)
  rmSync(empty, { recursive: true })
})
