/** Which way one place lies from another. */
import type { Place } from './station.ts'

const RAD = Math.PI / 180

/** Clockwise from north in degrees, 0 … 360, along the great circle that sets out here. */
export function bearingDeg(from: Place, to: Place): number {
  const [lat1, lat2] = [from.lat * RAD, to.lat * RAD]
  const dLon = (to.lon - from.lon) * RAD
  const y = Math.sin(dLon) * Math.cos(lat2)
  const x = Math.cos(lat1) * Math.sin(lat2) - Math.sin(lat1) * Math.cos(lat2) * Math.cos(dLon)
  return (((Math.atan2(y, x) / RAD) % 360) + 360) % 360
}

/** Which of the eight points of the compass is nearest: 0 is north, 2 east. */
export function compassPoint(bearing: number): number {
  return Math.round(bearing / 45) % 8
}
