/** The shape of a `town.yaml`, before it is asked whether it makes sense. */
import { z } from 'zod'

import { CHANNEL_KEYS, channelsShape } from './channel-shape.ts'
import { DIRECT_KEYS, smsShape, staffAlertsShape } from './direct-shape.ts'
import { FIELD_MAP_KEYS, fieldMapShape } from './field-map-shape.ts'
import { FRACTIONS } from './fraction.ts'
import { parseDeviceId } from './ids.ts'
import { MAP_KEYS, mapShape } from './map-source.ts'
import { HOLIDAY_WAYS, NETWORK_SERVER_KINDS } from './station.ts'
import type { EmptyingDays } from './station.ts'
import {
  DAY,
  DEFAULT_TIME_ZONE,
  instant,
  MINUTE,
  parseDuration,
  parseInstant,
  WEEKDAYS,
} from './time.ts'
import type { EpochMs } from './time.ts'
import { areaName, line, stationName, webAddress } from './text-shapes.ts'

/** Since when a device sits on its container if nobody wrote a date. */
export const DEFAULT_SINCE: EpochMs = instant(Date.parse('2026-01-01T00:00:00Z'))

const FRACTION_IDS = FRACTIONS.map((f) => f.id)

// Messages finish the sentence "expected …".

const instantText = z.string()
const stalledAfter = z
  .string()
  .transform((text) => parseDuration(text) ?? Number.NaN)
  .refine((ms) => Number.isInteger(ms) && ms >= MINUTE && ms <= 30 * DAY, {
    error: 'a span from 1m to 30d, such as 2h',
  })
const deviceName = z.string().refine((text) => parseDeviceId(text) !== undefined, {
  error: 'a device id: a DevEUI of sixteen hex digits, or up to 64 of A-Z a-z 0-9 . _ : -',
})

const dayText = z.string().refine((text) => isDay(text), 'a day such as 2026-11-23')

const operatorShape = z.strictObject({
  name: line(80),
  url: webAddress.exactOptional(),
  feedbackUrl: webAddress.exactOptional(),
  email: z
    .string()
    .regex(
      /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/,
      'an e-mail address such as kontakt@example.se',
    )
    .max(254, 'at most 254 characters')
    .exactOptional(),
  phone: z
    .string()
    .regex(
      /^\+?\d[\d ()/-]{3,30}\d$/,
      'a phone number in quotes, such as "033-35 70 00" or "+46 33 35 70 00"',
    )
    .exactOptional(),
  reviewedAt: dayText.exactOptional(),
})
const containerTypeShape = z.strictObject({
  volumeLitres: z.number().positive('more than 0 litres'),
  emptyDistanceMm: z.number().positive('more than 0 mm, from the sensor to the floor'),
  fullDistanceMm: z.number().positive('more than 0 mm, from the sensor to the level called full'),
  deadZoneMm: z.number().nonnegative('0 mm or more'),
  mountingOffsetMm: z
    .number()
    .min(-2000, 'millimetres from -2000 to 2000, taken off each distance')
    .max(2000, 'millimetres from -2000 to 2000, taken off each distance')
    .exactOptional(),
  tiltDeg: z
    .number()
    .min(0, 'degrees from plumb, 0 to 60')
    .max(60, 'degrees from plumb, 0 to 60')
    .exactOptional(),
})
const jsonPath = z
  .string()
  .regex(
    /^[^\s.[\]]+(?:\[\d{1,4}\]|\.[^\s.[\]]+)*$/,
    'a path of keys and indexes, such as "data.devEui"',
  )
  .max(200, 'at most 200 characters')
const mappingShape = z.strictObject({
  device: jsonPath.exactOptional(),
  bytes: z.strictObject({ path: jsonPath, encoding: z.enum(['base64', 'hex']) }).exactOptional(),
  port: jsonPath.exactOptional(),
  counter: jsonPath.exactOptional(),
  at: z.strictObject({ path: jsonPath, unit: z.enum(['iso', 's', 'ms']) }).exactOptional(),
  fields: jsonPath.exactOptional(),
})
const networkServerShape = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,31}$/, 'a short name of a-z 0-9 . _ -, such as "tts"'),
  kind: z.enum(NETWORK_SERVER_KINDS),
  topic: z.string().refine(isTopicFilter, {
    error:
      'an MQTT topic filter, such as "application/+/device/+/event/up" ("+" fills a whole level, "#" only the last)',
  }),
  deviceLevel: z
    .int({ error: "which level of the topic, from 1, is the device's id" })
    .min(1, "which level of the topic, from 1, is the device's id")
    .max(50, 'a level from 1 to 50')
    .exactOptional(),
  mapping: mappingShape.exactOptional(),
})
const channelName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/,
    'which of the device\'s sensors, as its profile names it, such as "1"',
  )
const profileShape = z.strictObject({
  codec: z
    .string()
    .regex(
      /^codecs\/[A-Za-z0-9][A-Za-z0-9._-]{0,63}\.js$/,
      "a file in the town folder's codecs/, such as codecs/our-bin.js",
    )
    .exactOptional(),
  fields: fieldMapShape,
})
const deviceShape = z.strictObject({
  id: deviceName,
  profile: z.string(),
  channel: channelName.exactOptional(),
  since: instantText.optional(),
})
const pastDeviceShape = z.strictObject({
  id: deviceName,
  profile: z.string(),
  channel: channelName.exactOptional(),
  from: instantText,
  until: instantText.optional(),
  alongside: z.literal(true, { error: 'true, or left out' }).exactOptional(),
})
const containerShape = z.strictObject({
  id: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9-]{0,31}$/,
      'a name of a-z 0-9 and -, at most 32 characters, such as "paper-1"',
    ),
  fraction: z.enum(FRACTION_IDS),
  type: z.string(),
  device: deviceShape.optional(),
  devices: z.array(pastDeviceShape).optional(),
})
const emptyingDaysShape = z.strictObject({
  fractions: z.array(z.enum(FRACTION_IDS)).min(1, 'at least one fraction').exactOptional(),
  containers: z.array(z.string()).min(1, 'at least one name').exactOptional(),
  days: z.array(z.enum(WEEKDAYS)).min(1, 'at least one weekday').exactOptional(),
  weeks: z
    .union([z.enum(['all', 'odd', 'even']), z.int().min(2).max(52)], {
      error: 'all, odd, even, or a number for every so many weeks, 2 to 52',
    })
    .exactOptional(),
  from: dayText.exactOptional(),
  until: dayText.exactOptional(),
  except: z.array(dayText).exactOptional(),
  holidays: z.enum(['keep', ...HOLIDAY_WAYS]).exactOptional(),
  dates: z.array(dayText).min(1, 'at least one day').exactOptional(),
  hours: z
    .string()
    .refine((text) => parseHours(text) !== undefined, 'hours such as "06:00-14:00"')
    .exactOptional(),
})
export const serviceDaysShape = emptyingDaysShape.omit({ fractions: true, containers: true })
const areaShape = z.strictObject({ id: areaName, name: line(80) })
const stationShape = z.strictObject({
  id: stationName,
  name: line(80),
  address: line(120).optional(),
  area: areaName.optional(),
  lat: z.number(),
  lon: z.number(),
  containers: z.array(containerShape).min(1, 'at least one container'),
  plan: z.array(emptyingDaysShape).default([]),
})
export const townShape = z.strictObject({
  version: z.literal(1),
  municipality: z
    .string()
    .regex(/^\d{4}$/, 'the municipality code, four digits in quotes, such as "1490"'),
  name: line(80),
  timeZone: z.string().default(DEFAULT_TIME_ZONE),
  operator: operatorShape.optional(),
  stalledAfter: stalledAfter.optional(),
  map: mapShape.exactOptional(),
  containerTypes: z.record(
    z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9-]*$/,
        'a type name of A-Z a-z 0-9 and -, such as "crane-3000"',
      ),
    containerTypeShape,
  ),
  profiles: z
    .record(
      z
        .string()
        .regex(
          /^[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9._-]*$/,
          'a name of two parts, such as "our-town/bin-sensor"',
        ),
      profileShape,
    )
    .default({}),
  fractionColours: z
    .partialRecord(
      z.enum(FRACTION_IDS),
      z.string().regex(/^#[0-9a-fA-F]{6}$/, 'a colour such as "#0057b8"'),
    )
    .exactOptional(),
  networkServers: z.array(networkServerShape).default([]),
  channels: channelsShape.default({}),
  sms: smsShape.exactOptional(),
  staffAlerts: staffAlertsShape.exactOptional(),
  areas: z.array(areaShape).default([]),
  serviceDays: z.array(serviceDaysShape).default([]),
  stations: z.array(stationShape).min(1, 'at least one station'),
})
export type TownFile = z.output<typeof townShape>

/** Which keys are known where; `*` stands for a list index or a free name. */
export const KEYS_AT: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(townShape.shape),
  operator: Object.keys(operatorShape.shape),
  'containerTypes.*': Object.keys(containerTypeShape.shape),
  'profiles.*': Object.keys(profileShape.shape),
  ...Object.fromEntries(
    Object.entries(FIELD_MAP_KEYS).map(([at, keys]) => [
      at === '' ? 'profiles.*.fields' : `profiles.*.fields.${at}`,
      keys,
    ]),
  ),
  'networkServers.*': Object.keys(networkServerShape.shape),
  'networkServers.*.mapping': Object.keys(mappingShape.shape),
  'networkServers.*.mapping.bytes': ['path', 'encoding'],
  'networkServers.*.mapping.at': ['path', 'unit'],
  fractionColours: FRACTION_IDS,
  ...MAP_KEYS,
  ...CHANNEL_KEYS,
  ...DIRECT_KEYS,
  'serviceDays.*': Object.keys(serviceDaysShape.shape),
  'areas.*': Object.keys(areaShape.shape),
  'stations.*': Object.keys(stationShape.shape),
  'stations.*.plan.*': Object.keys(emptyingDaysShape.shape),
  'stations.*.containers.*': Object.keys(containerShape.shape),
  'stations.*.containers.*.device': Object.keys(deviceShape.shape),
  'stations.*.containers.*.devices.*': Object.keys(pastDeviceShape.shape),
}

function isTopicFilter(filter: string): boolean {
  if (filter === '' || filter.length > 500 || filter.includes('\u0000')) return false
  const levels = filter.split('/')
  return levels.every((level, i) => {
    if (level === '#') return i === levels.length - 1
    return level === '+' || !/[+#]/.test(level)
  })
}

/** The text of a time in the file. A day means its first moment by the town's clock. */
export function instantOf(written: string, zone: string): EpochMs | undefined {
  if (!DAY_TEXT.test(written)) return parseInstant(written)
  try {
    return instant(Temporal.PlainDate.from(written).toZonedDateTime(zone).epochMilliseconds)
  } catch {
    return undefined
  }
}

const DAY_TEXT = /^\d{4}-\d{2}-\d{2}$/

const HOURS = /^([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/

/** `06:00-14:00` in minutes after midnight; `22:00-04:00` ends on the day after. */
export function parseHours(text: string): EmptyingDays['hours'] {
  const match = HOURS.exec(text)
  if (!match) return undefined
  const fromMinute = Number(match[1]) * 60 + Number(match[2])
  const end = match[3] === undefined ? 24 * 60 : Number(match[3]) * 60 + Number(match[4])
  if (end === fromMinute) return undefined
  return { fromMinute, untilMinute: end > fromMinute ? end : end + 24 * 60 }
}

/** A day of the calendar: there is no 2026-02-30. */
export function isDay(text: string): boolean {
  return DAY_TEXT.test(text) && instantOf(text, 'UTC') !== undefined
}
