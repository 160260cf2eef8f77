import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { replayCommand } from '#src/commands/replay.ts'
import type { ReplayAnswer } from '#src/replay/answer.ts'
import { busyDay, openHouse, RULES } from '#tests/replay/scenes.ts'

const folder = await mkdtemp(join(tmpdir(), 'kvitter-replay-'))
const database = join(folder, 'kvitter.sqlite')
const sameRules = join(folder, 'same.yaml')
const shyRules = join(folder, 'shy.yaml')
const eagerRules = join(folder, 'eager.yaml')
const faultyRules = join(folder, 'faulty.yaml')

beforeAll(async () => {
  await using house = await openHouse(database)
  // The rules stay as they are.
  await house.play(busyDay.filter(({ what }) => what !== 'reload' && what !== 'restart'))
  await writeFile(sameRules, RULES[0]!)
  await writeFile(shyRules, RULES[0]!.replace('when: c.full\n', 'when: c.fill >= 99.0\n'))
  await writeFile(eagerRules, RULES[0]!.replace('for: 5m', 'for: 1m'))
  await writeFile(
    faultyRules,
    'version: 1\nrules:\n  - id: full\n    per: container\n    when: c.fil > 3.0\n    post: fulll\n',
  )
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const ask = (...args: readonly string[]) =>
  replayCommand(['--data', folder, ...args], {}, { write: () => undefined })
const askJson = async <Kind extends ReplayAnswer['kind']>(...args: readonly string[]) =>
  JSON.parse((await ask('--json', ...args)).text) as Extract<ReplayAnswer, { kind: Kind }>

describe('kvitter replay', () => {
  test('tells what was said, and why', async () => {
    const { code, text } = await ask()
    expect(code).toBe(0)
    expect(text).toMatch(/^time +station +rule +what +why\n/)
    expect(text).toMatch(/2026-05-04 \d\d:\d\d +Ekudden +full +open: .*Ekudden/)
    expect(text).toMatch(/\d+ records: \d+ decisions, \d+ posts\.$/)
  })

  test('finds the decisions that were made the same, and says so with its exit code', async () => {
    const { code, text } = await ask('--verify')
    expect(text).toMatch(/records from the beginning: \d+ decisions are the same, byte for byte\.$/)
    expect(code).toBe(0)
    expect(await ask('--verify', '--station', '1490-902')).toMatchObject({ code: 0 })
  })

  test('finds no change where the rules are the same', async () => {
    const { changes, same } = await askJson<'compared'>('--rules', sameRules, '--diff')
    expect(changes).toEqual([])
    expect(same).toBeGreaterThan(4)
    const alone = await askJson<'compared'>('--rules', sameRules, '--diff', '--station', '1490-901')
    expect(alone.changes).toEqual([])
    expect(alone.same).toBeGreaterThan(1)
  })

  test('tells what other rules would have left out, and why', async () => {
    const asked = await askJson<'compared'>('--rules', shyRules, '--diff')
    expect(asked).toMatchObject({ added: 0, moved: 0 })
    expect(asked.gone).toBeGreaterThan(1)
    expect(asked.changes[0]).toMatchObject({
      change: 'gone',
      now: null,
      was: { ruleId: 'full', kind: 'open', why: { because: 'posted' } },
    })
    const { text } = await ask('--rules', shyRules, '--diff')
    expect(text).toContain('it never came up')
    expect(text).toMatch(/records: 0 added, \d+ gone, 0 moved, \d+ the same\.$/)
  })

  test('tells what other rules would have said sooner, set against each other as well', async () => {
    const asked = await askJson<'compared'>('--rules', eagerRules, '--diff')
    expect(asked.moved).toBeGreaterThan(0)
    const back = await askJson<'compared'>(
      ...['--rules', sameRules, '--against', eagerRules, '--diff'],
    )
    expect(back).toMatchObject({ added: asked.gone, gone: asked.added, moved: asked.moved })
  })

  test('tells every fault of a rule file at once, as kvitter check does', async () => {
    const { code, text } = await ask('--rules', faultyRules)
    expect(code).toBe(2)
    expect(text.split('\n')).toEqual([
      expect.stringMatching(/faulty\.yaml:5 {2}rules\[0\]\.when: .*fill/),
      expect.stringMatching(/faulty\.yaml:6 {2}rules\[0\]\.post: .*full/),
    ])
  })

  test.for<readonly [string, readonly string[], RegExp]>([
    ['an unknown flag', ['--rule', 'x'], /usage: kvitter replay/],
    ['a time that is none', ['--from', 'yesterday'], /--from: expected a day such as 2026-05-05/],
    [
      'a span that ends before it begins',
      ['--from', '2026-05-06', '--to', '2026-05-05'],
      /--to: must be after/,
    ],
    ['a station that is not there', ['--station', '1490-999'], /no station 1490-999/],
    [
      'a file that is not there',
      ['--rules', '/nowhere.yaml'],
      /--rules: \/nowhere\.yaml can't be read \(ENOENT\)/,
    ],
    [
      'rules to verify by',
      ['--verify', '--rules', sameRules],
      /--verify: goes by the rules that held/,
    ],
    ['a difference from nothing', ['--diff'], /--diff: name the rules/],
    ['another language', ['--language', 'de'], /--language: expected one of sv, en, fi/],
  ])('refuses %s with what to do instead', async ([, args, words]) => {
    const { code, text } = await ask(...args)
    expect(text).toMatch(words)
    expect(code).toBe(2)
  })

  test('shows how far it has come on a terminal alone', async () => {
    const lines: string[] = []
    const write = (text: string) => lines.push(text)
    await replayCommand(['--data', folder], {}, { isTTY: true, write })
    expect(lines[0]).toMatch(/^\rreplaying … \d+ %$/)
    expect(lines.at(-1)).toBe('\r\u001b[K')
  })

  test('says where the log was tampered with, and ends with 1', async () => {
    const db = new DatabaseSync(database)
    db.exec(
      `update decision set body = replace(body, '"because":"', '"because":"not-') where id = 2`,
    )
    db.close()
    const { code, text } = await ask('--verify')
    expect(code).toBe(1)
    expect(text).toMatch(/\d+ decisions are the same, 1 differ\./)
    expect(text).toContain('decision 2 is another one now')
  })
})
