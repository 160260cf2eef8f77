/** Readers for the published instances; all in whole numbers as their conventions want it (see the README beside them). */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TimeWindows, VrpInstance } from '#src/pickups/planning/vrp/instance.ts'

/** `nint`: legs rounded. `trunc1`: legs cut to a tenth, here in tenths. `hierarchical-double`: as they are. */
export type Convention = 'nint' | 'trunc1' | 'hierarchical-double'

export interface BestKnown {
  readonly name: string
  readonly class: string
  readonly type: string
  readonly file: string
  readonly distance: number
  readonly vehicles: number
  readonly convention: Convention
  readonly hierarchical?: { readonly vehicles: number; readonly distance: number }
}

export interface Instance extends VrpInstance {
  /** Units of the instance in one of the best known distance. */
  readonly scale: number
}

/** Undefined where the folder isn't there. */
export function readBestKnown(folder: string): BestKnown[] | undefined {
  const file = join(folder, 'bks.json')
  if (!existsSync(file)) return undefined
  const byName = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Omit<BestKnown, 'name'>>
  return Object.entries(byName).map(([name, told]) => ({ name, ...told }))
}

export function readInstance(file: string, convention: Convention): Instance {
  return file.endsWith('.vrp')
    ? readCvrp(readFileSync(file, 'utf8'))
    : readSolomon(readFileSync(file, 'utf8'), convention)
}

type Point = readonly [number, number]

function readSolomon(text: string, convention: Convention): Instance {
  const rows = text.split(/\r?\n/).map((line) => line.trim().split(/\s+/))
  const fleetAt = rows.findIndex(([word]) => word === 'NUMBER') + 1
  const [vehicles, capacity] = rows[fleetAt]!.map(Number)
  const stops = rows
    .filter((row) => row.length === 7 && /^\d+$/.test(row[0]!))
    .map((row) => row.map(Number))
  const scale = convention === 'trunc1' ? 10 : 1
  const column = (at: number, by = 1): Float64Array => Float64Array.from(stops, (s) => s[at]! * by)
  const windows: TimeWindows = {
    earliest: column(4, scale),
    latest: column(5, scale),
    service: column(6, scale),
  }
  return {
    customers: stops.length - 1,
    capacity: capacity!,
    maxRoutes: vehicles!,
    distance: distances(
      stops.map((s) => [s[1]!, s[2]!]),
      convention,
    ),
    demand: column(3),
    windows,
    scale,
  }
}

function readCvrp(text: string): Instance {
  const section = (from: string, to: string): number[][] =>
    text
      .slice(text.indexOf(from) + from.length, text.indexOf(to))
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number))
  const points = section('NODE_COORD_SECTION', 'DEMAND_SECTION').map(([, x, y]): Point => [x!, y!])
  const capacity = Number(/^CAPACITY\s*:\s*(\d+)/m.exec(text)?.[1])
  return {
    customers: points.length - 1,
    capacity,
    maxRoutes: points.length - 1,
    distance: distances(points, 'nint'),
    demand: Float64Array.from(section('DEMAND_SECTION', 'DEPOT_SECTION'), ([, demand]) => demand!),
    scale: 1,
  }
}

function distances(points: readonly Point[], convention: Convention): Float64Array {
  const table = new Float64Array(points.length ** 2)
  for (const [i, [x, y]] of points.entries()) {
    for (const [j, [u, v]] of points.entries()) {
      const straight = Math.hypot(x - u, y - v)
      table[i * points.length + j] =
        convention === 'nint'
          ? Math.floor(straight + 0.5)
          : convention === 'trunc1'
            ? Math.floor(straight * 10 + 1e-9)
            : straight
    }
  }
  return table
}
