/** From what a device measured to how full the container is. Pure. */
import type { Fault, Measurement, ReadingFlag } from '#src/stations/reading.ts'
import type { Geometry } from '#src/stations/station.ts'

/** Either a level or a fault; neither for a message that says nothing of the fill. */
export interface Level {
  /** 0…100 */
  readonly fillPercent?: number
  readonly fault?: Fault
  readonly flag?: ReadingFlag
}

/** How far beyond the floor an echo may come from and still mean an empty container. */
const FLOOR_TOLERANCE = 0.1
const LOWEST_PERCENT = -2
const HIGHEST_PERCENT = 103

/**
 * The level a measurement stands for. The device's own fault comes first, then tilt (while it leans
 * or the lid stands open it looks elsewhere), then distance, which we trust over a percentage that
 * was computed with settings we don't know.
 */
export function levelOf(measured: Measurement, geometry: Geometry | undefined): Level {
  if (measured.fault) return { fault: measured.fault }
  if (measured.tilted === true) return { fault: 'tilted' }
  if (measured.distanceMm !== undefined) {
    const level = fromDistance(measured.distanceMm, geometry)
    if (level) return level
  }
  if (measured.heightMm !== undefined && geometry) return fromHeight(measured.heightMm, geometry)
  return measured.fillPercent === undefined ? {} : fromPercent(measured.fillPercent)
}

/**
 * `100 · (empty − d) / (empty − full)`, to a tenth of a per cent, clamped. `d` is the plumb distance:
 * what the sensor says times the cosine of its tilt, less its mounting offset.
 *
 * - Zero is how ultrasonic sensors say that nothing came back: `no-echo`, never full.
 * - Shorter than the dead zone or than the full line: full, flagged `near-full`. Within the dead zone
 *   the number itself means nothing, but something stands right under the sensor.
 * - Beyond the floor by up to a tenth of its distance: empty, flagged `clamped`; further: a fault.
 *
 * Undefined where there is no geometry to measure by and the distance is no fault in itself.
 */
function fromDistance(distanceMm: number, geometry: Geometry | undefined): Level | undefined {
  if (!(distanceMm >= 0)) return { fault: 'sensor-error' }
  if (distanceMm === 0) return { fault: 'no-echo' }
  if (!geometry) return undefined
  const { emptyDistanceMm, fullDistanceMm, deadZoneMm } = geometry
  const plumbMm = plumb(distanceMm, geometry)
  if (plumbMm > emptyDistanceMm * (1 + FLOOR_TOLERANCE)) return { fault: 'beyond-floor' }
  if (distanceMm < deadZoneMm || plumbMm < fullDistanceMm) {
    return { fillPercent: 100, flag: 'near-full' }
  }
  if (plumbMm > emptyDistanceMm) return { fillPercent: 0, flag: 'clamped' }
  const percent = (100 * (emptyDistanceMm - plumbMm)) / (emptyDistanceMm - fullDistanceMm)
  return Number.isFinite(percent) ? { fillPercent: toTenths(percent) } : undefined
}

/** The dead zone is the sensor's own and is judged by its own distance, never by this one. */
function plumb(distanceMm: number, { mountingOffsetMm, tiltDeg }: Geometry): number {
  const upright = tiltDeg === undefined ? 1 : Math.cos((tiltDeg * Math.PI) / 180)
  // To a micrometre, so that the cosine's last digit moves nothing over the floor.
  return Math.round((distanceMm * upright - (mountingOffsetMm ?? 0)) * 1000) / 1000
}

/** A height of the waste over the floor, against the height that is called full. */
function fromHeight(heightMm: number, { emptyDistanceMm, fullDistanceMm }: Geometry): Level {
  if (!(heightMm >= 0)) return { fault: 'sensor-error' }
  const percent = (100 * heightMm) / (emptyDistanceMm - fullDistanceMm)
  // Over the full line it may well reach; not through the lid.
  if (!(heightMm <= emptyDistanceMm)) return { fault: 'out-of-range' }
  if (percent > 100) return { fillPercent: 100, flag: 'near-full' }
  return Number.isFinite(percent) ? { fillPercent: toTenths(percent) } : {}
}

function toTenths(percent: number): number {
  return Math.min(100, Math.max(0, Math.round(percent * 10) / 10))
}

/** −2…103 is taken for 0…100 with a device's own rounding; anything else is no level. */
function fromPercent(percent: number): Level {
  if (percent >= 0 && percent <= 100) return { fillPercent: percent }
  if (!(percent >= LOWEST_PERCENT && percent <= HIGHEST_PERCENT)) return { fault: 'out-of-range' }
  return { fillPercent: percent < 0 ? 0 : 100, flag: 'clamped' }
}
