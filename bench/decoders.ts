/**
 * Our own decoders: how many frames of each maker a second they read, and how many answers of a network
 * server's codec are read by the same profile's fields. Frames are of our own making, by the makers' tables.
 *
 *     node bench/decoders.ts [--seconds 1]
 */
import { parseArgs } from 'node:util'
import { readReady } from '#src/ingest/profiles/decode-frame.ts'
import { READY_PROFILES, type ReadyProfileName } from '#src/ingest/profiles/ready-profiles.ts'
import { median } from './median.ts'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '1' } } })
const forMs = Number(values.seconds) * 1000
const ROUNDS = 5
const BATCH = 1000

interface Sample {
  readonly profile: ReadyProfileName
  readonly hex: string
  readonly fPort: number
  /** The same as the maker's codec tells it. */
  readonly fields: object
}

const SAMPLES: readonly Sample[] = [
  {
    profile: 'milesight/em400',
    hex: '017563036701010482b004050000',
    fPort: 85,
    fields: { battery: 99, temperature: 25.7, distance: 1200, position: 'normal' },
  },
  {
    profile: 'dingtek/df702',
    hex: '800001011104b000140000000000070081',
    fPort: 3,
    fields: { level: '1200 mm', temperature: '20 ℃', angle: '0 °', battery: false, fire: false },
  },
  {
    profile: 'decentlab/dl-mbx',
    hex: '02012f000304b0000f0bb1',
    fPort: 1,
    fields: {
      distance: { value: 1200, unit: 'mm' },
      number_of_valid_samples: { value: 15 },
      battery_voltage: { value: 2.993, unit: 'V' },
    },
  },
  {
    profile: 'elsys/elt-ultrasonic',
    hex: '0100dd022b070e2e0e04b0',
    fPort: 5,
    fields: { temperature: 22.1, humidity: 43, vdd: 3630, distance: 1200 },
  },
  {
    profile: 'netvox/r718x',
    hex: '013401240104b00107320a',
    fPort: 6,
    fields: { Distance: 1200, FillLevel: 50, Volt: 3.6, Temp: 26.3, AngleOfInclination: 10 },
  },
  {
    profile: 'adnexo/ax-dist',
    hex: 'b004dc008a0c',
    fPort: 100,
    fields: { distance: 120, temperature: 22, batteryVoltage: 3.21 },
  },
  {
    profile: 'sensoneo/single-sensor',
    hex: 'ffff220778563412013c3e3c3a6e140003',
    fPort: 1,
    fields: { sonar0: 120, sonar1: 124, sonar2: 120, sonar3: 116, voltage: 3600, temperature: 20 },
  },
]

/** The median of several rounds; each result is looked at, so that none is optimised away. */
function perSecond(read: () => { readonly kind: string }): number {
  const figures: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    let done = 0
    const start = performance.now()
    while (performance.now() - start < forMs / ROUNDS) {
      for (let i = 0; i < BATCH; i++) {
        if (read().kind !== 'measured') throw new Error('a sample could not be read')
      }
      done += BATCH
    }
    figures.push((done * 1000) / (performance.now() - start))
  }
  return median(figures)
}

const cell = (figure: number) => Math.round(figure).toLocaleString('en').padStart(14)

console.log(`${'reads a second by'.padEnd(24)} ${'bytes'.padStart(14)} ${'fields'.padStart(14)}`)
for (const { profile, hex, fPort, fields } of SAMPLES) {
  const ready = READY_PROFILES[profile]
  const { decode } = ready
  if (!decode) throw new Error(`${profile} has no decoder`)
  const bytes = Uint8Array.fromHex(hex)
  const byBytes = perSecond(() => decode(bytes, fPort))
  const byFields = perSecond(() => readReady(fields, ready))
  console.log(`${profile.padEnd(24)} ${cell(byBytes)} ${cell(byFields)}`)
}
