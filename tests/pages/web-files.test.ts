import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
