/**
 * Writes `town.yaml` beside itself: the 51 real stations of Borås with containers drawn from what
 * Swedish stations have on average, and devices of three makes. Seeded: the same data give the same
 * bytes. Run `node towns/boras/make-town.ts` with the two data files in `../shared/data`; the file it
 * writes is kept in the repository, so nobody has to.
 */
import { readFileSync, writeFileSync } from 'node:fs'

import { z } from 'zod'

import { randomFrom } from '#simulator/random.ts'
import { FRACTIONS } from '#src/stations/fraction.ts'
import type { Fraction } from '#src/stations/fraction.ts'

const SEED = 1490
const DATA = new URL('../../../shared/data/', import.meta.url)

const geojson = z.object({
  features: z.array(
    z.object({
      geometry: z.object({ coordinates: z.tuple([z.number(), z.number()]) }),
      properties: z.object({
        externalAvsId: z.string(),
        municipalityCode: z.literal('1490'),
        name: z.string(),
        streetAddress: z.string(),
      }),
    }),
  ),
})
/** Container counts in the order of the national service types 1–8. */
const templates = z.object({
  templates: z.array(
    z.object({ containers: z.array(z.int()).length(FRACTIONS.length), stations: z.int() }),
  ),
})

/**
 * Boxes: volume, sensor to floor, sensor to the level called full, dead zone. Sizes of Swedish
 * station boxes are not published; 2.5–5 m³ for what a crane empties and 1.5–3 m³ for glass are
 * assumptions. The ultrasonic sensors meant here cannot see nearer than 250 mm.
 */
const TYPES = {
  'crane-2500': [2500, 1500, 300, 250],
  'crane-3000': [3000, 1650, 300, 250],
  'crane-4000': [4000, 1850, 320, 250],
  'crane-5000': [5000, 2100, 340, 250],
  'glass-1500': [1500, 1250, 280, 250],
  'glass-2000': [2000, 1400, 280, 250],
  'glass-3000': [3000, 1650, 300, 250],
  'metal-2000': [2000, 1400, 280, 250],
  'textile-2000': [2000, 1700, 300, 250],
  'battery-60': [60, 620, 260, 250],
} as const
type TypeName = keyof typeof TYPES

/** Which boxes a fraction is collected in, and how often each. */
const BOXES: Record<Fraction, readonly (readonly [TypeName, number])[]> = {
  paper: [
    ['crane-2500', 1],
    ['crane-3000', 4],
    ['crane-4000', 2],
    ['crane-5000', 2],
  ],
  plastic: [
    ['crane-2500', 1],
    ['crane-3000', 4],
    ['crane-4000', 2],
    ['crane-5000', 2],
  ],
  metal: [
    ['metal-2000', 3],
    ['crane-3000', 1],
  ],
  'clear-glass': [
    ['glass-1500', 1],
    ['glass-2000', 2],
    ['glass-3000', 3],
  ],
  'coloured-glass': [
    ['glass-1500', 1],
    ['glass-2000', 2],
    ['glass-3000', 3],
  ],
  newspapers: [
    ['crane-2500', 2],
    ['crane-3000', 3],
    ['crane-4000', 1],
  ],
  batteries: [['battery-60', 1]],
  textiles: [['textile-2000', 1]],
}

/** Norrby, where the return bike rides, and the parts about it; by the names and positions of their stations. */
const AREAS: readonly { readonly id: string; readonly name: string; readonly stations: string }[] =
  [
    { id: 'norrby', name: 'Norrby', stations: '048' },
    { id: 'byttorp', name: 'Byttorp', stations: '007 008' },
    { id: 'hestra', name: 'Hestra', stations: '032 033' },
    { id: 'gota', name: 'Göta och Regementsstaden', stations: '029 050' },
    { id: 'centrum', name: 'Centrum', stations: '010 011 012 013 014 015' },
    { id: 'knalleland', name: 'Knalleland', stations: '041 042' },
    { id: 'hassleholmen', name: 'Hässleholmen', stations: '036 037 038' },
  ]

const HEADER = `# The recycling stations of Borås, for the demo.
# Names, numbers, addresses and positions are the real ones: Avfallshubben (the national hub), through
# civictechsweden/oppna-atervinningsdata as of 2026-08-20, CC0. Which containers stand where is not
# published for Borås: they are drawn from the mixes of all Swedish stations (same source, CC0), sizes
# are assumed, and the devices are invented. Written by make-town.ts; better edit that one.
`

/** The text of `town.yaml` from the two data files' contents. */
export function makeTown(places: unknown, mixesOfSweden: unknown): string {
  const stations = geojson
    .parse(places)
    .features.map((f) => ({
      id: f.properties.externalAvsId,
      name: f.properties.name.replace(/ Åvc$/, ' ÅVC'),
      address: f.properties.streetAddress,
      lon: f.geometry.coordinates[0],
      lat: f.geometry.coordinates[1],
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  const mixes = templates
    .parse(mixesOfSweden)
    .templates.filter((t) => t.containers.reduce((sum, n) => sum + n, 0) >= 2)

  const lines = [...head()]
  let serial = 0
  for (const station of stations) {
    const random = randomFrom(SEED, `town/${station.id}`)
    const mix = random.pick(mixes.map((m) => [m, m.stations]))
    lines.push(`  - id: "${station.id}"`)
    lines.push(`    name: ${JSON.stringify(station.name)}`)
    lines.push(`    address: ${JSON.stringify(station.address)}`)
    const area = AREAS.find((a) => a.stations.split(' ').includes(station.id))
    if (area) lines.push(`    area: ${area.id}`)
    lines.push(`    lat: ${station.lat}`, `    lon: ${station.lon}`, '    containers:')
    for (const [i, fraction] of FRACTIONS.entries()) {
      // Boxes of one fraction at one station are of one size.
      const type = random.pick(BOXES[fraction.id])
      for (let n = 1; n <= mix.containers[i]!; n++) {
        serial += 1
        const name = `${fraction.id}-${n}`
        const box = `id: ${name}, fraction: ${fraction.id}, type: ${type}`
        lines.push(`      - { ${box}${deviceOf(station.id, name, serial)} }`)
      }
    }
  }
  return `${lines.join('\n')}\n`
}

function* head(): Generator<string> {
  yield HEADER.trimEnd()
  yield* ['version: 1', 'municipality: "1490"', 'name: Borås', 'timeZone: Europe/Stockholm', '']
  yield* ['# Millimetres from the sensor under the lid.', 'containerTypes:']
  for (const [name, [volume, empty, full, dead]] of Object.entries(TYPES)) {
    yield `  ${name}: { volumeLitres: ${volume}, emptyDistanceMm: ${empty}, fullDistanceMm: ${full}, deadZoneMm: ${dead} }`
  }
  yield* ['', '# When the return bike runs; what it takes is in returnbike.yaml.', 'serviceDays:']
  yield '  - { days: [Tue, Thu], hours: "10:00-15:00", holidays: skip }'
  yield* ['', 'networkServers:']
  yield '  - { id: tts, kind: tts-v3, topic: "v3/+/devices/+/up" }'
  yield '  - { id: chirpstack, kind: chirpstack-v4, topic: "application/+/device/+/event/up" }'
  yield* ['', 'areas:']
  for (const { id, name } of AREAS) yield `  - { id: ${id}, name: ${name} }`
  yield* ['', 'stations:']
}

/**
 * A DevEUI of ours: `02` is a locally administered prefix, so it is nobody's, and `4b56` spells KV.
 */
function devEui(serial: number): string {
  return `024b5600${(0x1490_0000 + serial).toString(16)}`
}

/** One in twenty has no device, so that "unknown" is seen; the others are of three makes. */
function deviceOf(stationId: string, container: string, serial: number): string {
  const random = randomFrom(SEED, `device/${stationId}/${container}`)
  if (random.next() < 0.05) return ''
  const make = random.pick([
    ['native', 1],
    ['milesight/em400', 1],
    ['milesight/em310-udl', 1],
  ])
  const id = make === 'native' ? `kv-${stationId}-${container}` : devEui(serial)
  return `, device: { id: "${id}", profile: ${make} }`
}

if (import.meta.main) {
  const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, DATA), 'utf8'))
  const text = makeTown(read('boras_avs.geojson'), read('station_templates.json'))
  writeFileSync(new URL('town.yaml', import.meta.url), text)
}
