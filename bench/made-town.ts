/** A made-up town of any size, for measuring. */
import type { Fraction } from '#src/stations/fraction.ts'
import { containerIdOf, parseDeviceId, stationIdOf } from '#src/stations/ids.ts'
import type { Container, Station, Town } from '#src/stations/station.ts'
import { instant } from '#src/stations/time.ts'

/**
 * So many containers, at stations that have one box for each entry of `fractions`; the last station has
 * what is left. Stations stand about a kilometre apart. Device `dev-{container}` sits on each.
 */
export function madeTown(containers: number, fractions: readonly Fraction[]): Town {
  const stations: Station[] = []
  for (let s = 0; s * fractions.length < containers; s++) {
    const externalId = String(s + 1).padStart(5, '0')
    const id = stationIdOf('1490', externalId)!
    const here = fractions.slice(0, containers - s * fractions.length)
    stations.push({
      id,
      municipalityCode: '1490',
      externalId,
      name: `Station ${externalId}`,
      place: { lon: 12.9 + (s % 200) / 100, lat: 57 + Math.floor(s / 200) / 100 },
      containers: here.map((fraction, i): Container => {
        const name = `${fraction}-${i + 1}`
        return {
          id: containerIdOf(id, name)!,
          stationId: id,
          name,
          fraction,
          geometry: {
            emptyDistanceMm: 1650,
            fullDistanceMm: 300,
            deadZoneMm: 250,
            volumeLitres: 3000,
          },
        }
      }),
    })
  }
  const mountings = stations
    .flatMap((station) => station.containers)
    .map(({ id }) => ({
      deviceId: parseDeviceId(`dev-${id}`)!,
      containerId: id,
      from: instant(0),
    }))
  return {
    municipalityCode: '1490',
    name: 'Provstad',
    timeZone: 'Europe/Stockholm',
    stations,
    devices: mountings.map(({ deviceId }) => ({ id: deviceId, profile: 'native' })),
    mountings,
    networkServers: [],
    channels: {},
  }
}
