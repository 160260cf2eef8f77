/**
 * A month of the demo town as the journal would hold it, sixty stations' worth: the simulator's messages
 * taken in and believed as in service, and what people and systems told beside them. Seeded; nothing here
 * is measured.
 */
import { readFileSync } from 'node:fs'

import { receive } from '#src/ingest/receive.ts'
import type { Emptying } from '#src/quality/contract.ts'
import type { JournalRecord } from '#src/rules/record.ts'
import { startBelievers } from '#src/store/believing.ts'
import { rememberRepeats } from '#src/store/repeats.ts'
import { containerIdOf, parseAreaId, parseDeviceId, stationIdOf } from '#src/stations/ids.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import type { Station, Town } from '#src/stations/station.ts'
import { instant } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { parseTownFile } from '#src/stations/town-file.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { DEFAULT_FAULTS } from '#simulator/faults.ts'
import { simulateTown } from '#simulator/simulate.ts'
import type { SimEvent } from '#simulator/simulate.ts'
import { toldBeside } from './told.ts'
import type { Told } from './told.ts'

export const MONTH_START = instant(Date.parse('2026-04-30T22:00:00Z'))
export const MONTH_END = instant(Date.parse('2026-05-31T22:00:00Z'))
const SEED = 1
const STATIONS = 60
const AREAS = ['norr', 'mitt', 'soder'] as const

export interface Month {
  readonly town: Town
  readonly records: readonly JournalRecord[]
}

/** Whatever comes in, before it has a place in the journal. */
export type Coming =
  { readonly at: EpochMs; readonly message: Extract<SimEvent, { kind: 'message' }> } | Told

export function makeMonth(stations: number = STATIONS): Month {
  const { town, coming } = comingInMonth(stations)
  return { town, records: [...journalOf(town, coming)] }
}

/** In the order of time. */
export function comingInMonth(stations: number = STATIONS): {
  readonly town: Town
  readonly coming: readonly Coming[]
} {
  const town = demoTown(stations)
  const events = [
    ...simulateTown({
      town,
      seed: SEED,
      start: MONTH_START,
      until: MONTH_END,
      faults: DEFAULT_FAULTS,
    }),
  ]
  const coming: Coming[] = [
    ...events.flatMap((event) =>
      event.kind === 'message' ? { at: event.at, message: event } : [],
    ),
    ...toldBeside(town, MONTH_START, events),
  ]
  return { town, coming: coming.sort((a, b) => a.at - b.at) }
}

/** Gives each its place, as the one writer does: repeats out, levels believed, emptyings seen. */
function* journalOf(town: Town, coming: readonly Coming[]): Generator<JournalRecord> {
  const index = indexTown(town)
  const repeats = rememberRepeats()
  const believing = startBelievers()
  let seq = 0
  for (const one of coming) {
    const { at } = one
    if ('record' in one) {
      const { record } = one
      if (record.type === 'emptied') believing.hear(record.containerId, record.emptiedAt, record.by)
      yield { ...record, seq: ++seq, at }
      continue
    }
    const { topic, payload } = one.message
    const entry = receive(topic, payload, { town: index, receivedAt: at, maybeRepeat: false })
    if (entry.kind !== 'uplink') continue
    const { deviceId, fingerprint, readings } = entry
    if (repeats.seenOrRemember(deviceId, fingerprint, at)) continue
    for (const reading of readings) {
      const { containerId, measuredAt, fault } = reading
      if (containerId === undefined) continue
      seq++
      const { fillPercent, emptied } = believing.judge(reading, containerId, seq, index)
      if (reading.flags.includes('replayed')) continue
      yield {
        type: 'reading',
        seq,
        at,
        containerId,
        deviceId,
        measuredAt,
        ...(fillPercent !== undefined && { fillPercent }),
        ...(fault !== undefined && { fault }),
      }
      if (emptied) yield emptiedRecord(emptied, containerId, seq, at)
    }
  }
}

function emptiedRecord(
  { after, before, confidence }: Emptying,
  containerId: ContainerId,
  seq: number,
  at: EpochMs,
): JournalRecord {
  const times = { emptiedAt: before, notBefore: after }
  return { type: 'emptied', seq, at, containerId, ...times, by: 'sensor', confidence }
}

/** So many stations of the demo town, the first of them once more under other numbers if need be, in three areas. */
function demoTown(count: number): Town {
  const path = new URL('../../towns/boras/town.yaml', import.meta.url)
  const parsed = parseTownFile(readFileSync(path, 'utf8'), 'town.yaml')
  if (parsed.kind === 'faulty') throw new Error(JSON.stringify(parsed.faults))
  const { town } = parsed
  const own = town.stations.slice(0, count)
  const copies = own.slice(0, Math.max(0, count - own.length)).map(copyOf)
  const areas = AREAS.map((name) => ({ id: parseAreaId(name)!, name }))
  const stations = [...own, ...copies.map(({ station }) => station)]
  const newIds = new Map(copies.flatMap(({ ids }) => [...ids]))
  const ownIds = new Set(own.flatMap(({ containers }) => containers).map(({ id }) => id))
  const mounted = town.mountings.filter(({ containerId }) => ownIds.has(containerId))
  const copied = mounted.filter(({ containerId }) => newIds.has(containerId))
  const deviceOf = (id: string) => parseDeviceId(id.replace(/^(024b56|kv)/, '$1ff'))!
  return {
    ...town,
    areas,
    stations: stations.map((station, i) => ({ ...station, areaId: areas[i % areas.length]!.id })),
    devices: [
      ...town.devices,
      ...copied.map(({ deviceId }) => ({
        ...town.devices.find(({ id }) => id === deviceId)!,
        id: deviceOf(deviceId),
      })),
    ],
    mountings: [
      ...mounted,
      ...copied.map((mounting) => ({
        ...mounting,
        deviceId: deviceOf(mounting.deviceId),
        containerId: newIds.get(mounting.containerId)!,
      })),
    ],
  }
}

function copyOf(station: Station): {
  readonly station: Station
  readonly ids: ReadonlyMap<ContainerId, ContainerId>
} {
  const { municipalityCode, place } = station
  const externalId = `9${station.externalId}`
  const id = stationIdOf(municipalityCode, externalId)!
  const ids = new Map(station.containers.map((c) => [c.id, containerIdOf(id, c.name)!]))
  const containers = station.containers.map((c) => ({ ...c, id: ids.get(c.id)!, stationId: id }))
  const there = { lon: place.lon + 0.01, lat: place.lat }
  return { station: { ...station, id, externalId, place: there, containers }, ids }
}
