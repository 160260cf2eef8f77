/** What is said of a value that does not fit: what was expected, what was found, what was probably meant. */
import { expect, test } from 'vitest'

import { parseRuleFile } from '#src/rules/rule-file.ts'

function faultsOf(text: string): readonly string[] {
  const parsed = parseRuleFile(text, 'rules.yaml')
  return parsed.kind === 'ok' ? [] : parsed.faults.map((f) => `${f.field}: ${f.message}`)
}
const rule = (more: string) =>
  faultsOf(`version: 1\nrules:\n  - { id: x, per: container, when: c.full, post: x, ${more} }\n`)
const policy = (more: string) =>
  faultsOf(
    `version: 1\npolicy: { ${more} }\nrules:\n  - { id: x, per: container, when: c.full, post: x }\n`,
  )

const text = (what: string) => `expected a duration such as 30m, found ${what}`

test.each([
  ['for: ~', [`rules[0].for: ${text('nothing')}`]],
  ['for: [1]', [`rules[0].for: ${text('a list')}`]],
  ['for: { a: 1 }', [`rules[0].for: ${text('a block of keys')}`]],
  ['for: 1.5', [`rules[0].for: ${text('1.5')}`]],
  ['for: true', [`rules[0].for: ${text('true')}`]],
  ['clear: 1', ['rules[0].clear: expected a condition as text, such as c.fill >= 85.0, found 1']],
  ['close_post: 1', ['rules[0].close_post: expected text, found 1']],
  ['priority: 1.5', ['rules[0].priority: expected a whole number, found 1.5']],
  ['priority: -1', ['rules[0].priority: expected at least 0, found -1']],
  ['priority: ~', ['rules[0].priority: expected a number, found nothing']],
  ['channel: 1', ['rules[0].channel: expected public or staff, found 1']],
  [
    'channel: staf',
    ['rules[0].channel: expected public or staff, found "staf"; did you mean staff?'],
  ],
  ['channel: ""', ['rules[0].channel: expected public or staff, found ""']],
  ['on_missing: x', ['rules[0].on_missing: expected a block of keys, found "x"']],
  ['absorbs: { a: 1 }', ['rules[0].absorbs: expected a list, found a block of keys']],
  ['absorbs: [1]', ['rules[0].absorbs[0]: expected text, found 1']],
  [
    'suppress: [{ id: a, when: c.full }]',
    ['rules[0].suppress[0].max: is missing; expected a duration such as 30m'],
  ],
  [
    'suppress: [{ id: a, max: 1h }]',
    ['rules[0].suppress[0].when: is missing; expected a condition as text, such as c.fill >= 85.0'],
  ],
  [
    'suppress: [x, { id: a, when: c.ful, max: 1h }]',
    [
      'rules[0].suppress[0]: expected a block of keys, found "x"',
      'rules[0].suppress[1].when: c.ful is not a known fact; did you mean c.full?',
    ],
  ],
  [
    'suppress: [{ id: a, wehn: c.full, max: 1h }]',
    [
      'rules[0].suppress[0].when: is missing; expected a condition as text, such as c.fill >= 85.0',
      'rules[0].suppress[0].wehn: "wehn" is not a key here; did you mean when?',
    ],
  ],
  [
    'post_cooldown: 1h',
    ['rules[0].post_cooldown: post_cooldown is not supported yet; take it out'],
  ],
  [
    'colour: red',
    [
      expect.stringMatching(
        /^rules\[0\]\.colour: "colour" is not a key here; there are id, per, .*close_post/,
      ),
    ],
  ],
])('a rule with %s', (more, expected) => {
  const said = rule(more)
  expect(said).toEqual(expected)
})

test.each([
  ['cooldown: 367d', 'cooldown: expected at most 366d, found "367d"'],
  ['cooldown: soon', 'cooldown: expected a duration such as 90s, 30m, 2h or 1d, found "soon"'],
  ['post_at: "25:00"', 'post_at: expected a time of day such as "16:00", found "25:00"'],
  [
    'schedule: Mon',
    'schedule: expected days and a time such as "Mon 08:00", "Tue,Thu 07:30" or "daily 18:00", found "Mon"',
  ],
  [
    'close_post: Room!',
    'close_post: expected the name of a text, such as space_again; found "Room!"',
  ],
  [
    'inhibited_by: ["No!"]',
    'inhibited_by[0]: expected small letters, digits and _, such as station_full; found "No!"',
  ],
])('text that says nothing: %s', (more, expected) => {
  expect(rule(more)).toEqual([`rules[0].${expected}`])
})

test.each(['101%', '-1%', '25', '%', '1000%'])('%s is no share', (share) => {
  expect(policy(`budget: { reserve_for_priority_80: "${share}" }`)).toEqual([
    `policy.budget.reserve_for_priority_80: expected a share such as 25%, found "${share}"`,
  ])
})

test('a year is not too long, and a share may be all or nothing', () => {
  expect(rule('cooldown: 366d, for: 1h')).toEqual([])
  for (const share of ['0%', '12.5%', '100%']) {
    expect(policy(`budget: { reserve_for_priority_80: "${share}" }`)).toEqual([])
  }
})

test('what a file need not say', () => {
  const parsed = parseRuleFile(
    'version: 1\npolicy: { quiet: { daily: "21:00-07:00" } }\nrules:\n  - { id: x, per: container, when: c.full, post: x }\n',
    'rules.yaml',
  )
  expect(parsed).toMatchObject({
    kind: 'ok',
    book: {
      policy: {
        timeZone: 'Europe/Stockholm',
        groupWaitMs: 900_000,
        settleMs: 60_000,
        budget: {
          perStationPerDay: 4,
          perAccountPerDay: 40,
          minGapMs: 180_000,
          reserveShare: 0.25,
          whenSpent: 'next-day',
          digestMinute: 1080,
        },
        staleAfterMs: 7_200_000,
        catchUpMs: 300_000,
      },
      rules: [
        {
          audience: 'public',
          priority: 50,
          forMs: 0,
          clearForMs: 0,
          cooldownMs: 0,
          onMissing: { policy: 'hold', graceMs: 21_600_000 },
          ignoresQuietHours: false,
        },
      ],
    },
  })
})

test.each([
  ['group_wait: 3', ['policy.group_wait: expected a duration such as 30m, found 3']],
  [
    'budget: { reserve_for_priority_80: 25 }',
    ['policy.budget.reserve_for_priority_80: expected a share such as 25%, found 25'],
  ],
  [
    'budget: { when_spent: digets }',
    [
      'policy.budget.when_spent: expected next_day or digest or drop, found "digets"; did you mean digest?',
    ],
  ],
  [
    'budget: { per_account_per_day: 10001 }',
    ['policy.budget.per_account_per_day: expected at most 10000, found 10001'],
  ],
  ['quiet: {}', ['policy.quiet.daily: is missing; expected text']],
  ['tz: 1', ['policy.tz: expected text, found 1']],
])('a policy with %s', (more, expected) => {
  expect(policy(more)).toEqual(expected)
})

test('what is missing as a whole', () => {
  expect(faultsOf('rules: []')).toEqual([
    'version: is missing; expected 1',
    'rules: expected at least one',
  ])
  expect(faultsOf('version: 1\nrules:\n  - {}')).toEqual(
    expect.arrayContaining([
      'rules[0].per: is missing; expected container or station or area or account',
      'rules[0].id: is missing; expected text',
    ]),
  )
  expect(faultsOf('version: 1\nrules: [x, [c.full]]')).toEqual([
    'rules[0]: expected a block of keys, found "x"',
    'rules[1]: expected a block of keys, found a list',
  ])
})

test('too many aliases, too many characters', () => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
  for (const pair of ['ba', 'cb', 'dc', 'ed']) {
    const of = Array.from({ length: 10 }, () => `*${pair[1]!}`).join(', ')
    bomb.push(`${pair[0]!}: &${pair[0]!} [${of}]`)
  }
  expect(faultsOf(bomb.join('\n'))).toEqual([
    ': holds too many aliases (*name); write the values out',
  ])
  expect(faultsOf(' '.repeat(1_000_001))).toEqual([
    ': has 1000001 characters; a rule file holds at most 1000000',
  ])
})

test('a budget that is spent may mean each of three things', () => {
  const spent = (word: string) => {
    const parsed = parseRuleFile(
      `version: 1\npolicy: { budget: { when_spent: ${word} } }\nrules:\n  - { id: x, per: container, when: c.full, post: x }\n`,
      'rules.yaml',
    )
    return parsed.kind === 'ok' && parsed.book.policy.budget.whenSpent
  }
  expect(['next_day', 'digest', 'drop'].map(spent)).toEqual(['next-day', 'digest', 'drop'])
})
