/**
 * What keeping a reading costs: the store's hot insert alone, the journal over a store that keeps
 * nothing, and both together with 800 entries outstanding (8 connections of 100 in flight).
 *
 *   node bench/store.ts [--dir FOLDER] [--devices 10000] [--readings 400000] [--rounds 3]
 *
 * Cases run by turns; the median of the rounds is shown. CPU is that of the whole process, making the
 * entries included.
 */
import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Effects } from '#src/rules/decision.ts'
import type { Engine } from '#src/rules/contract.ts'
import { type EpochMs, instant } from '#src/stations/time.ts'
import type { JournalTx, NewReading, Store } from '#src/store/contract.ts'
import type { JournalEntry, UplinkEntry } from '#src/store/journal.ts'
import { openJournal } from '#src/store/open-journal.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { madeTown } from './made-town.ts'
import { median } from './median.ts'

const { values: asked } = parseArgs({
  options: {
    dir: { type: 'string', default: tmpdir() },
    devices: { type: 'string', default: '10000' },
    readings: { type: 'string', default: '400000' },
    rounds: { type: 'string', default: '3' },
  },
})
const DEVICES = Number(asked.devices)
const READINGS = Number(asked.readings)
const ROUNDS = Number(asked.rounds)
const OUTSTANDING = 800

const TMPFS = 0x01021994
if (statfsSync(asked.dir).type === TMPFS) {
  console.warn(`${asked.dir} is in memory; the figures say nothing of a disk (use --dir)`)
}

interface Figure {
  readonly readings: number
  readonly commits: number
  readonly wallMs: number
  readonly cpuUs: number
}

const town = madeTown(DEVICES, ['paper', 'plastic', 'metal', 'clear-glass'])
const CASES: Readonly<Record<string, () => Promise<Figure>>> = {
  'keepReadings, 800 in a commit': () => inFolder(keepReadingsAlone),
  'journal over a store of nothing': () => journalWith(storeOfNothing()),
  'journal and store, 800 outstanding': () =>
    inFolder(async (path) => {
      const store = await openSqliteStore(path)
      await store.saveTown(town, instant(Date.now()))
      return journalWith(store)
    }),
}

const figures = new Map<string, Figure[]>(Object.keys(CASES).map((name) => [name, []]))
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, run] of Object.entries(CASES)) figures.get(name)!.push(await run())
}
console.table(
  [...figures].map(([name, rounds]) => ({
    case: name,
    'readings/s': Math.round(median(rounds.map((f) => (f.readings / f.wallMs) * 1000))),
    'CPU µs/reading': Number(median(rounds.map((f) => f.cpuUs / f.readings)).toFixed(2)),
    'readings/commit': Math.round(median(rounds.map((f) => f.readings / f.commits))),
  })),
)
const rss = Math.round(process.memoryUsage().rss / 2 ** 20)
console.log(`${DEVICES} devices, ${READINGS} readings, ${ROUNDS} rounds; RSS at the end ${rss} MB`)

async function keepReadingsAlone(path: string): Promise<Figure> {
  await using store = await openSqliteStore(path)
  await store.saveTown(town, instant(Date.now()))
  let seq = 0
  let commits = 0
  const start = instant(Date.now())
  const measured = measure()
  while (seq < READINGS) {
    const batch: NewReading[] = []
    const at = (start + commits++) as EpochMs
    for (let i = 0; i < OUTSTANDING && seq < READINGS; i++) {
      const { readings, fingerprint } = uplink(seq, at)
      batch.push({ seq: ++seq, reading: readings[0]!, fingerprint, counter: seq })
    }
    await store.journal((tx) => tx.keepReadings(batch))
  }
  return { readings: READINGS, commits, ...measured() }
}

async function journalWith(store: Store): Promise<Figure> {
  await using journal = await openJournal({
    store,
    town,
    makeEngine: idleEngine,
    wordPost: () => ({ sv: '', en: '', fi: '' }),
    deliveriesFor: () => [],
    clock: now,
    onFault: (what, error) => console.error(what, error),
  })
  let commits = 0
  journal.onCommitted(() => commits++)
  let appended = 0
  let settled = 0
  const done = Promise.withResolvers<void>()
  const next = (): void => {
    if (appended < READINGS) journal.append(uplink(appended++, now()), answered)
  }
  const answered = (): void => {
    settled++
    next()
    if (settled === READINGS) done.resolve()
  }
  const measured = measure()
  for (let i = 0; i < OUTSTANDING; i++) next()
  await done.promise
  const figure = { readings: READINGS, commits, ...measured() }
  await store[Symbol.asyncDispose]()
  return figure
}

function now(): EpochMs {
  return Date.now() as EpochMs
}

/** What a device with a counter of its own and no time of its own brings about. */
function uplink(i: number, at: EpochMs): UplinkEntry & JournalEntry {
  const device = town.devices[i % DEVICES]!
  const fillPercent = (i % 1000) / 10
  return {
    kind: 'uplink',
    deviceId: device.id,
    receivedAt: at,
    counter: i,
    fingerprint: (i * 2654435761 + 97) % Number.MAX_SAFE_INTEGER,
    tellsRepeats: true,
    readings: [
      {
        deviceId: device.id,
        n: 0,
        containerId: town.mountings[i % DEVICES]!.containerId,
        measuredAt: at,
        receivedAt: at,
        fillPercent,
        distanceMm: 1650 - fillPercent * 13.5,
        batteryPercent: 97,
        temperatureC: 4.5,
        flags: [],
      },
    ],
  }
}

function idleEngine(): Engine {
  const nothing: Effects = {
    decisions: [],
    posts: [],
    withdrawn: [],
    containers: [],
    state: new Map(),
  }
  return {
    apply: () => ({ kind: 'now' }),
    advance: () => {},
    nextDue: () => undefined,
    takeEffects: () => nothing,
    replaceTown: () => {},
    status: (containerId) => ({ containerId, word: 'unknown' }),
    plans: () => ({}),
    standing: () => [],
  }
}

/** Says "kept" and keeps nothing; only what the journal itself asks for is there. */
function storeOfNothing(): Store {
  const tx: JournalTx = {
    keepReadings: async (readings) => readings.map(() => 'kept'),
    renumbered: () => undefined,
    keepTold: async () => undefined,
    keepVersions: async () => undefined,
    keepEvents: async () => {},
    keepRejected: async () => {},
    keepBeliefs: async () => {},
    isUnderWay: async () => false,
    voicesBefore: async () => [],
    keepEffects: async () => [],
  }
  const known: Pick<
    Store,
    'journal' | 'journalPosition' | 'recentUplinks' | 'beliefs' | 'readingsToJudge' | 'emptyings'
  > &
    AsyncDisposable = {
    journal: (work) => work(tx),
    journalPosition: async () => ({ seq: 0, at: instant(0), containers: [], state: new Map() }),
    recentUplinks: async () => [],
    beliefs: async () => [],
    readingsToJudge: async () => [],
    emptyings: async () => [],
    [Symbol.asyncDispose]: async () => {},
  }
  return known as Store
}

async function inFolder(work: (path: string) => Promise<Figure>): Promise<Figure> {
  const folder = mkdtempSync(join(asked.dir, 'kvitter-bench-'))
  try {
    return await work(join(folder, 'kvitter.db'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function measure(): () => Pick<Figure, 'wallMs' | 'cpuUs'> {
  const startedAt = performance.now()
  const cpu = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(cpu)
    return { wallMs: performance.now() - startedAt, cpuUs: user + system }
  }
}
