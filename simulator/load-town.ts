/** A town that fits a load run: as many containers as devices, eight to a station. */
import { FRACTIONS } from '#src/stations/fraction.ts'

import { MAX_LOAD_DEVICES, loadDeviceId } from './load-message.ts'

const HEADER = `# A made-up town for load runs: one container for each of the devices load-000001 and on.
version: 1
municipality: "0000"
name: Lastköping
containerTypes:
  box: { volumeLitres: 3000, emptyDistanceMm: 1650, fullDistanceMm: 300, deadZoneMm: 250 }
stations:
`

/** The text of its `town.yaml`. */
export function loadTown(devices: number): string {
  if (!Number.isInteger(devices) || devices < 1 || devices > MAX_LOAD_DEVICES) {
    throw new RangeError(`devices: expected 1…${MAX_LOAD_DEVICES}, found ${devices}`)
  }
  const lines: string[] = []
  const stations = Math.ceil(devices / FRACTIONS.length)
  const side = Math.ceil(Math.sqrt(stations))
  for (let s = 0; s < stations; s++) {
    const lat = 57.5 + (0.4 * Math.floor(s / side)) / side
    const lon = 12.7 + (0.6 * (s % side)) / side
    lines.push(
      `  - id: "L${String(s + 1).padStart(6, '0')}"`,
      `    name: Station ${s + 1}`,
      `    lat: ${lat.toFixed(5)}`,
      `    lon: ${lon.toFixed(5)}`,
      '    containers:',
    )
    for (const [f, { id }] of FRACTIONS.entries()) {
      const device = s * FRACTIONS.length + f
      if (device >= devices) break
      lines.push(
        `      - { id: ${id}-1, fraction: ${id}, type: box, device: { id: ${loadDeviceId(device)}, profile: native } }`,
      )
    }
  }
  return `${HEADER}${lines.join('\n')}\n`
}
