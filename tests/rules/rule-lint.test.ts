import { describe, expect, test } from 'vitest'

import { parseRuleFile } from '#src/rules/rule-file.ts'

/** Faults and warnings of a file with these rules, as `line field: message`. */
function read(rules: readonly string[], policy = '', texts?: readonly string[]) {
  const text = `version: 1\npolicy: { ${policy} }\nrules:\n${rules.map((rule) => `  - { ${rule} }\n`).join('')}`
  const parsed = parseRuleFile(text, 'rules.yaml', texts)
  const all = parsed.kind === 'ok' ? parsed.warnings : parsed.faults
  return {
    kind: parsed.kind,
    told: all.map(({ line, field, message }) => `${line} ${field}: ${message}`),
  }
}

const full = 'id: full, per: container, when: c.full, for: 30m, post: full'
const all = 'id: all, per: station, when: s.full >= 2, for: 30m, post: all'

describe('rules that name each other', () => {
  test('may: a station’s rule its containers’, and rules of the same subject', () => {
    expect(
      read([
        `${full}, inhibited_by: [all, brimful]`,
        `${all}, absorbs: [full, brimful]`,
        'id: brimful, per: container, when: c.fill > 97.0, for: 30m, post: brimful',
      ]),
    ).toEqual({ kind: 'ok', told: [] })
  })

  test.each<readonly [string, readonly string[], string]>([
    [
      'a container’s rule cannot absorb a station’s',
      [`${full}, absorbs: [all]`, all],
      '4 rules[0].absorbs[0]: all is per: station and this rule per: container, so they never meet; take it out',
    ],
    [
      'a station’s rule is not inhibited by a container’s',
      [full, `${all}, inhibited_by: [full]`],
      '5 rules[1].inhibited_by[0]: full is per: container and this rule per: station, so they never meet; take it out',
    ],
    [
      'nor is anything of a station by a rule of an area',
      [
        `${full}, inhibited_by: [busy]`,
        'id: busy, per: area, when: a.stations_full > 1, post: busy',
      ],
      '4 rules[0].inhibited_by[0]: busy is per: area and this rule per: container, so they never meet; take it out',
    ],
    [
      'nor does a rule of the account absorb one of an area',
      [
        'id: busy, per: area, when: a.stations_full > 1, post: busy',
        'id: town, per: account, when: a.stations_full > 1, absorbs: [busy], post: town',
      ],
      '5 rules[1].absorbs[0]: busy is per: area and this rule per: account, so they never meet; take it out',
    ],
    [
      'what is said to the staff does not speak for what is said in public',
      [full, `${all}, channel: staff, absorbs: [full]`],
      '5 rules[1].absorbs[0]: full speaks to channel: public and this rule to staff, so neither can speak for the other; take it out',
    ],
    [
      'a rule does not name itself',
      [`${full}, absorbs: [full]`],
      '4 rules[0].absorbs[0]: names the rule itself; take it out',
    ],
    [
      'nor one that is not there',
      [`${full}, inhibited_by: [al]`, all],
      '4 rules[0].inhibited_by[0]: "al" is no rule; did you mean all?',
    ],
    [
      'nor one that is not there and resembles none',
      [
        `${full}, inhibited_by: [snow]`,
        all,
        'id: other, per: station, when: s.full > 0, for: 30m, post: other',
      ],
      '4 rules[0].inhibited_by[0]: "snow" is no rule; there are all, other',
    ],
  ])('%s', (_, rules, expected) => {
    expect(read(rules)).toEqual({ kind: 'faulty', told: [expected] })
  })

  test('a rule of the staff may be inhibited by one in public', () => {
    expect(read([`${full}, channel: staff, inhibited_by: [all]`, all]).kind).toBe('ok')
  })

  test('two that would mute each other are refused', () => {
    const high = 'id: high, per: container, when: c.fill > 80.0, for: 30m, post: high'
    expect(read([`${full}, inhibited_by: [high]`, `${high}, inhibited_by: [full]`]).told).toEqual([
      '4 rules[0].inhibited_by[0]: high comes back to this rule by its own inhibited_by, so neither would ever speak; take one of them out',
      '5 rules[1].inhibited_by[0]: full comes back to this rule by its own inhibited_by, so neither would ever speak; take one of them out',
    ])
    // The one way by the one key, the other way by the other, is no circle.
    expect(read([`${full}, inhibited_by: [high]`, `${high}, absorbs: [full]`]).kind).toBe('ok')
  })

  test('so are three in a circle, and what merely leads to a circle is not', () => {
    const rule = (id: string, other: string) =>
      `id: ${id}, per: container, when: c.fill > 80.0, for: 30m, absorbs: [${other}], post: ${id}`
    const told = read([
      rule('one', 'two'),
      rule('two', 'three'),
      rule('three', 'one'),
      rule('four', 'one'),
    ])
    expect(told.told.map((text) => text.slice(0, 20))).toEqual([
      '4 rules[0].absorbs[0',
      '5 rules[1].absorbs[0',
      '6 rules[2].absorbs[0',
    ])
  })
})

describe('ids and texts', () => {
  test('are given once', () => {
    expect(
      read([full, 'id: full, per: container, when: c.fill > 80.0, for: 30m, post: full']).told,
    ).toEqual([
      '5 rules[1].id: "full" is the id of rules[0] too; give each rule its own',
      '5 rules[1].post: rule full posts "full" too; give each rule its own text',
    ])
  })

  test('are there', () => {
    expect(read([`${full}, close_post: rom`], '', ['full', 'room']).told).toEqual([
      '4 rules[0].close_post: "rom" is no text; did you mean room?',
    ])
    expect(read([`${full}, close_post: rom`]).kind).toBe('ok')
    expect(read([`${full}, close_post: room`], '', ['full', 'room']).kind).toBe('ok')
  })

  test('what closes without data has no words for its end', () => {
    expect(read([`${full}, on_missing: { then: clear }, close_post: room`]).told).toEqual([
      '4 rules[0].on_missing.then: then: clear closes without data, so close_post would claim what nobody knows; take one of them out',
    ])
    expect(read([`${full}, on_missing: { then: clear }`]).kind).toBe('ok')
    expect(read([`${full}, on_missing: { then: hold }, close_post: room`]).kind).toBe('ok')
  })
})

describe('warnings', () => {
  const warned = (rule: string, policy = '') => {
    const { kind, told } = read([rule], policy)
    expect(kind).toBe('ok')
    return told
  }

  test('of a cooldown that never holds', () => {
    expect(warned(`${full}, cooldown: 20m`)).toEqual([
      '4 rules[0].cooldown: is shorter than for, so it never holds anything back',
    ])
    expect(warned(`${full}, cooldown: 30m`)).toEqual([])
    expect(warned(`${full}, cooldown: 0s`)).toEqual([])
  })

  test('of a single reading that makes a post', () => {
    const short =
      '4 rules[0].for: is shorter than sensors usually take between two readings (15m), so a single reading makes a post'
    const rule = (when: string, more: string, per = 'container') =>
      `id: r, per: ${per}, when: "${when}", ${more}, post: r`
    expect(warned(rule('c.full', 'for: 14m'))).toEqual([short])
    expect(warned(rule('c.fill > 80.0', 'for: 14m'))).toEqual([short])
    expect(warned(rule('c.evidence > 2.0', 'for: 14m'))).toEqual([short])
    expect(warned(rule('s.full > 2', 'for: 14m', 'station'))).toEqual([short])
    expect(warned(rule('c.full', 'for: 15m'))).toEqual([])
    expect(warned(rule('c.sensor_silent_min > 720.0', 'for: 1m'))).toEqual([])
  })

  test('of an end that can be true beside the beginning', () => {
    const rule = (when: string, clear: string, per = 'container') =>
      `id: r, per: ${per}, when: "${when}", clear: "${clear}", for: 1h, post: r`
    const overlap = (where: string) =>
      `4 rules[0].clear: can be true while when is (for example with ${where}); while both are, the rule stays as it is`
    expect(warned(rule('c.fill > 80.0', 'c.fill < 90.0'))).toEqual([overlap('c.fill 82.5')])
    expect(warned(rule('c.fill > 80.0', 'c.fill < 80.0'))).toEqual([])
    expect(warned(rule('c.fill >= 80.0', 'c.fill <= 80.0'))).toEqual([overlap('c.fill 80')])
    expect(
      warned(rule('c.fill_age_min > 300.0', 'c.fill_age_min > 360.0 || c.fill < 0.0')),
    ).toEqual([overlap('c.fill 0')])
    expect(warned(rule('s.full >= 2', 's.full <= 2', 'station'))).toEqual([
      overlap('s.containers 2, s.full 2'),
    ])
    expect(warned(rule('s.full >= 2', 's.full < 2', 'station'))).toEqual([])
    expect(warned(rule('s.unknown >= 2', 's.unknown >= 7', 'station'))).toEqual([
      overlap('s.containers 7, s.full 0'),
    ])
    expect(warned(rule('a.stations_full >= 2', 'a.stations_full <= 2', 'area'))).toEqual([])
    expect(warned(rule('a.stations_full >= 2', 'a.stations_full <= 2', 'account'))).toEqual([])
  })

  test('of a time of day at which nothing can be said', () => {
    const at = (time: string) => `${full}, post_at: "${time}"`
    const quiet = 'quiet: { daily: "21:00-07:00" }'
    const never =
      '4 rules[0].post_at: falls in the quiet hours 21:00-07:00, so nothing is ever said; choose another time, or write quiet: ignore'
    expect(warned(at('22:00'), quiet)).toEqual([never])
    expect(warned(at('21:00'), quiet)).toEqual([never])
    expect(warned(at('05:00'), quiet)).toEqual([never])
    // Until seven it is quiet, and then the time is not over yet.
    expect(warned(at('05:01'), quiet)).toEqual([])
    expect(warned(at('20:59'), quiet)).toEqual([])
    expect(warned(at('16:00'), quiet)).toEqual([])
    expect(warned(`${at('22:00')}, quiet: ignore`, quiet)).toEqual([])
    expect(warned(at('22:00'))).toEqual([])
    expect(warned(full, quiet)).toEqual([])
  })

  test('of waiting for readings where nothing asks for a level', () => {
    const silent = 'id: r, per: container, when: c.sensor_silent_min > 720.0, readings: 2, post: r'
    expect(warned(silent)).toEqual([
      '4 rules[0].readings: waits for readings, but when asks for no level; nothing would ever be said',
    ])
    expect(warned(`${full}, readings: 2`)).toEqual([])
  })

  test('of one reading that makes a post, unless a second is asked for', () => {
    const quick = 'id: full, per: container, when: c.full, for: 5m, post: full'
    expect(warned(quick)).toEqual([
      '4 rules[0].for: is shorter than sensors usually take between two readings (15m), so a single reading makes a post',
    ])
    expect(warned(`${quick}, readings: 2`)).toEqual([])
  })

  test('of a digest that falls in the quiet hours', () => {
    const policy = (spent: string, at: string, quiet = 'quiet: { daily: "21:00-07:00" }, ') =>
      `${quiet}budget: { when_spent: ${spent}, digest_at: "${at}" }`
    expect(warned(full, policy('digest', '21:00'))).toEqual([
      '2 policy.budget.digest_at: falls in the quiet hours 21:00-07:00, so there will be no digest; choose another time',
    ])
    expect(warned(full, policy('digest', '20:59'))).toEqual([])
    expect(warned(full, policy('next_day', '21:00'))).toEqual([])
    expect(warned(full, policy('digest', '21:00', ''))).toEqual([])
  })
})

test.each([
  'clear: c.fill < 1.0',
  'for: 1m',
  'clear_for: 1m',
  'post_at: "16:00"',
  'close_post: room',
])('beside a schedule, "%s" means nothing and is refused', (more) => {
  const rule = `id: r, per: container, when: c.full, schedule: "Mon 08:00", ${more}, post: r`
  const key = more.slice(0, more.indexOf(':'))
  expect(read([rule])).toEqual({
    kind: 'faulty',
    told: [
      `4 rules[0].${key}: means nothing beside schedule, by which a rule is looked at then and at no other time; take one of them out`,
    ],
  })
})
