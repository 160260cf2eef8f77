/** From what a sensor measured of late to the distance that is called empty, or full. Pure. */
import type { DeviceId } from './ids.ts'
import type { Reading } from './reading.ts'
import type { Geometry } from './station.ts'

export type Calibration =
  | {
      readonly kind: 'measured'
      /** Plumb, as a container's measures are. */
      readonly distanceMm: number
      readonly readings: number
    }
  | { readonly kind: 'unmeasured'; readonly why: string }

const MOST_READINGS = 3
/** Further apart, and the container was emptied or filled in between: what came before isn't "now". */
const AGREE_WITHIN_MM = 100

/**
 * The middle of the device's latest distances, of three at most, as far back as they agree with the
 * newest. `readings` are those of the container that are young enough, oldest first. A distance from
 * beyond the floor counts: where the floor is set too high, every true one is.
 */
export function calibrationOf(
  readings: readonly Reading[],
  deviceId: DeviceId,
  geometry: Geometry,
): Calibration {
  const own = readings.filter((r) => r.deviceId === deviceId && saysSomething(r)).toReversed()
  const [newest] = own
  if (!newest) {
    return {
      kind: 'unmeasured',
      why: `${deviceId} has measured nothing of late: wait for a reading, or let it send one`,
    }
  }
  if (newest.fault !== undefined && newest.fault !== 'beyond-floor') {
    return {
      kind: 'unmeasured',
      why: `the latest reading of ${deviceId} is a fault, ${newest.fault}`,
    }
  }
  const newestMm = distanceOf(newest)
  if (newestMm === undefined) {
    return {
      kind: 'unmeasured',
      why: `${deviceId} tells no distance; what it calls empty and full is set in the device`,
    }
  }
  const distances: number[] = []
  for (const reading of own) {
    const mm = distanceOf(reading)
    if (mm === undefined || Math.abs(mm - newestMm) > AGREE_WITHIN_MM) break
    if (distances.push(mm) === MOST_READINGS) break
  }
  const middle = distances.toSorted((a, b) => a - b)[distances.length >> 1]!
  return {
    kind: 'measured',
    distanceMm: Math.round(plumbMm(middle, geometry)),
    readings: distances.length,
  }
}

/** A message of the battery alone does not. */
function saysSomething({ fault, distanceMm, fillPercent }: Reading): boolean {
  return fault !== undefined || distanceMm !== undefined || fillPercent !== undefined
}

function distanceOf({ fault, distanceMm }: Reading): number | undefined {
  if (fault !== undefined && fault !== 'beyond-floor') return undefined
  return distanceMm !== undefined && distanceMm > 0 ? distanceMm : undefined
}

/** What the sensor says times the cosine of its tilt, less its mounting offset; as levels are made. */
function plumbMm(distanceMm: number, { tiltDeg, mountingOffsetMm }: Geometry): number {
  const upright = tiltDeg === undefined ? 1 : Math.cos((tiltDeg * Math.PI) / 180)
  return distanceMm * upright - (mountingOffsetMm ?? 0)
}
