/**
 * A belief's state as bytes and back, exactly: what is decided after a restart is what would have been
 * decided without it. Costs and steps are kept as they are; instants, of which a hundred paths share a
 * handful, as a table and an index each. 1.3…1.7 kB after a year of real readings.
 */
import { startBelieving } from './believe.ts'
import type { BeliefState } from './believe.ts'
import { LEVELS, STATES } from './lattice.ts'
import { recall, USUAL_STAY_MS } from './phantoms.ts'

/** Raised with every change of what is kept; bytes of versions not read here are no state at all. */
const VERSION = 3
/** Without how long echoes stayed, which comes last. */
const WITHOUT_STAYS = 2

/** Numbers kept one by one, in this order. */
const SCALARS = [
  'readings',
  'lastAt',
  'cleanPercent',
  'inARow',
  'phantomShare',
  'outlierShare',
  'noisySince',
  'emptiedBefore',
  'cycles',
  'pickedUpAt',
  'tiltedAt',
  'rawPercent',
  'runPercent',
  'flatSince',
  'risenPercent',
  'risenMs',
] as const satisfies readonly (keyof BeliefState)[]

const LEARNED = [
  'excursions',
  'returned',
  'fillings',
  'leaps',
  'seen',
  'fadedAt',
  'lastPercent',
  'lastOnPhantom',
  'basePercent',
  'startedAt',
  'landed',
] as const satisfies readonly (keyof BeliefState['learner'])[]

const INSTANTS = ['lastPlainAt', 'resetAt', 'resetAfter', 'resetBefore'] as const
const STEPS = ['resetFrom', 'resetTo', 'plainSince'] as const

export function pack(state: BeliefState): Uint8Array {
  const writer = newWriter()
  const { lattice, learner } = state
  writer.byte(VERSION)
  writer.byte(lattice.best)
  writer.byte(state.nearFull ? 1 : 0)
  for (const name of SCALARS) writer.float(state[name])
  for (const length of state.cycleMs) writer.float(length)
  for (const name of LEARNED) writer.float(learner[name])
  for (const step of learner.landings) writer.byte(step)
  writer.sparse(learner.hits)
  writer.sparse(learner.echoes)
  writer.sparse(learner.since)
  for (const cost of lattice.paths.cost) writer.short(cost)
  for (const name of STEPS) for (const step of lattice.paths[name]) writer.byte(step)
  for (const name of INSTANTS) {
    writer.table(Float64Array.from(lattice.paths[name], (place) => lattice.instants[place]!))
  }
  writer.sparse(learner.stayedMs)
  return writer.bytes()
}

/** Undefined for bytes of another version or that were cut: the sensor is then learned anew. */
export function unpack(bytes: Uint8Array): BeliefState | undefined {
  const reader = newReader(bytes)
  const version = reader.byte()
  if (version !== VERSION && version !== WITHOUT_STAYS) return undefined
  const state = startBelieving()
  const { lattice, learner } = state
  lattice.best = reader.byte()
  state.nearFull = reader.byte() === 1
  for (const name of SCALARS) state[name] = reader.float()
  for (let i = 0; i < state.cycleMs.length; i++) state.cycleMs[i] = reader.float()
  for (const name of LEARNED) learner[name] = reader.float()
  for (let i = 0; i < learner.landings.length; i++) learner.landings[i] = reader.byte()
  reader.sparse(learner.hits)
  reader.sparse(learner.echoes)
  reader.sparse(learner.since)
  for (let s = 0; s < STATES; s++) lattice.paths.cost[s] = reader.short()
  for (const name of STEPS) for (let s = 0; s < STATES; s++) lattice.paths[name][s] = reader.byte()
  const places = new Map([[0, 0]])
  const placeOf = (instant: number): number => {
    const known = places.get(instant)
    if (known !== undefined) return known
    const place = lattice.instants.push(instant) - 1
    places.set(instant, place)
    return place
  }
  const instants = new Float64Array(STATES)
  for (const name of INSTANTS) {
    reader.table(instants)
    lattice.paths[name].set(Uint16Array.from(instants, placeOf))
  }
  if (version === VERSION) reader.sparse(learner.stayedMs)
  else learner.stayedMs.set(learner.hits.map((hits) => hits * USUAL_STAY_MS))
  if (!reader.atEnd() || lattice.best >= STATES) return undefined
  recall(learner)
  return state
}

interface Writer {
  byte(value: number): void
  short(value: number): void
  float(value: number): void
  /** Numbers of which most are 0: how many aren't, then place and value. */
  sparse(values: Float64Array): void
  /** Numbers of which many are the same: the different ones, then an index for each. */
  table(values: Float64Array): void
  bytes(): Uint8Array
}

/** The most that can come of it: every path with instants of its own, every level a landing. */
const MOST_BYTES = 8192

function newWriter(): Writer {
  const buffer = new Uint8Array(MOST_BYTES)
  const view = new DataView(buffer.buffer)
  let at = 0
  const byte = (value: number) => view.setUint8(at++, value)
  const float = (value: number) => {
    view.setFloat64(at, value)
    at += 8
  }
  return {
    byte,
    float,
    short: (value) => {
      view.setUint16(at, value)
      at += 2
    },
    sparse: (values) => {
      byte(values.reduce((count, value) => count + (value === 0 ? 0 : 1), 0))
      values.forEach((value, i) => {
        if (value === 0) return
        byte(i)
        float(value)
      })
    },
    table: (values) => {
      const different = [...new Set(values)]
      byte(different.length)
      for (const value of different) float(value)
      for (const value of values) byte(different.indexOf(value))
    },
    bytes: () => buffer.slice(0, at),
  }
}

interface Reader {
  byte(): number
  short(): number
  float(): number
  sparse(into: Float64Array): void
  table(into: Float64Array): void
  /** Whether all was read and nothing was missing. */
  atEnd(): boolean
}

function newReader(bytes: Uint8Array): Reader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  /** Past the end there are zeros, and `atEnd` says so. */
  const take = <T>(size: number, read: (from: number) => T, none: T): T => {
    const from = at
    at += size
    return at <= bytes.length ? read(from) : none
  }
  const byte = () => take(1, (from) => view.getUint8(from), 0)
  const float = () => take(8, (from) => view.getFloat64(from), 0)
  return {
    byte,
    float,
    short: () => take(2, (from) => view.getUint16(from), 0),
    sparse: (into) => {
      into.fill(0)
      for (let left = byte(); left > 0; left--) {
        const place = byte()
        const value = float()
        if (place < LEVELS) into[place] = value
      }
    },
    table: (into) => {
      const different = Array.from({ length: byte() }, float)
      for (let i = 0; i < into.length; i++) into[i] = different[byte()] ?? 0
    },
    atEnd: () => at === bytes.length,
  }
}
