import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { textsCommand } from '#src/commands/texts.ts'
import { defaultTexts } from '#src/wording/default-texts.ts'
import { parseTextFile } from '#src/wording/text-file.ts'
import { TEXT_LANGUAGES } from '#src/wording/text-keys.ts'

const folder = await mkdtemp(join(tmpdir(), 'kvitter-texts-'))
const texts = join(folder, 'texts')
afterAll(() => rm(folder, { recursive: true, force: true }))
beforeEach(async () => {
  await rm(texts, { recursive: true, force: true })
  await mkdir(texts)
})

const check = () => textsCommand(['check', '--town', folder], {})

test('our texts have no faults', async () => {
  const { code, text } = await textsCommand(['check'], {})
  expect(text).toMatch(/sv: \d+ texts\. No faults\./)
  expect(code).toBe(0)
})

test('the town’s own are counted', async () => {
  await writeFile(
    join(texts, 'sv.yaml'),
    'version: 1\nlanguage: sv\nheading: { full: Proppfullt }\n',
  )
  const { code, text } = await check()
  expect(text).toMatch(/sv: \d+ texts, 1 of them the town’s own\. No faults\./)
  expect(code).toBe(0)
})

test('each fault is a line, and the exit code says that there are some', async () => {
  await writeFile(join(texts, 'sv.yaml'), 'version: 1\nlanguage: sv\nheading: { ful: x }\n')
  await writeFile(join(texts, 'se.yaml'), 'version: 1\n')
  expect(await check()).toEqual({
    code: 2,
    text: [
      `${texts}/se.yaml: "se.yaml" is no file of texts; did you mean sv.yaml?`,
      `${texts}/sv.yaml:3  heading.ful: "ful" is no text here; did you mean full?`,
    ].join('\n'),
  })
})

test('a post that would be cut off is a fault of its file', async () => {
  const long = `version: 1\nlanguage: fi\npost: { icy: '{$place} {$time}${' ja liukasta'.repeat(30)}.' }\n`
  await writeFile(join(texts, 'fi.yaml'), long)
  const { code, text } = await check()
  expect(text).toContain(`${texts}/fi.yaml: post.icy: a post (open, 1 of it) does not fit: cut off`)
  expect(code).toBe(2)
})

test.each(TEXT_LANGUAGES)(
  'what is listed in %s is a file of texts, the same ones',
  async (language) => {
    const { code, text } = await textsCommand(['list', '--language', language], {})
    const parsed = parseTextFile(text, 'listed.yaml', language)
    expect(parsed.kind === 'ok' && [...parsed.file.texts]).toEqual([
      ...defaultTexts(language).texts,
    ])
    expect(code).toBe(0)
  },
)

test('one text or one group can be listed, with what it can say and as the town says it', async () => {
  await writeFile(
    join(texts, 'sv.yaml'),
    "version: 1\nlanguage: sv\npart: { more: '{$count} andra' }\n",
  )
  const { text } = await textsCommand(
    ['list', 'part.more', 'sentence.digest', '--town', folder],
    {},
  )
  expect(text).toBe(
    "version: 1\nlanguage: sv\n\nsentence:\n  # {$now}\n  digest: 'Dagens sammanfattning, {$now}.'\n\npart:\n  # {$count}\n  more: '{$count} andra'",
  )
})

test.each([
  [['list', 'post.ful'], '"post.ful" is no text and no group of texts in sv'],
  [['list', '--language', 'no'], '--language: expected one of sv, en, fi'],
  [['chek'], 'usage: kvitter texts check'],
  [['check', '--foo'], "Unknown option '--foo'"],
])('%j is answered with what was expected', async (args, said) => {
  const { code, text } = await textsCommand(args, {})
  expect(text).toContain(said)
  expect(code).toBe(2)
})

test('languages that no native reader has read are told, until the town says that one has', async () => {
  const before = await check()
  expect(before.text).toContain(
    'warning: ar: wants a native reader; then say review: done in texts/ar.yaml\nwarning: so: wants a native reader',
  )
  expect(before.text).toContain('warning: ar: message.confirmed goes as up to 2 SMS')
  await writeFile(join(texts, 'ar.yaml'), 'version: 1\nlanguage: ar\nreview: done\n')
  const { code, text } = await check()
  expect(text).not.toContain('ar: wants')
  expect(text).toContain('so: wants')
  expect(code).toBe(0)
})
