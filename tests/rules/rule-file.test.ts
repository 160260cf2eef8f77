import { readFileSync, readdirSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import { POST_TEMPLATES } from '#src/wording/post-text.ts'
import { parseRuleFile } from '#src/rules/rule-file.ts'
import type { Fault } from '#src/rules/rule-file.ts'
import { borasRules } from './scenario.ts'

const folder = new URL('./faulty/', import.meta.url)

/** By file: every fault, as line:column field: message. */
const FAULTS: Readonly<Record<string, readonly string[]>> = {
  'bad-durations': [
    '6:5 rules[0].for: expected a duration such as 90s, 30m, 2h or 1d, found "2 hours"',
    '7:5 rules[0].clear_for: expected a duration such as 30m, found 30',
    '8:5 rules[0].cooldown: expected a duration such as 90s, 30m, 2h or 1d, found "6x"',
    '10:31 rules[0].on_missing.grace: expected a duration such as 90s, 30m, 2h or 1d, found "2 dagar"',
  ],
  'bad-policy': [
    '3:3 policy.tz: "Europe/Boras" is not a time zone; expected one such as Europe/Stockholm',
    '4:12 policy.quiet.daily: expected two times of day such as "21:00-07:00", found "9-17"',
    '4:27 policy.quiet.then: expected recheck, found "drop"',
    '5:13 policy.budget.per_station_per_day: expected at least 1, found 0',
    '5:37 policy.budget.reserve_for_priority_80: expected a share such as 25%, found 0.25',
    '6:3 policy.first_load: expected silent, found "loud"',
    '7:10 facts.sensor_silent_after: expected a duration such as 90s, 30m, 2h or 1d, found "never"',
  ],
  'clear-condition-misspelt': [
    '6:12 rules[0].clear: c.evidense is not a known fact; did you mean c.evidence?',
    '11:35 rules[0].suppress[0].when: truck.enroute is not a known fact; did you mean truck.en_route?',
  ],
  'close-without-data': [
    '9:19 rules[0].on_missing.then: then: clear closes without data, so close_post would claim what nobody knows; take one of them out',
  ],
  'condition-breaks-off': [
    '5:20 rules[0].when: it ends too early; a condition reads like c.fill >= 85.0 && s.full >= 2',
  ],
  'condition-is-a-number': [
    '5:11 rules[0].when: must be true or false, but this is double; compare it with something',
  ],
  'condition-is-yaml-true': [
    '5:5 rules[0].when: expected a condition as text, such as c.fill >= 85.0, found true',
  ],
  'condition-too-long': [
    '7:684 rules[0].when: is too long or too deeply nested (at most 200 parts, 20 levels); split it into two rules',
  ],
  'container-fact-at-a-station': [
    '5:11 rules[0].when: c.full is not there for a rule per: station, which can ask s., truck. and t. only',
  ],
  empty: ['1:1 : expected a rule file with version, policy, facts and rules'],
  'key-given-twice': ['2:1 : this field stands here twice'],
  'misspelt-fact': [
    '5:11 rules[0].when: c.ful is not a known fact; did you mean c.full?',
    '5:20 rules[0].when: c.fil is not a known fact; did you mean c.fill?',
    '5:37 rules[0].when: fill is not a known fact; did you mean c.fill?',
  ],
  'misspelt-keys': [
    '3:5 rules[0].when: is missing; expected a condition as text, such as c.fill >= 85.0',
    '5:5 rules[0].wen: "wen" is not a key here; did you mean when?',
    '8:5 rules[0].cool_down: "cool_down" is not a key here; did you mean cooldown?',
    '9:1 polcy: "polcy" is not a key here; did you mean policy?',
  ],
  'names-that-do-not-meet': [
    '3:84 rules[0].inhibited_by[0]: names the rule itself; take it out',
    '3:90 rules[0].inhibited_by[1]: "statoin" is no rule; did you mean station?',
    '4:7 rules[1].id: "full" is the id of rules[0] too; give each rule its own',
    '5:63 rules[2].post: rule full posts "full" too; give each rule its own text',
    '5:85 rules[2].absorbs[0]: "ful" is no rule; did you mean full?',
  ],
  'nested-macros': [
    '5:29 rules[0].when: exists() inside another list macro is not allowed, since the work multiplies; write the cases out',
  ],
  'no-rule-at-all': ['2:1 rules: expected at least one'],
  'not-a-rule-file': ['1:1 : expected a rule file with version, policy, facts and rules'],
  'not-yaml': [
    '5:1 : not readable as YAML: Flow sequence in block collection must be sufficiently indented and end with a ] at line 5, column 1: per: [container ^',
  ],
  'number-against-text': [
    '5:11 rules[0].when: no such overload: double >= string; numbers compare with numbers (70.0), text with text ("paper"), and conditions join with && or ||',
  ],
  'quiet-all-day': [
    '2:20 policy.quiet.daily: "07:00-07:00" covers the whole day, so nothing would ever be said; leave quiet out, or give two different times',
  ],
  'regular-expression': [
    '5:11 rules[0].when: matches() is not allowed, since a regular expression may take for ever; use ==, in, startsWith, endsWith or contains',
  ],
  schedules: [
    '3:39 rules[0].when: s.full is not there for a rule per: account, which can ask a. and t. only',
    '3:52 rules[0].schedule: expected days and a time such as "Mon 08:00", "Tue,Thu 07:30" or "daily 18:00", found "Monday 8"',
    '4:35 rules[1].when: truck.en_route is not there for a rule per: area, which can ask a., bike. and t. only',
    '5:57 rules[2].post_at: expected a time of day such as "16:00", found "24:00"',
    '9:5 rules[3].clear: means nothing beside schedule, by which a rule is looked at then and at no other time; take one of them out',
    '10:5 rules[3].for: means nothing beside schedule, by which a rule is looked at then and at no other time; take one of them out',
    '12:5 rules[3].post_at: means nothing beside schedule, by which a rule is looked at then and at no other time; take one of them out',
    '14:5 rules[3].close_post: means nothing beside schedule, by which a rule is looked at then and at no other time; take one of them out',
  ],
  'unknown-root': [
    '5:11 rules[0].when: box.fill is not a known fact; facts here begin with c., s., truck. or t.; docs/RULES.md lists them',
  ],
  'wrong-kinds': [
    '3:7 rules[0].id: expected small letters, digits and _, such as station_full; found "Full!"',
    '3:72 rules[0].priority: expected a number, found "60"',
    '3:88 rules[0].channel: expected public or staff, found "pubic"; did you mean public?',
    '4:63 rules[1].priority: expected at most 100, found 101',
    '4:78 rules[1].quiet: expected ignore, found "yes"',
    '4:90 rules[1].absorbs: expected a list, found "full"',
    '5:5 rules[2]: expected a block of keys, found "just text"',
  ],
  'wrong-version-and-no-rules': [
    '1:1 version: expected 1, found 2',
    '1:1 rules: is missing; expected a list',
  ],
}

function tell(fault: Fault): string {
  return `${fault.line}:${fault.column} ${fault.field}: ${fault.message}`
}

describe('a faulty rule file is refused with all its faults, where they stand and what to do', () => {
  const files = readdirSync(folder).map((name) => name.replace('.yaml', ''))

  test('each kind of fault has a file', () => {
    expect(files.toSorted()).toEqual(Object.keys(FAULTS).toSorted())
  })

  test.each(files)('%s', (name) => {
    const parsed = parseRuleFile(
      readFileSync(new URL(`${name}.yaml`, folder), 'utf8'),
      'rules.yaml',
    )
    expect(parsed.kind === 'faulty' ? parsed.faults.map(tell) : parsed.kind).toEqual(FAULTS[name])
  })
})

test('a text that nobody wrote is refused, with the nearest that somebody did', () => {
  const misspelt = borasRules.replace('close_post: space_again', 'close_post: space_agian')
  const parsed = parseRuleFile(misspelt, 'rules.yaml', POST_TEMPLATES)
  expect(
    parsed.kind === 'faulty' ? parsed.faults.map((f) => `${f.field}: ${f.message}`) : [],
  ).toEqual(['rules[0].close_post: "space_agian" is no text; did you mean space_again?'])
})

test('faults name the file', () => {
  const parsed = parseRuleFile('version: 1', 'towns/provstad/rules.yaml')
  expect(parsed).toEqual({
    kind: 'faulty',
    faults: [
      {
        file: 'towns/provstad/rules.yaml',
        line: 1,
        column: 1,
        field: 'rules',
        message: 'is missing; expected a list',
      },
    ],
  })
})

test('a file of a megabyte is refused without being read', () => {
  const parsed = parseRuleFile(' '.repeat(1_000_001), 'rules.yaml')
  expect(parsed).toMatchObject({ kind: 'faulty', faults: [{ line: 1, field: '' }] })
})

test('aliases that multiply do not', () => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
  for (const [name, of] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg'].map((pair) =>
    pair.split(''),
  )) {
    bomb.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${of}`).join(', ')}]`)
  }
  expect(parseRuleFile(bomb.join('\n'), 'rules.yaml').kind).toBe('faulty')
})

describe('a file that can be carried out', () => {
  test('the rules of Borås have neither faults nor warnings', () => {
    const parsed = parseRuleFile(borasRules, 'rules.yaml')
    expect(parsed).toMatchObject({ kind: 'ok', warnings: [] })
  })

  test('the book says what the file says, in milliseconds', () => {
    const parsed = parseRuleFile(borasRules, 'rules.yaml')
    if (parsed.kind !== 'ok') throw new Error('faulty')
    const { policy, facts, rules, hash } = parsed.book
    expect(hash).toMatch(/^[0-9a-f]{12}$/)
    expect(facts).toEqual({
      sensorSilentAfterMs: 43_200_000,
      lateAfterMs: 1_800_000,
      maxSkewMs: 120_000,
    })
    expect(policy).toMatchObject({
      timeZone: 'Europe/Stockholm',
      groupWaitMs: 900_000,
      settleMs: 60_000,
      staleAfterMs: 7_200_000,
      catchUpMs: 300_000,
      budget: {
        perStationPerDay: 4,
        perAccountPerDay: 120,
        minGapMs: 180_000,
        reserveShare: 0.25,
        whenSpent: 'digest',
        digestMinute: 1080,
      },
    })
    expect(
      rules.map(({ id, per, audience, priority, forMs }) => [id, per, audience, priority, forMs]),
    ).toEqual([
      ['full', 'container', 'public', 60, 1_800_000],
      ['full_soon', 'container', 'public', 30, 3_600_000],
      ['station_nearly_all_full', 'station', 'public', 90, 1_800_000],
      ['littered', 'station', 'public', 70, 0],
      ['broken', 'container', 'public', 80, 0],
      ['icy', 'station', 'public', 80, 0],
      ['bike_round', 'area', 'public', 40, 0],
      ['weekly_digest', 'account', 'public', 10, 0],
      ['sensor_silent', 'container', 'staff', 20, 7_200_000],
    ])
  })

  test('a rule keeps its hash while when, clear and for stand, and the book has one of its own', () => {
    const hashes = (text: string) => {
      const parsed = parseRuleFile(text, 'rules.yaml')
      if (parsed.kind !== 'ok') throw new Error('faulty')
      return [parsed.book.hash, parsed.book.rules[0]!.hash]
    }
    const [book, rule] = hashes(borasRules)
    const [otherBook, sameRule] = hashes(borasRules.replace('cooldown: 6h', 'cooldown: 7h'))
    expect(otherBook).not.toBe(book)
    expect(sameRule).toBe(rule)
    expect(hashes(borasRules.replace('for: 30m', 'for: 31m'))[1]).not.toBe(rule)
  })

  test.each([
    ['a cooldown shorter than for', 'for: 30m, cooldown: 20m, when: c.full', 'cooldown'],
    ['a for shorter than sensors speak', 'for: 5m, when: c.full', 'for'],
    ['a clear that overlaps when', 'for: 30m, when: c.fill > 80.0, clear: c.fill < 90.0', 'clear'],
  ])('%s is a warning', (_, rule, field) => {
    const text = `version: 1\nrules:\n  - { id: x, per: container, post: x, ${rule} }\n`
    const parsed = parseRuleFile(text, 'rules.yaml')
    expect(parsed.kind === 'ok' && parsed.warnings.map((fault) => fault.field)).toEqual([
      `rules[0].${field}`,
    ])
  })
})

describe('a stop that a rule asks of the return bike', () => {
  const parse = (per: string, stop: string) =>
    parseRuleFile(
      `version: 1\nrules:\n  - { id: x, per: ${per}, when: a.stations_full_last_7d >= 1, post: x, bike_stop: ${stop} }\n`,
      'rules.yaml',
    )
  test('has its size and its time from the rule, or the usual ones', () => {
    const text = `version: 1\nrules:\n  - { id: x, per: station, when: s.litter_staff_4h >= 1, post: x, bike_stop: { what: Plocka, minutes: 5 } }\n`
    const parsed = parseRuleFile(text, 'rules.yaml')
    expect(parsed.kind === 'ok' && parsed.book.rules[0]!.bikeStop).toEqual({
      what: 'Plocka',
      litres: 50,
      kg: 10,
      waste: 'bulky',
      serviceMs: 300_000,
      tells: 'cleaned',
    })
  })
  test('is somewhere', () => {
    const parsed = parse('account', '{ what: Plocka }')
    expect(
      parsed.kind === 'faulty' && parsed.faults.map(({ field, message }) => [field, message]),
    ).toEqual([
      [
        'rules[0].bike_stop',
        'means nothing per: account; the bike stops at a station or a container',
      ],
    ])
  })
  test('says of one container alone that it was emptied', () => {
    const stop = (per: string, when: string) =>
      parseRuleFile(
        `version: 1\nrules:\n  - { id: x, per: ${per}, when: ${when}, post: x, bike_stop: { what: Töm, tells: emptied } }\n`,
        'rules.yaml',
      )
    const ofStation = stop('station', 's.litter_staff_4h >= 1')
    expect(
      ofStation.kind === 'faulty' && ofStation.faults.map(({ field, message }) => [field, message]),
    ).toEqual([
      [
        'rules[0].bike_stop.tells',
        'emptied says nothing per: station, since it is of one container; write per: container, or tells: cleaned',
      ],
    ])
    const ofContainer = stop('container', 'c.full')
    expect(ofContainer.kind === 'ok' && ofContainer.book.rules[0]!.bikeStop!.tells).toBe('emptied')
  })
})
