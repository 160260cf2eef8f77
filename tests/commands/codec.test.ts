import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { brokenCodecs, codecCommand } from '#src/commands/codec.ts'
import { instant } from '#src/stations/time.ts'
import { castTown } from '#tests/support/town.ts'

const NOW = instant(Date.UTC(2026, 10, 24))
const CODEC = `function decodeUplink(input) {
  if (input.fPort !== 85) return { errors: ['unknown FPort'] }
  return { data: { battery: input.bytes[2], distance: input.bytes[0] | (input.bytes[1] << 8) }, warnings: ['cold'] }
}`

let folder: string
let file: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kvitter-codec-'))
  file = join(folder, 'bin.js')
  await writeFile(file, CODEC)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const run = (...args: readonly string[]) => codecCommand(['test', ...args], NOW)

test('shows what the codec answers, and what a ready profile makes of it', async () => {
  const asked = [file, '--fport', '85', '--hex', 'd0 07 5c', '--profile', 'milesight/em400']
  const { code, text } = await run(...asked)
  expect(code).toBe(0)
  expect(text).toContain('bin.js, 3 bytes on port 85')
  expect(text).toContain('"distance": 2000')
  expect(text).toContain('Warning: cold')
  expect(text).toContain('1. {"batteryPercent":92,"distanceMm":2000}')
})

test('a profile of the town’s own is found in its folder', async () => {
  const town = join(folder, 'town')
  await mkdir(join(town, 'codecs'), { recursive: true })
  await writeFile(join(town, 'codecs', 'bin.js'), CODEC)
  await writeFile(
    join(town, 'rules.yaml'),
    'version: 1\npolicy: { tz: Europe/Stockholm }\nrules:\n  - { id: full, per: container, when: c.full, for: 30m, cooldown: 6h, priority: 60, post: full }\n',
  )
  await writeFile(
    join(town, 'town.yaml'),
    `version: 1
municipality: '1490'
name: Provstad
containerTypes:
  box: { volumeLitres: 3000, emptyDistanceMm: 1650, fullDistanceMm: 300, deadZoneMm: 250 }
profiles:
  our-town/bin:
    codec: codecs/bin.js
    fields: { levels: [{ path: distance, meaning: distance, unit: cm }] }
stations:
  - id: '901'
    name: Ekudden
    lat: 57.72
    lon: 12.94
    containers:
      - { id: paper-1, fraction: paper, type: box, device: { id: dev-1, profile: our-town/bin } }
`,
  )
  const asked = [file, '--fport', '85', '--hex', 'd0075c', '--profile', 'our-town/bin']
  const { code, text } = await run(...asked, '--town', town)
  expect(text).toContain('{"distanceMm":20000}')
  expect(code).toBe(0)
  expect(await run(...asked)).toMatchObject({ code: 2, text: expect.stringContaining('--profile') })
})

test('a codec that fails on the frame ends with 1 and its words', async () => {
  const { code, text } = await run(file, '--fport', '1', '--base64', '0Adc')
  expect([code, text]).toEqual([1, expect.stringContaining('It failed (threw): unknown FPort')])
})

describe('a wrong question ends with 2 and what was expected', () => {
  test.each([
    [[], 'FILE: expected one codec file'],
    [['x.js'], 'expected either --hex or --base64'],
    [['x.js', '--hex', 'zz'], '--hex: expected pairs of hex digits'],
    [['x.js', '--hex', '00', '--fport', '256'], '--fport: expected a number from 0 to 255'],
    [['x.js', '--hex', '00', '--at', 'noon'], '--at: expected a time'],
    [['/nowhere/x.js', '--hex', '00'], "/nowhere/x.js can't be read"],
  ] as const)('%j', async (args, words) => {
    const { code, text } = await run(...args)
    expect([code, text]).toEqual([2, expect.stringContaining(words)])
  })
})

test('a town’s check tells codecs that can’t be one, and passes those that refuse an odd frame', async () => {
  const profile = (name: string, source: string) => ({
    name,
    codec: { file: `codecs/${name}.js`, source },
    fields: { levels: [] },
  })
  const profiles = [
    profile('good', CODEC),
    profile('syntax', 'function decodeUplink( {'),
    profile('empty', '// to come'),
    profile('loop', 'for (;;);'),
  ]
  expect(await brokenCodecs({ ...castTown, profiles })).toEqual([
    expect.stringMatching(/^codecs\/syntax\.js: the file could not be loaded/),
    'codecs/empty.js: the file defines no decodeUplink',
    expect.stringMatching(/^codecs\/loop\.js: the file could not be loaded/),
  ])
})
