import { readFileSync, readdirSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import { parseTestFile, ruleFilesIn } from '#src/rule-tests/test-file.ts'
import type { Fault } from '#src/rules/rule-faults.ts'

const folder = new URL('./faulty/', import.meta.url)
const files: ReadonlyMap<string, string> = new Map([
  [
    'rules.yaml',
    'version: 1\nrules: [{ id: full, per: container, when: c.full, for: 30m, post: full }]',
  ],
  ['faulty.yaml', 'version: 1\nrules: [{ id: full, per: container, when: c.ful, post: full }]'],
])

/** By file: every fault, as line:column field: message. */
const FAULTS: Readonly<Record<string, readonly string[]>> = {
  names: [
    '7:11 tests[0].series[0].container: "c3" is no container here; did you mean c1?',
    '8:11 tests[0].series[1].container: "c2" stands at more than one station; write S/c2 or T/c2',
    '10:11 tests[0].events[0].at: is before the test starts',
    '11:9 tests[0].events[1]: says only when; expected what happened: reading, report, report_withdrawn, crowd, observation, emptied, emptying_corrected, planned, forecast, truck, bike, gateway, silence, silence_ended, post_corrected, container_added, container_removed, station_added, station_removed, device_replaced, rules_edited, down, clock_step',
    '12:9 tests[0].events[2]: says truck and gateway; give each its own line',
    '12:28 tests[0].events[2].truck.station: "U" is no station here; did you mean S?',
    '13:27 tests[0].events[3].bike.area: "norrby" is no station\'s area here',
    '14:30 tests[0].events[4].silence.rule: "ful" is no rule; did you mean full?',
    '15:27 tests[0].events[5].down.until: is not after at; expected when it is up again',
    '17:11 tests[0].events[7].at: Kvitter is down then, so nothing can reach it',
    '18:50 tests[0].events[8].container_added.container: "c1" stands there already',
    '19:44 tests[0].events[9].rules_edited.patch.ful: "ful" is no rule; did you mean full? (a new rule needs per, when and post)',
    '20:35 tests[0].events[10].rules_edited.patch: the rules so changed have a fault: rules[0].for: expected a duration such as 90s, 30m, 2h or 1d, found "half an hour"',
    '21:35 tests[0].events[11].rules_edited.file: other.yaml: there is no such file',
    '22:19 tests[0].events[12].rules_edited: expected either a file or a patch of rules by their id',
    '24:9 tests[0].expect[0].at: Kvitter is down then, so there is nothing to see',
    '25:18 tests[0].expect[0].state.c1: expected a rule and what it is about, such as full/c1, found "c1"',
    '25:28 tests[0].expect[0].state.ful/c1: "ful" is no rule; did you mean full?',
    '25:42 tests[0].expect[0].state.full/S: "S" is no container here; there are c1, S/c2, T/c2',
    '25:56 tests[0].expect[0].state.full/c2: "c2" stands at more than one station; write S/c2 or T/c2',
    '26:9 tests[0].expect[1].at: is before the one above; order by time',
    '27:19 tests[0].expect[1].posts[0].station: "W" is no station here; did you mean S?',
    '27:39 tests[0].expect[1].posts[0].rules[0]: "fulll" is no rule; did you mean full?',
    '27:63 tests[0].expect[1].posts[0].items[0]: "c9" is no container here; did you mean c1?',
    '28:19 tests[0].expect[1].status.c7: "c7" is no container here; did you mean c1?',
    '29:5 tests[1].name: is the name of tests[0] too; give each its own',
    '32:16 tests[1].expect[0].at: is before the test starts',
  ],
  'not-a-test-file': ['1:1 : expected a file of rule tests with rule_files and tests'],
  'not-yaml': [
    '2:1 : not readable as YAML: Flow sequence in block collection must be sufficiently indented and end with a ] at line 2, column 1: rule_files: [rules.yaml tests: ^',
  ],
  'rules-with-a-fault': [
    'faulty.yaml 2:43 rules[0].when: c.ful is not a known fact; did you mean c.full?',
  ],
  shape: [
    '2:1 test: "test" is not a key here; did you mean tests?',
    '5:5 tests[0].start: expected a time with its zone such as "2026-05-05T10:00[Europe/Stockholm]", found "2026-05-05T10:00"',
    '7:7 tests[0].stations.S.containers[1]: expected a container’s name in small letters, digits and hyphens, such as c1',
    '8:26 tests[0].stations.T.containers.c3: "papper" is no fraction; did you mean paper?',
    '8:40 tests[0].stations.T.aera: "aera" is not a key here; did you mean area?',
    '9:7 tests[0].stations.Ö: expected a station’s name in letters and digits, such as S',
    '11:26 tests[0].series[0].interval: expected a duration such as 10m or 1h30m, found 10',
    '11:40 tests[0].series[0].fil: "fil" is not a key here; did you mean fill?',
    '11:53 tests[0].series[0].fill: expected levels such as 92, 92x6, 60+5x7, _ or !no-echo, found "92x"',
    '13:11 tests[0].events[0].at: expected a time from the start such as 1h46m, or on the wall such as 2026-05-06T07:00, found "soon"',
    '13:46 tests[0].events[0].report.kind: expected full or has-room or litter or broken or ice, found "fulll"; did you mean full?',
    '14:19 tests[0].events[1].repport: "repport" is not a key here; did you mean report?',
    '17:17 tests[0].expect[0].posts[0].rules: is missing; expected a list',
    '17:31 tests[0].expect[0].posts[0].rule: "rule" is not a key here; did you mean rules?',
    '17:53 tests[0].expect[0].posts[0].kind: expected open or close or digest or correction, found "opened"; did you mean open?',
    '17:67 tests[0].expect[0].posts[0].reply: expected the number of the post of this test that it follows up, from 1, or false',
    '18:18 tests[0].expect[0].state.full/c1: expected IDLE or PENDING or ACTIVE or CLEARING, found "PENDNG"; did you mean PENDING?',
    '19:32 tests[0].expect[0].decisions.full/c1[0]: "postd" is no reason; did you mean posted?',
    '19:39 tests[0].expect[0].decisions.full/c1[1]: "quiet" is no gate; did you mean quiet-hours?',
    '20:19 tests[0].expect[0].status.c1: expected has-room or nearly-full or full or unknown, found "empty"',
    '21:5 tests[1].start: is missing; expected a time with its zone such as "2026-05-05T10:00[Europe/Stockholm]"',
    '21:5 tests[1].stations: is missing; expected a block of names',
    '21:5 tests[1].expect: is missing; expected a list',
  ],
  'two-rule-files': [
    '1:1 rule_files: expected one rule file: a town has one',
    '2:1 tests: expected at least one',
  ],
}

function faultsOf(text: string): readonly string[] {
  const parsed = parseTestFile(text, { fileName: 'it', ruleFiles: files, pathOf: (name) => name })
  return parsed.kind === 'ok' ? [] : parsed.faults.map(line)
}

function line({ file, line, column, field, message }: Fault): string {
  return `${file === 'it' ? '' : `${file} `}${line}:${column} ${field}: ${message}`
}

describe('every fault of a file of rule tests is told at once, with its place and the fix', () => {
  test.each(Object.entries(FAULTS))('%s', (name, faults) => {
    expect(faultsOf(readFileSync(new URL(`${name}.yaml`, folder), 'utf8'))).toEqual(faults)
  })

  test('and each of these files has its faults written down', () => {
    const names = readdirSync(folder).map((name) => name.replace('.yaml', ''))
    expect(Object.keys(FAULTS).toSorted()).toEqual(names.toSorted())
  })
})

test('a test file says which rule files it needs, those of its edits as well, whatever else is wrong', () => {
  const text = `
rule_files: [a.yaml, 7]
tests:
  - { name: 3, events: [{ at: 1h, rules_edited: { file: b.yaml } }, { rules_edited: { file: a.yaml } }, 5] }
  - nothing
`
  expect(ruleFilesIn(text)).toEqual(['a.yaml', 'b.yaml'])
})
