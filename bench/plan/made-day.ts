/** Made-up days of the return bike, in a town of eight kilometres across; the same seed, the same day. */
import { randomFrom } from '#simulator/random.ts'
import type { Bike, DropOff, Pickup, Problem } from '#src/pickups/planning/problem.ts'
import { instant } from '#src/stations/time.ts'

const HOUR_S = 3600
const STREAMS = ['bulky', 'wood', 'metal', 'electronics', 'cardboard', 'textiles'] as const

export interface DayShape {
  readonly pickups: number
  readonly bikes: number
  /** When the shift ends; four in the afternoon. */
  readonly untilHour?: number
}

export function madeDay(seed: number, { pickups, bikes, untilHour = 16 }: DayShape): Problem {
  const random = randomFrom(seed, 'made-day')
  const points: (readonly [number, number])[] = [[0, 0]]
  const place = (radiusM: number): number => {
    const angle = 2 * Math.PI * random.next()
    const far = radiusM * Math.sqrt(random.next())
    return points.push([far * Math.cos(angle), far * Math.sin(angle)]) - 1
  }
  const centre = (x: number, y: number, index: number): DropOff => ({
    id: `centre-${index}`,
    place: points.push([x, y]) - 1,
    opens: [{ fromS: 8 * HOUR_S, untilS: 18 * HOUR_S }],
    serviceS: 480,
    takes: STREAMS.map((stream) => ({ stream })),
  })
  const station = (index: number): DropOff => ({
    id: `station-${index}`,
    place: place(3200),
    opens: [{ fromS: 0, untilS: 24 * HOUR_S }],
    serviceS: 240,
    takes: ['cardboard', 'textiles', ...(random.next() < 0.5 ? ['metal'] : [])].map((stream) => ({
      stream,
      roomL: Math.round((random.next() < 0.3 ? 100 : 1200) * (0.3 + random.next())),
      fillsLPerHour: Math.round(20 * random.next()),
    })),
  })
  const dropOffs = [
    centre(3300, -1500, 0),
    centre(-2500, 2300, 1),
    ...Array.from({ length: 6 }, (_, i) => station(i)),
  ]
  const pickup = (index: number): Pickup => {
    const hours = random.pick([
      [2, 50],
      [4, 30],
      [9, 20],
    ])
    const fromHour = 8 + random.below(10 - hours)
    const litres = Math.round(80 + 500 * random.next() ** 2)
    const stream = random.pick([
      ['bulky', 30],
      ['wood', 12],
      ['metal', 13],
      ['electronics', 7],
      ['cardboard', 20],
      ['textiles', 18],
    ])
    const withCardboard = stream !== 'electronics' && random.next() < 0.25
    return {
      id: `p${index}`,
      place: place(4000),
      windows: [{ fromS: fromHour * HOUR_S, untilS: (fromHour + hours) * HOUR_S }],
      serviceS: 240 + random.below(360),
      loads: withCardboard
        ? [
            { stream, litres: litres / 2 },
            { stream: 'cardboard', litres: litres / 2 },
          ]
        : [{ stream, litres }],
      massKg: Math.round(litres * (0.08 + 0.12 * random.next())),
      longestCm: 60 + random.below(120),
      classes: [stream === 'electronics' ? 'hazardous' : 'ordinary'],
      priority: random.pick([
        [0, 70],
        [1, 15],
        [2, 15],
      ]),
    }
  }
  const asked = Array.from({ length: pickups }, (_, i) => pickup(i))
  const bike = (index: number): Bike => ({
    id: `bike-${index}`,
    startPlace: 0,
    endPlace: 0,
    shift: { fromS: 8 * HOUR_S, untilS: untilHour * HOUR_S },
    breaks: [{ fromS: 11 * HOUR_S, untilS: 13 * HOUR_S, durationS: 1800 }],
    volumeL: 1200,
    massKg: 180,
    longestCm: 200,
    rangeM: 80_000,
  })
  const size = points.length
  const metres = new Float64Array(size * size)
  for (const [i, [x, y]] of points.entries()) {
    for (const [j, [u, v]] of points.entries())
      metres[i * size + j] = 1.35 * Math.hypot(x - u, y - v)
  }
  const emptyS = metres.map((m) => (m === 0 ? 0 : Math.round(m / (15 / 3.6)) + 20))
  return {
    startsAt: instant(0),
    travel: { size, emptyS, loadedS: emptyS, metres },
    bikes: Array.from({ length: bikes }, (_, i) => bike(i)),
    pickups: asked,
    dropOffs,
    apart: [['hazardous', 'ordinary']],
  }
}
