/** Where the sun stands. */
import type { Place } from './station.ts'
import { DAY, type EpochMs } from './time.ts'

const RAD = Math.PI / 180
/** Noon of 1 January 2000, from which the formulas count. */
const J2000 = Date.UTC(2000, 0, 1, 12)
/** The upper limb at the horizon, refraction included: what almanacs call sunset. */
const SUNSET_DEG = -0.833

/**
 * The sun's height above the horizon in degrees, to a hundredth or so in this century
 * (The Astronomical Almanac, page C5: low precision formulas for the Sun).
 */
export function sunElevationDeg(at: EpochMs, { lat, lon }: Place): number {
  const days = (at - J2000) / DAY
  const meanLongitude = 280.46 + 0.9856474 * days
  const anomaly = (357.528 + 0.9856003 * days) * RAD
  const longitude = (meanLongitude + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * RAD
  const obliquity = (23.439 - 0.0000004 * days) * RAD
  const rightAscension = Math.atan2(Math.cos(obliquity) * Math.sin(longitude), Math.cos(longitude))
  const declination = Math.asin(Math.sin(obliquity) * Math.sin(longitude))
  const siderealTime = (280.46062 + 360.98564737 * days) * RAD
  const hourAngle = siderealTime + lon * RAD - rightAscension
  const sine =
    Math.sin(lat * RAD) * Math.sin(declination) +
    Math.cos(lat * RAD) * Math.cos(declination) * Math.cos(hourAngle)
  return Math.asin(sine) / RAD
}

/** Whether the sun is down. */
export function isNight(at: EpochMs, place: Place): boolean {
  return sunElevationDeg(at, place) < SUNSET_DEG
}
