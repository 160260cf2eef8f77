/** Where the town's own actors are named on its pages. */
import { expect, test } from 'vitest'
import type { PagesOptions } from '#src/pages/site.ts'
import { followPath } from '#src/wording/follow-path.ts'
import { EKUDDEN, fullPost, openHttpTown, TUESDAY } from '#tests/support/http-town.ts'
import { castTown } from '#tests/support/town.ts'

const KEY = '000000000000000a'
const fediverse: NonNullable<PagesOptions['fediverse']> = async (station) => ({
  handle: `@${station === EKUDDEN ? 'ekudden' : 'avs'}@kvitter.example`,
  url: `https://kvitter.example/ap/${station ?? 'town'}`,
})
const town = {
  ...castTown,
  channels: { activitypub: [{ account: 'avs', language: 'sv' as const }] },
}

const open = () => openHttpTown({ town, pages: { fediverse } })
const alternate = (url: string) =>
  `<link rel="alternate" type="application/activity+json" href="${url}" />`

test.each([
  ['', 'På Mastodon och annat i fediversum: sök efter @ekudden@kvitter.example och följ.'],
  [
    '/en',
    'On Mastodon and the rest of the fediverse: search for @ekudden@kvitter.example and follow.',
  ],
  ['/fi', 'Mastodonissa ja muualla fediversumissa: hae @ekudden@kvitter.example ja seuraa.'],
])('a station’s page%s says how it is followed, to people and to servers', async (root, text) => {
  await using http = await open()
  const { body } = await http.app.inject(`${root}/s/${EKUDDEN}`)
  expect(body).toContain(text)
  expect(body).toContain(alternate(`https://kvitter.example/ap/${EKUDDEN}`))
})

test('a post’s page leads servers to its note, by which people can share and answer it', async () => {
  await using http = await open()
  await http.say([], [fullPost(TUESDAY, KEY)])
  http.setNow((TUESDAY + 120_000) as typeof TUESDAY)
  const { body } = await http.app.inject(`/p/${KEY}`)
  expect(body).toContain(alternate(`https://kvitter.example/ap/${EKUDDEN}/notes/${KEY}`))
})

test('the page about the service names the town’s own, and what is kept of who follows', async () => {
  await using http = await open()
  const { body } = await http.app.inject('/en/about')
  expect(body).toContain('search for @avs@kvitter.example and follow')
  expect(body).toContain('for as long as you follow, and show it to nobody')
})

test('the pages about following name who speaks', async () => {
  await using http = await open()
  for (const [path, handle] of [
    [followPath('sv'), '@avs@kvitter.example'],
    [`/s/${EKUDDEN}${followPath('sv')}`, '@ekudden@kvitter.example'],
  ] as const) {
    expect((await http.app.inject(path)).body).toContain(`sök efter ${handle} och följ`)
  }
})

test('a town without actors says nothing of them', async () => {
  await using http = await openHttpTown()
  for (const url of [`/s/${EKUDDEN}`, '/en/about', followPath('sv')]) {
    const { body, statusCode } = await http.app.inject(url)
    expect(statusCode).toBe(200)
    expect(body).not.toMatch(/activity\+json|ediver/)
  }
})
