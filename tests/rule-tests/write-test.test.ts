import { describe, expect, test } from 'vitest'

import { runRuleTest } from '#src/rule-tests/run.ts'
import { parseTestFile } from '#src/rule-tests/test-file.ts'
import { MOST_BEFORE_MS, writeTest } from '#src/rule-tests/write-test.ts'
import type { WrittenTest } from '#src/rule-tests/write-test.ts'
import type { DecidedPost } from '#src/rules/decision.ts'
import { createEngine } from '#src/rules/engine.ts'
import { concerns } from '#src/rules/alone.ts'
import type { JournalRecord } from '#src/rules/record.ts'
import type { StationId } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import { DAY, HOUR, MINUTE, SECOND } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { random } from '#tests/rules/made-facts.ts'
import { after, bookOf, borasRules, levels, local, recordOf } from '#tests/rules/scenario.ts'
import type { Cue } from '#tests/rules/scenario.ts'
import { castTown, deviceId, ekudden, hamnen, torget } from '#tests/support/town.ts'

const TZ = 'Europe/Stockholm'
const monday = local('2026-05-04T00:00')

/** What really happened: a town played with the rules of Borås. */
function play(cues: readonly Cue[], until: EpochMs, rules = borasRules) {
  const engine = createEngine({ book: bookOf(rules), town: castTown })
  const records: JournalRecord[] = []
  const posts: DecidedPost[] = []
  const towns: { at: EpochMs; town: Town }[] = []
  for (const cue of cues.toSorted((a, b) => a.at - b.at)) {
    const record = recordOf(cue, records.length + 1)
    records.push(record)
    if ('town' in cue) {
      towns.push({ at: cue.at, town: cue.town })
      engine.replaceTown(cue.town)
    }
    engine.apply(record)
  }
  engine.advance(until)
  posts.push(...engine.takeEffects().posts)
  return { records, posts, towns }
}

type Played = ReturnType<typeof play>

/** The test of a station from one time to another. */
function write(
  { records, posts, towns }: Played,
  station: StationId,
  from: EpochMs,
  until: EpochMs,
  rules = borasRules,
): WrittenTest & { readonly kind: 'written' } {
  const start = { at: Math.max(monday, from - MOST_BEFORE_MS) as EpochMs, timeZone: TZ }
  const within = (at: EpochMs) => at >= start.at && at < until
  const before = towns.findLast(({ at }) => at < start.at)?.town ?? castTown
  const written = writeTest(
    {
      station,
      start,
      records: records.filter(
        (record) => within(record.at) && concerns(station, undefined, record),
      ),
      towns: [{ at: start.at, town: before }, ...towns.filter(({ at }) => within(at))],
      posts: posts.filter((post) => within(post.at) && post.stationId === station),
    },
    { name: 'what happened', rules: { file: 'rules.yaml', text: rules }, from, until },
  )
  if (written.kind === 'written') return written
  throw new Error(written.faults.map(({ field, message }) => `${field}: ${message}`).join('\n'))
}

/** What the written test tells when it is run; the number of posts it expects. */
function run(text: string, rules = borasRules) {
  const ruleFiles = new Map([['rules.yaml', rules]])
  const parsed = parseTestFile(text, { fileName: 'it', ruleFiles, pathOf: (name) => name })
  if (parsed.kind === 'faulty') throw new Error(JSON.stringify(parsed.faults))
  const [ruleTest] = parsed.tests
  return {
    failures: runRuleTest(ruleTest!).failures,
    expected: ruleTest!.expectations.flatMap(({ posts }) => posts ?? []).length,
  }
}

test('a day becomes a file that a person can read', () => {
  const cues: readonly Cue[] = [
    ...levels('901-paper-1', after(monday, DAY + 8 * HOUR + 3 * MINUTE), 10 * MINUTE, [
      ...Array.from({ length: 24 }, (_, i) => 40.2 + 2 * i),
      ...Array.from({ length: 12 }, () => 92.4),
      ...[5, 5.1, 5.2],
    ]).map((cue, i) => ({ ...cue, at: after(cue.at, (i % 7) * SECOND) })),
    { at: after(monday, DAY + 9 * HOUR), report: 'full', of: '901-plastic-1', who: 'token-1f3a' },
    { at: after(monday, DAY + 10 * HOUR), report: 'full', of: '901-plastic-1', who: 'token-77b0' },
    {
      at: after(monday, DAY + 11 * HOUR),
      emptied: after(monday, DAY + 11 * HOUR),
      of: '901-plastic-1',
    },
    {
      at: after(monday, DAY + 12 * HOUR),
      told: {
        type: 'truck',
        stationId: ekudden.id,
        state: 'en-route',
        etaAt: after(monday, DAY + 14 * HOUR),
        actor: 'Kim',
      },
    },
  ]
  const from = after(monday, DAY)
  const written = write(play(cues, after(from, DAY)), ekudden.id, from, after(from, DAY))
  expect(written.text).toMatchInlineSnapshot(`
    "rule_files: [ rules.yaml ]
    tests:
      - name: what happened
        start: '2026-05-04T00:00[Europe/Stockholm]'
        stations: { 1490-901: { name: Ekudden, lat: 57.72, lon: 12.94, containers: [ paper-1, plastic-1, clear-glass-1 ] } }
        series:
          - { container: paper-1, interval: 10m, offset: 1d8h3m, fill: 40+2x23 92x11 5x2 }
        events:
          - { at: 2026-05-05T09:00, report: { container: plastic-1, kind: full, who: a } }
          - { at: 2026-05-05T10:00, report: { container: plastic-1, kind: full, who: b } }
          - { at: 2026-05-05T11:00, emptied: { container: plastic-1, by: staff } }
          - { at: 2026-05-05T12:00, truck: { station: 1490-901, state: en-route, eta: 2026-05-05T14:00 } }
        expect:
          - { at: 2026-05-05T00:00, posts: [] }
          - at: 2026-05-06T00:00
            posts:
              - { station: 1490-901, rules: [ full ], at: 2026-05-05T10:45, items: [ full/plastic-1 ] }
              - { station: 1490-901, rules: [ full ], at: 2026-05-05T11:35, kind: close, items: [ full/plastic-1 ], reply: 1 }
    "
  `)
  expect(written.differences).toEqual([])
  expect(run(written.text).failures).toEqual([])
})

/** Ten days in which sensors speak when they speak: off their interval, in their own time, and not always. */
function untidyDays(seed: number): readonly Cue[] {
  const next = random(seed)
  const cues: Cue[] = []
  for (const { id } of castTown.stations.flatMap((s) => s.containers)) {
    const of = id.slice(5)
    const everyMs = (10 + Math.floor(next() * 30)) * MINUTE
    const perHour = 2 + next() * 4
    let emptiedAt = 0
    for (let ms = next() * everyMs; ms < 10 * DAY; ms += everyMs + (next() - 0.5) * 20 * SECOND) {
      const at = after(monday, Math.round(ms))
      const fill = Math.min(99.5, ((ms - emptiedAt) / HOUR) * perHour + next() * 3)
      const measured = after(at, -Math.round(next() * 3000))
      if (next() < 0.02) continue
      if (next() < 0.03) cues.push({ at, measured, fault: 'no-echo', of })
      else cues.push({ at, measured, fill, of })
      if (next() < 0.01) {
        const who = `token-${Math.floor(next() * 5)}`
        cues.push({ at: after(at, 1234), report: fill > 60 ? 'full' : 'has-room', of, who })
      }
      if (fill > 99 && next() < 0.05) {
        emptiedAt = ms
        cues.push({ at: after(at, 5 * MINUTE), emptied: after(at, 4 * MINUTE), of })
      }
    }
  }
  const noon = (day: number) => after(monday, day * DAY + 12 * HOUR)
  return [
    ...cues.filter(({ at }) => at < noon(4) || at > after(noon(4), 2 * HOUR)),
    { at: after(noon(4), 2 * HOUR), resumed: true, firedUntil: noon(4) },
    { at: noon(6), town: swapped(noon(6)) },
    {
      at: noon(7),
      told: { type: 'silenced', id: 'secret', until: after(noon(7), 3 * HOUR), actor: 'Kim' },
    },
  ]
}

/** Ekudden's paper gets another sensor, and loses its plastic. */
function swapped(at: EpochMs): Town {
  const paper = ekudden.containers[0]!.id
  return {
    ...castTown,
    stations: castTown.stations.map((station) => ({
      ...station,
      containers: station.containers.filter(({ id }) => !id.endsWith('901-plastic-1')),
    })),
    devices: [...castTown.devices, { id: deviceId('dev-new'), profile: 'native' }],
    mountings: [
      ...castTown.mountings.map((mounting) =>
        mounting.containerId === paper ? { ...mounting, until: at } : mounting,
      ),
      { deviceId: deviceId('dev-new'), containerId: paper, from: at },
    ],
  }
}

describe('a test that was written passes when it is run, and names nobody', () => {
  const days = Array.from({ length: 4 }, (_, seed) =>
    play(untidyDays(seed), after(monday, 10 * DAY)),
  )
  const rows = [ekudden, hamnen, torget].flatMap((station) =>
    [2, 4, 6, 8].map((day) => [station.name, day, station.id] as const),
  )
  let expected = 0
  let asItWas = 0
  test.each(rows)('%s from day %i on', (_, day, station) => {
    for (const played of days) {
      const from = after(monday, day * DAY)
      const { text, differences } = write(played, station, from, after(from, 2 * DAY))
      const ran = run(text)
      expect(ran.failures).toEqual([])
      expect(text).not.toMatch(/token|secret|Kim|dev-/)
      expected += ran.expected
      if (differences.length === 0) asItWas++
    }
  })

  test('and nearly always says what was really said', () => {
    expect(expected).toBeGreaterThan(100)
    expect(asItWas / (rows.length * days.length)).toBeGreaterThan(0.9)
  })
})

test('what other rules would have said is told as a difference', () => {
  const from = after(monday, DAY)
  const cues = levels('901-paper-1', after(from, 8 * HOUR), 10 * MINUTE, Array(24).fill(92))
  const stricter = borasRules.replace('when: c.full\n', 'when: c.fill >= 95.0\n')
  const written = write(play(cues, after(from, DAY)), ekudden.id, from, after(from, DAY), stricter)
  expect(written.differences).toEqual(['really said: 2026-05-05T08:45 open full/paper-1'])
  expect(written.text).toContain('# This differs. really said: 2026-05-05T08:45 open full/paper-1')
  expect(run(written.text, stricter)).toEqual({ failures: [], expected: 0 })
})
