/**
 * What the rules engine costs. See --help for what is measured; every measurement runs in a process of
 * its own, and what is shown is the median of the repetitions in CPU time.
 */
import { parseArgs } from 'node:util'

import { median } from './median.ts'
import type { CallsTold } from './rules/measure-calls.ts'
import type { DayTask, DayTold } from './rules/measure-day.ts'
import type { MonthTask, MonthTold } from './rules/measure-month.ts'
import { measure } from './rules/measure.ts'
import { EIGHT_RULES } from './rules/rule-books.ts'
import type { DayOptions } from './rules/towns-day.ts'

const HELP = `node bench/rules.ts [--full] [--repeat 3] [--rules FILE] [--only day|month]

A reading's cost by the size of the town, in microseconds. Each container speaks every ten minutes, each
has a plan and a forecast, and the account may say as much of each container in every town. Measured
from 05 to 10, with the end of the quiet hours in it.
  memory     each container looked up, its reading put down and its state handed over; nothing judged.
             What this grows by is the machine's memory, not the engine
  quiet      the engine, no container near a line
  changing   the engine, every tenth reading crosses a line
  grew       against the smallest town; of the engine, what remains when memory's share is taken off
  calls      of the engine's own functions, a reading, when changing: counted, so that nothing of the
             machine is in it
A month of the demo town, sixty stations' worth, replayed from memory: the engine, and beside it one that
asks every rule of everything each quarter of an hour and says and explains nothing.

  --full     towns of 100 to 100,000 containers instead of 100 to 10,000 (some ten minutes)
  --repeat   how often each measurement is made
  --rules    another rule file than the specification's eight
  --only     one of the two parts
`

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    repeat: { type: 'string', default: '3' },
    rules: { type: 'string', default: EIGHT_RULES },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(HELP)
  process.exit(0)
}

const SIZES = values.full ? [100, 1000, 10_000, 100_000] : [100, 1000, 10_000]
const AT_LEAST = 150_000
const KINDS = ['memory', 'quiet', 'changing'] as const
/** Beyond what memory costs, a reading in the largest town may cost so much more than in the smallest. */
const FLAT = 1.5
const FLAT_CALLS = 1.1
const TOWN_MONTH_MS = 3000
const STATION_MONTH_MS = 300

const rulesPath = values.rules
const repeat = Number(values.repeat)
const goals: string[] = []

if (values.only !== 'month') await showDays()
if (values.only !== 'day') await showMonth()
console.log(`\nGoals\n${goals.join('\n')}`)

async function showDays(): Promise<void> {
  const rows: Record<string, Record<string, number>> = {}
  let smallest: Record<(typeof KINDS)[number], DayTold> | undefined
  let fewestCalls: number | undefined
  for (const containers of SIZES) {
    const told = {
      memory: await measureDay(containers, 'memory'),
      quiet: await measureDay(containers, 'quiet'),
      changing: await measureDay(containers, 'changing'),
    }
    smallest ??= told
    const { callsPerReading } = await measureCalls(containers)
    fewestCalls ??= callsPerReading
    const grown = (kind: 'quiet' | 'changing') =>
      beyondMemory(told, kind) / beyondMemory(smallest!, kind)
    rows[`${containers.toLocaleString('en')} containers`] = {
      'memory µs': rounded(told.memory.cpuUsPerReading, 2),
      'quiet µs': rounded(told.quiet.cpuUsPerReading, 2),
      'changing µs': rounded(told.changing.cpuUsPerReading, 2),
      'memory grew': rounded(told.memory.cpuUsPerReading / smallest.memory.cpuUsPerReading, 2),
      'quiet grew': rounded(grown('quiet'), 2),
      'changing grew': rounded(grown('changing'), 2),
      calls: rounded(callsPerReading, 0),
      'slowest 100, ms': rounded(told.changing.slowestBatchMs, 1),
      'decisions/reading': rounded(told.changing.decisionsPerReading, 3),
      'posts/container day': rounded(told.changing.postsPerContainerDay, 2),
    }
    if (containers !== SIZES.at(-1)) continue
    const fromTo = `from ${SIZES[0]} to ${containers}`
    tellGoal(`calls grew ${fromTo}`, callsPerReading / fewestCalls, FLAT_CALLS)
    for (const kind of ['quiet', 'changing'] as const) {
      tellGoal(`beyond memory, ${kind} grew ${fromTo}`, grown(kind), FLAT)
    }
  }
  console.table(rows)
}

function beyondMemory(
  told: Readonly<Record<(typeof KINDS)[number], DayTold>>,
  kind: 'quiet' | 'changing',
): number {
  return told[kind].cpuUsPerReading - told.memory.cpuUsPerReading
}

async function measureDay(containers: number, what: DayTask['what']): Promise<DayTold> {
  const told: DayTold[] = []
  for (let i = 0; i < repeat; i++) {
    const task: DayTask = { containers, what, rulesPath, atLeast: AT_LEAST }
    told.push(await measure<DayTold>('measure-day.ts', task))
  }
  return {
    ...told[0]!,
    cpuUsPerReading: median(told.map((t) => t.cpuUsPerReading)),
    slowestBatchMs: median(told.map((t) => t.slowestBatchMs)),
  }
}

function measureCalls(containers: number): Promise<CallsTold> {
  const task: DayOptions = { containers, what: 'changing', rulesPath }
  return measure<CallsTold>('measure-calls.ts', task)
}

async function showMonth(): Promise<void> {
  const task: MonthTask = { rulesPath, repeat }
  const told = await measure<MonthTold>('measure-month.ts', task)
  const records = Object.values(told.records).reduce((sum, n) => sum + n, 0)
  const kinds = Object.entries(told.records).map(([kind, n]) => `${n} ${kind}`)
  console.log(`\nA month, ${told.stations} stations, ${records} records: ${kinds.join(', ')}`)
  console.log(`${told.decisions} decisions, ${told.posts} posts, digest ${told.digest}`)
  console.table({
    'whole town': { 'CPU ms': rounded(told.townMs, 0) },
    'whole town, naive': { 'CPU ms': rounded(told.naiveMs, 0) },
    'largest station, code cold': { 'CPU ms': rounded(told.firstStationMs, 0) },
    'largest station': { 'CPU ms': rounded(told.stationMs.largest, 0) },
    'middle station': { 'CPU ms': rounded(told.stationMs.median, 0) },
  })
  tellGoal(`ms for the month, ${records} records`, told.townMs, TOWN_MONTH_MS)
  tellGoal('ms for the largest station, code cold', told.firstStationMs, STATION_MONTH_MS)
}

function tellGoal(what: string, value: number, atMost: number): void {
  const met = value <= atMost ? 'met    ' : 'NOT met'
  goals.push(`  ${met} ${what}: ${rounded(value, 2)} (at most ${atMost})`)
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
