/** The shape of a `returnbike.yaml`. Messages finish the sentence "expected …". */
import { z } from 'zod'
import { BOOKING_LANGUAGES, WASTE_KINDS } from './return-bike.ts'
import { areaName, line } from './text-shapes.ts'
import { HOUR, MINUTE, parseDuration, WEEKDAYS } from './time.ts'
import { parseHours, serviceDaysShape } from './town-shape.ts'
import { isWebAddress } from './web-address.ts'

const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'a name of a-z 0-9 and -, at most 32 characters')
const inLanguages = (max: number) =>
  z.strictObject({
    sv: line(max),
    en: line(max),
    fi: line(max),
    ar: line(max).exactOptional(),
    so: line(max).exactOptional(),
  })
const whole = (min: number, max: number, unit: string) => {
  const error = `a whole number of ${unit} from ${min} to ${max}`
  return z.int({ error }).min(min, error).max(max, error)
}
const amount = (max: number, unit: string) => {
  const error = `more than 0 and at most ${max} ${unit}`
  return z.number({ error }).positive(error).max(max, error)
}
const span = (min: number, max: number, error: string) =>
  z
    .string({ error })
    .transform((text) => parseDuration(text) ?? Number.NaN)
    .refine((ms) => Number.isInteger(ms) && ms >= min && ms <= max, { error })
const clockTime = z
  .string({ error: 'a time such as "15:00", in quotes' })
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as "15:00", in quotes')
const hours = z.string().refine((text) => (parseHours(text)?.untilMinute ?? Infinity) <= 24 * 60, {
  error: 'hours of one day such as "10:00-12:30"',
})
const lat = z.number({ error: 'degrees north, such as 57.72' })
const lon = z.number({ error: 'degrees east, such as 12.92' })

const deadline = z.strictObject({ workingDays: whole(0, 20, 'working days'), at: clockTime })
const slot = z.strictObject({
  id,
  hours,
  days: z.array(z.enum(WEEKDAYS)).min(1, 'at least one weekday').exactOptional(),
  bookings: whole(1, 500, 'bookings'),
  litres: amount(100_000, 'litres'),
  kg: amount(20_000, 'kg'),
})
const item = z.strictObject({
  id,
  name: inLanguages(60),
  litres: amount(5000, 'litres').exactOptional(),
  kg: amount(500, 'kg').exactOptional(),
  longestCm: amount(1000, 'cm').exactOptional(),
  waste: z.enum(WASTE_KINDS).exactOptional(),
  reusable: z.boolean().exactOptional(),
  most: whole(1, 100, 'pieces').exactOptional(),
  refused: z.strictObject({ because: inLanguages(160), instead: inLanguages(160) }).exactOptional(),
})
const district = z.strictObject({
  area: areaName,
  outline: z.array(z.tuple([lon, lat])).min(3, 'at least three points [lon, lat]'),
})
const bike = z.strictObject({
  id,
  name: line(40),
  litres: amount(5000, 'litres'),
  kg: amount(500, 'kg'),
  longestCm: amount(1000, 'cm'),
  rangeKm: amount(300, 'km'),
  speedKmh: amount(45, 'km/h'),
  home: z.strictObject({ lat, lon }).exactOptional(),
  shift: z
    .strictObject({
      hours,
      days: z.array(z.enum(WEEKDAYS)).min(1, 'at least one weekday').exactOptional(),
    })
    .exactOptional(),
  break: z.strictObject({ hours, minutes: whole(5, 180, 'minutes') }).exactOptional(),
})
const dropOff = z.strictObject({
  id,
  name: line(80),
  lat,
  lon,
  takes: z.array(z.enum(WASTE_KINDS)),
  reuse: z.boolean().default(false),
  station: z.string({ error: 'the id of a station, such as 1490-064' }).exactOptional(),
  open: z.array(serviceDaysShape).min(1, 'at least one entry').exactOptional(),
})
const loans = z.strictObject({
  things: z
    .array(z.strictObject({ id, name: inLanguages(60), onServiceDays: z.boolean().default(true) }))
    .min(1, 'at least one thing'),
  mostDays: whole(1, 30, 'days').default(3),
  opensDays: whole(1, 365, 'days').default(60),
  backBy: clockTime.default('18:00'),
})

const SERVICE = 'an http or https address without a password, such as http://127.0.0.1:5000'
const service = z
  .string({ error: SERVICE })
  .refine((text) => isWebAddress(text) && !/[?#]/.test(text), { error: SERVICE })
  .transform((text) => text.replace(/\/+$/, ''))
const travel = z.strictObject({
  cityPack: z
    .string()
    .regex(
      /^(?!.*\.\.)[A-Za-z0-9_-][A-Za-z0-9_./-]{0,100}\.citypack$/,
      'the name of a city pack in the town’s folder, such as town.citypack',
    )
    .exactOptional(),
  osrm: service.exactOptional(),
  profile: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,32}$/, 'the name of a profile of OSRM’s, such as bike')
    .exactOptional(),
  valhalla: service.exactOptional(),
  detour: z
    .number({ error: 'how many times as long as the straight line, from 1 to 3' })
    .min(1, 'how many times as long as the straight line, from 1 to 3')
    .max(3, 'how many times as long as the straight line, from 1 to 3')
    .exactOptional(),
  heights: z
    .array(
      z
        .string()
        .regex(
          /^(?!.*\.\.)([A-Za-z0-9_-][A-Za-z0-9_./-]{0,80}\/)?[NS]\d{2}[EW]\d{3}\.hgt$/,
          'the name of a tile in the town’s folder, such as N57E012.hgt',
        ),
    )
    .min(1, 'at least one tile')
    .max(9, 'at most nine tiles')
    .exactOptional(),
})

/** Defaults are those of Swedish municipalities' fetching of bulky waste (docs/RETURN-BIKE.md). */
export const returnBikeShape = z.strictObject({
  version: z.literal(1),
  slots: z.array(slot).min(1, 'at least one slot'),
  items: z.array(item).min(1, 'at least one item'),
  unreviewed: z.array(z.enum(BOOKING_LANGUAGES)).default([]),
  limits: z
    .strictObject({
      itemsPerErrand: whole(1, 100, 'pieces').default(6),
      litresPerErrand: amount(20_000, 'litres').default(1000),
      kgPerItem: amount(100, 'kg').default(25),
      household: z
        .strictObject({
          errands: whole(1, 100, 'errands').default(2),
          days: whole(1, 365, 'days').default(30),
        })
        .prefault({}),
    })
    .prefault({}),
  opensDays: whole(1, 365, 'days').default(42),
  closes: deadline.default({ workingDays: 1, at: '15:00' }),
  change: deadline.default({ workingDays: 1, at: '15:00' }),
  cancel: deadline.default({ workingDays: 0, at: '08:00' }),
  hold: span(MINUTE, HOUR, 'a span from 1m to 1h, such as 10m').default(10 * MINUTE),
  offer: span(HOUR, 96 * HOUR, 'a span from 1h to 96h, such as 24h').default(24 * HOUR),
  remind: z
    .strictObject({
      daysBefore: z
        .array(whole(1, 14, 'days'))
        .max(5, 'at most five')
        .default([3, 1]),
      at: clockTime.default('10:00'),
    })
    .prefault({}),
  districts: z.array(district).min(1, 'at least one district').exactOptional(),
  bikes: z.array(bike).min(1, 'at least one bike'),
  dropOffs: z.array(dropOff).min(1, 'at least one drop-off'),
  apart: z
    .array(z.tuple([z.string(), z.string()], { error: 'two kinds of waste or items' }))
    .max(15, 'at most 15 pairs')
    .exactOptional(),
  travel: travel.exactOptional(),
  planner: z.strictObject({ vroom: service }).exactOptional(),
  loans: loans.exactOptional(),
  privacy: z
    .strictObject({
      eraseAfterDays: whole(1, 400, 'days').default(30),
      noteDays: whole(0, 30, 'days').default(1),
      callBackDays: whole(1, 60, 'days').default(7),
      accessLogDays: whole(1, 3650, 'days').default(365),
    })
    .prefault({}),
  addresses: z
    .string()
    .regex(
      /^(?!.*\.\.)[A-Za-z0-9_-][A-Za-z0-9_./-]{0,100}\.csv$/,
      'the name of a CSV file in the town’s folder, such as addresses.csv',
    )
    .exactOptional(),
})
export type ReturnBikeFile = z.output<typeof returnBikeShape>
