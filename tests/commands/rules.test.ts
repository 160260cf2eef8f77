import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rulesCommand, testFaults } from '#src/commands/rules.ts'
import { busyDay, openHouse, RULES } from '#tests/replay/scenes.ts'

const folder = await mkdtemp(join(tmpdir(), 'kvitter-rules-'))
const at = (name: string) => join(folder, name)
afterAll(() => rm(folder, { recursive: true, force: true }))

/** With the folder’s name out of the way. */
async function ask(...args: readonly string[]) {
  const { code, text } = await rulesCommand(args, {})
  return { code, text: text.replaceAll(`${folder}/`, '') }
}

const RULE_FILE = `version: 1
rules:
  - { id: full, per: container, when: c.full, for: 30m, cooldown: 10m, post: full }
`
const TEST_FILE = `rule_files: [rules.yaml]
tests:
  - name: half an hour is news
    start: '2026-05-05T10:00[Europe/Stockholm]'
    stations: { S: [c1] }
    series: [{ container: c1, interval: 10m, fill: 92x6 }]
    expect: [{ at: 1h, posts: [{ station: S, rules: [full], at: 45m }] }]
  - name: twenty minutes are not
    start: '2026-05-05T10:00[Europe/Stockholm]'
    stations: { S: [c1] }
    series: [{ container: c1, interval: 10m, fill: 92x1 40x4 }]
    expect: [{ at: 1h, posts: [] }]
`

beforeAll(async () => {
  await writeFile(at('rules.yaml'), RULE_FILE)
  await writeFile(at('rules.test.yaml'), TEST_FILE)
  await writeFile(
    at('faulty.yaml'),
    RULE_FILE.replace('c.full', 'c.ful').replace('post: full', 'post: ful'),
  )
  await writeFile(at('failing.test.yaml'), TEST_FILE.replace('at: 45m', 'at: 44m'))
  await writeFile(at('faulty.test.yaml'), TEST_FILE.replace('posts: []', 'post: []'))
})

describe('kvitter rules check', () => {
  test('tells what works and is probably not meant', async () => {
    expect(await ask('check', folder)).toEqual({
      code: 0,
      text: [
        'warning: rules.yaml:3  rules[0].cooldown: is shorter than for, so it never holds anything back',
        'rules.yaml: 1 rule. No faults.',
      ].join('\n'),
    })
  })

  test('tells every fault, also of texts that are not there', async () => {
    const { code, text } = await ask('check', at('faulty.yaml'), at('nowhere.yaml'))
    expect(code).toBe(2)
    expect(text).toBe(
      [
        'faulty.yaml:3  rules[0].when: c.ful is not a known fact; did you mean c.full?',
        'faulty.yaml:3  rules[0].post: "ful" is no text; did you mean full?',
        'nowhere.yaml: there is no such file',
      ].join('\n'),
    )
  })

  test('tells the faults of a town’s tests, too; a town without tests has none', async () => {
    expect(await testFaults(folder)).toEqual([])
    await writeFile(at('rules.test.yaml'), TEST_FILE.replace('series', 'serie'))
    expect((await testFaults(folder)).map((line) => line.replace(`${folder}/`, ''))).toEqual([
      'rules.test.yaml:6  tests[0].serie: "serie" is not a key here; did you mean series?',
    ])
    expect(await ask('check', folder)).toMatchObject({ code: 2 })
    await writeFile(at('rules.test.yaml'), TEST_FILE)
    expect(await testFaults(at('nowhere'))).toEqual([])
  })
})

describe('kvitter rules test', () => {
  test('plays the tests beside a town’s rules', async () => {
    expect(await ask('test', folder)).toEqual({
      code: 0,
      text: `rules.test.yaml
  ok      half an hour is news
  ok      twenty minutes are not

2 tests, 2 passed, 0 failed.`,
    })
  })

  test('tells what failed, with the reasons, and ends with 1', async () => {
    const { code, text } = await ask('test', at('failing.test.yaml'), '--filter', 'half an hour')
    expect(code).toBe(1)
    expect(text).toMatch(
      /^failing\.test\.yaml\n {2}FAILED {2}half an hour is news\n {10}failing\.test\.yaml:7 {2}at 1h \(2026-05-05 11:00\), posts:/,
    )
    expect(text).toContain('post 1: at expected 44m, was 45m')
    expect(text).toContain('full/c1  ACTIVE  posted: Posted at 10:45 because the sensor shows 92%')
    expect(text).toMatch(/\n\n1 test, 0 passed, 1 failed\.$/)
  })

  test('a file with faults ends with 2, and hides no other', async () => {
    const { code, text } = await ask('test', folder, at('faulty.test.yaml'))
    expect(code).toBe(2)
    expect(text).toContain('  ok      half an hour is news')
    expect(text).toMatch(
      /faulty\.test\.yaml:12 {2}tests\[1\]\.expect\[0\]\.post: "post" is not a key here; did you mean posts\?$/,
    )
  })

  test.each([
    [['test', '--filter', 'nothing like it'], 'No test has "nothing like it" in its name'],
    [['test', '--fitler', 'half'], "Unknown option '--fitler'"],
    [['test'], 'usage:'],
    [['play'], 'usage:'],
    [['test', 'elsewhere'], 'elsewhere: there is no such file'],
  ])('%j is a wrong question', async (args, answer) => {
    const [what, ...rest] = args
    const files = rest[0] === '--filter' ? [folder] : []
    const { code, text } = await ask(what!, ...files, ...rest)
    expect(code).toBe(2)
    expect(text).toContain(answer)
  })
})

describe('kvitter rules test --from-journal', () => {
  const span = '2026-05-04/05'
  const from = (...args: readonly string[]) =>
    ask('test', '--from-journal', span, '--data', folder, ...args)

  beforeAll(async () => {
    await using house = await openHouse(at('kvitter.sqlite'))
    await house.play(busyDay.filter(({ what }) => what !== 'reload' && what !== 'restart'))
  })

  test('writes a test that passes, and says what was really said', async () => {
    await writeFile(at('quick.yaml'), RULES[0]!)
    const { code, text } = await from(
      '--station',
      '901',
      '--rules',
      at('quick.yaml'),
      '--out',
      at('was.yaml'),
    )
    expect(text).toMatch(/^was\.yaml: \d+ posts of Ekudden, 2026-05-04\/05\.$/)
    expect(code).toBe(0)
    const written = await readFile(at('was.yaml'), 'utf8')
    expect(written).toMatch(/^rule_files: \[ quick\.yaml \]/)
    expect(written.match(/station: 1490-901, rules:/g)!.length).toBeGreaterThan(1)
    expect(await ask('test', at('was.yaml'))).toMatchObject({ code: 0 })
  })

  test('to the screen, for the rules that held last', async () => {
    const { code, text } = await from('--station', '1490-902')
    expect(code).toBe(0)
    expect(text).toMatch(/^rule_files: \[ rules\.yaml \]\ntests:\n/)
  })

  test.each([
    [['--station', '1490-90'], '--station: there is no station 1490-90; did you mean 1490-901?'],
    [['--station', '901', '--rules', 'nowhere'], "--rules: nowhere can't be read"],
    [['--station', '901', '--out', at('quick.yaml')], '--out: quick.yaml is there already'],
    [['--station', '901', '--data', at('nowhere')], 'There is no database nowhere/kvitter.sqlite'],
    [[], 'usage:'],
  ])('%j is a wrong question', async (args, answer) => {
    const { code, text } = await from(...args)
    expect(code).toBe(2)
    expect(text).toContain(answer)
  })

  test('a span after the end of the journal is refused, with where it ends', async () => {
    const { code, text } = await ask(
      'test',
      '--from-journal',
      '2026-06-01',
      '--data',
      folder,
      '--station',
      '901',
    )
    expect(text).toMatch(/^--from-journal: the journal ends before that, at 2026-05-0\dT/)
    expect(code).toBe(2)
  })

  test.each(['yesterday', '2026-05-04/05/06', '2026-05-05/04', '2026-05-04T08:00/07:00'])(
    'the span %s is refused, with what was expected',
    async (wrong) => {
      const asked = ['test', '--from-journal', wrong, '--data', folder, '--station', '901']
      expect(await ask(...asked)).toEqual({
        code: 2,
        text: expect.stringContaining('--from-journal: expected a day, two days such as'),
      })
    },
  )

  test.each([
    '2026-05-04',
    '2026-05-04/2026-05-05',
    '2026-05-04T08:00/2026-05-04',
    '2026-05-04T08:00/12:00',
  ])('the span %s is understood', async (right) => {
    const asked = ['test', '--from-journal', right, '--data', folder, '--station', '901']
    expect(await ask(...asked)).toMatchObject({ code: 0 })
  })
})
