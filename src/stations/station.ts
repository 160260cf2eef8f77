/** A town's stations, the containers that stand there, and the devices that watch them. */
import type { FieldMap, JsonPath } from './field-map.ts'
import type { Fraction, Language } from './fraction.ts'
import type { AreaId, ContainerId, DeviceId, StationId } from './ids.ts'
import type { EpochMs, Weekday } from './time.ts'

/** WGS 84 degrees. */
export interface Place {
  readonly lon: number
  readonly lat: number
}

/**
 * What the sensor under the lid can see of a container, in millimetres from the sensor.
 * `emptyDistanceMm` is to the floor, `fullDistanceMm` to the level that is called full, never less
 * than the dead zone, below which an echo says nothing.
 */
export interface Geometry {
  readonly emptyDistanceMm: number
  readonly fullDistanceMm: number
  readonly deadZoneMm: number
  readonly volumeLitres: number
  /** How far the sensor sits above the plane that the distances are told from; taken off each distance. */
  readonly mountingOffsetMm?: number
  /** How far from plumb the sensor looks, in degrees; a slanted distance is longer than the plumb one. */
  readonly tiltDeg?: number
}

export interface Container {
  readonly id: ContainerId
  readonly stationId: StationId
  /** Its name at the station, `paper-1`. */
  readonly name: string
  readonly fraction: Fraction
  readonly geometry: Geometry
}

/** What becomes of a day's emptying on a public holiday; without a word it is made as on other days. */
export const HOLIDAY_WAYS = ['skip', 'before', 'after'] as const

/** Days on which containers of a station are to be emptied, and between which hours. Days are text, `2026-12-24`. */
export interface EmptyingDays {
  /** Whose: of these fractions, or these by their names at the station; with neither, all that stand there. */
  readonly fractions?: readonly Fraction[]
  readonly containers?: readonly string[]
  /** Monday first; either these or `dates`. */
  readonly weekdays?: readonly Weekday[]
  /** Of the odd or even weeks (ISO 8601), or every so many weeks from that of `from`; every week without. */
  readonly weeks?: 'odd' | 'even' | number
  /** The first day and the last one that count. */
  readonly from?: string
  readonly until?: string
  readonly except?: readonly string[]
  /** `before`, `after`: moved to the nearest day that is no holiday, Saturday or Sunday. */
  readonly holidays?: (typeof HOLIDAY_WAYS)[number]
  readonly dates?: readonly string[]
  /** By the clock on the wall, in minutes after midnight, more than 1440 on the day after; the whole day without. */
  readonly hours?: { readonly fromMinute: number; readonly untilMinute: number }
}

/** When the return bike runs, by the same days, holidays and hours as emptyings. */
export type ServiceDays = Omit<EmptyingDays, 'fractions' | 'containers'>

export interface Station {
  readonly id: StationId
  /** Four digits, text. */
  readonly municipalityCode: string
  /** The town's own number for it, text: `064`. */
  readonly externalId: string
  readonly name: string
  readonly address?: string
  /** The part of the town that it stands in, where the town is divided. */
  readonly areaId?: AreaId
  readonly place: Place
  readonly containers: readonly Container[]
  /** When they are to be emptied; absent where the town's file doesn't say. */
  readonly plan?: readonly EmptyingDays[]
}

/** A part of the town. */
export interface Area {
  readonly id: AreaId
  readonly name: string
}

/** A profile of the town's own: what its codec's fields, or the network server's, mean. */
export interface TownProfile {
  readonly name: string
  /** A LoRa Alliance TS013 codec in the town's folder; without one, what the network server decoded is read. */
  readonly codec?: { readonly file: string; readonly source: string }
  readonly fields: FieldMap
}

/** How a device's payload is understood. `native` is Kvitter's own JSON. */
export const DEVICE_PROFILES = [
  'native',
  'milesight/em310-udl',
  'milesight/em400',
  'milesight/em400-mud',
  'milesight/em400-udl',
  'milesight/em400-tld',
  'milesight/em410-rdl',
  'milesight/em411-rdl',
  'milesight/em500-udl',
  'milesight/ws201',
  'dingtek/df702',
  'dingtek/df703',
  'dingtek/df701',
  'dingtek/dc410',
  'dingtek/dc413',
  'dingtek/df530',
  'dingtek/df555',
  'dingtek/df200',
  'dingtek/df400',
  'dingtek/do200',
  'dingtek/do201',
  'decentlab/dl-mbx',
  'decentlab/dl-lid',
  'elsys/elt-2',
  'elsys/elt-ultrasonic',
  'elsys/elt-2-radar',
  'netvox/r718x',
  'netvox/r718pe',
  'netvox/r718pa22',
  'dragino/ldds75',
  'dragino/ldds20',
  'smartends/brighterbins',
  'adnexo/ax-dist',
  'sensoneo/single-sensor',
] as const
export type DeviceProfile = (typeof DEVICE_PROFILES)[number]

export interface Device {
  readonly id: DeviceId
  /** One of `DEVICE_PROFILES` or of the town's own. */
  readonly profile: string
}

/** The period during which a device sits on a container. Swapping devices keeps the container's history. */
export interface Mounting {
  readonly deviceId: DeviceId
  readonly containerId: ContainerId
  /** Which of the device's sensors, where it watches several containers. */
  readonly channel?: string
  /** It sits there beside the container's chief device, and their levels are combined. */
  readonly alongside?: true
  readonly from: EpochMs
  /** Absent while it still sits there. */
  readonly until?: EpochMs
}

/** The formats in which uplinks come. `json` is any JSON, by a mapping. */
export const NETWORK_SERVER_KINDS = [
  'tts-v3',
  'chirpstack-v4',
  'chirpstack-v3',
  'thingpark',
  'milesight-gateway',
  'milesight-nbiot',
  'loriot',
  'senml',
  'aws',
  'json',
] as const
export type NetworkServerKind = (typeof NETWORK_SERVER_KINDS)[number]

/** Where plain JSON has what every uplink has. */
export interface JsonMapping {
  /** The device's id; absent where the topic has it. */
  readonly device?: JsonPath
  /** The payload's bytes, where it brings them. */
  readonly bytes?: { readonly path: JsonPath; readonly encoding: 'base64' | 'hex' }
  readonly port?: JsonPath
  readonly counter?: JsonPath
  readonly at?: { readonly path: JsonPath; readonly unit: 'iso' | 's' | 'ms' }
  /** The object that the device's profile reads; absent: the whole message. */
  readonly fields?: JsonPath
}

/** A network server that publishes uplinks for many devices, and under which user name it logs in. */
export interface NetworkServer {
  readonly id: string
  readonly kind: NetworkServerKind
  /** Topic filter it publishes under, e.g. `application/+/device/+/event/up`. */
  readonly topic: string
  /** Which level of the topic, from 1, is the device's id; the body must agree where it names one. */
  readonly deviceLevel?: number
  /** For the kind `json`. */
  readonly mapping?: JsonMapping
}

/** An account of the town's on a channel. One of these stations and areas only, where it names any. */
export interface Account {
  /** Its name there; no two on a channel have the same. */
  readonly account: string
  readonly language: Language
  readonly stations?: readonly StationId[]
  readonly areas?: readonly AreaId[]
}

/** An account on a platform that bounds how much it may say. */
export interface BoundAccount extends Account {
  /** What the platform grants, where that is other than it usually is; half of it is used. */
  readonly postsPerHour?: number
}

export interface XAccount extends BoundAccount {
  /** What it may cost in a month, in US dollars, X's currency; absent: no bound of ours. */
  readonly monthlyBudget?: number
  readonly appKeyEnv: string
  readonly appSecretEnv: string
  readonly accessTokenEnv: string
  readonly accessSecretEnv: string
}

export interface MastodonAccount extends BoundAccount {
  /** `https://mastodon.example`. */
  readonly server: string
  readonly accessTokenEnv: string
  /** Whether its posts are in public timelines. Unlisted, unless it is for the whole town. */
  readonly visibility?: 'public' | 'unlisted'
  /** Whether posts of a station go with a picture of its state; they do unless it says false. */
  readonly pictures?: boolean
}

export interface BlueskyAccount extends BoundAccount {
  /** `https://bsky.social`, or the account's own server. */
  readonly service: string
  readonly appPasswordEnv: string
  /** Whether posts of a station go with a picture of its state; they do unless it says false. */
  readonly pictures?: boolean
}

/** A system that is told of posts; `account` is the town's name for it. */
export interface WebhookAccount extends Account {
  readonly url: string
  readonly secretEnv: string
}

/** The town's own actors on the fediverse; `account` is the town's name there, before the @. */
export interface ActivityPubAccount extends Omit<Account, 'stations' | 'areas'> {
  /** Whether posts of a station go with a picture of its state; they do unless it says false. */
  readonly pictures?: boolean
}

/** The one account of each way to residents who asked to be told: they are what tells deliveries apart. */
export const SUBSCRIBERS = 'subscribers'

/** Mail to residents who asked for it. */
export interface EmailAccount {
  readonly account: typeof SUBSCRIBERS
  /** The sender's address, and the name that mail programs show for it. */
  readonly from: string
  readonly name: string
  readonly replyTo?: string
  readonly smtpUrlEnv: string
}

/** Notifications by browsers (Web Push) to residents who asked for them. */
export interface PushAccount {
  readonly account: typeof SUBSCRIBERS
  /** Where push services reach whoever runs this (RFC 8292 § 2.1). */
  readonly contact: string
}

/** Where a town's words go. Secrets are named by environment variable, never written here. */
export interface Channels {
  readonly x?: readonly XAccount[]
  readonly mastodon?: readonly MastodonAccount[]
  readonly bluesky?: readonly BlueskyAccount[]
  readonly webhook?: readonly WebhookAccount[]
  readonly activitypub?: readonly ActivityPubAccount[]

  readonly email?: readonly EmailAccount[]
  readonly push?: readonly PushAccount[]
}

export type ChannelName = keyof Channels

/** Ways to residents themselves, each in their own language. */
export const DIRECT_WAYS = ['email', 'push'] as const
export type DirectWay = (typeof DIRECT_WAYS)[number]

export function isDirectWay(channel: string): channel is DirectWay {
  return (DIRECT_WAYS as readonly string[]).includes(channel)
}

/** Who answers for the service: for the footer, the about page and the accessibility statement. */
export interface Operator {
  /** `Provstads kommun`. */
  readonly name: string
  /** Its own site. */
  readonly url?: string
  /** A form that works without an account and without giving a name (DOS-lagen § 12). */
  readonly feedbackUrl?: string
  readonly email?: string
  readonly phone?: string
  /** The day, `2026-11-23`, on which somebody last went through the pages for accessibility. */
  readonly reviewedAt?: string
}

/** Colours of signs, `#rrggbb`; they never stand without the name and a picture. */
export type FractionColours = Readonly<Partial<Record<Fraction, string>>>

/** Who sends the town's SMS. Secrets are named, never told. */
export interface SmsAccount {
  readonly provider: '46elks'
  /** A name of up to eleven letters, or a number. */
  readonly from: string
  readonly usernameEnv: string
  readonly passwordEnv: string
  /** SMS in a calendar month, as they are paid for. */
  readonly monthlyLimit: number
}

/** Whom of staff alarms are told, by the names of variables that hold their numbers. */
export interface StaffAlertAccount {
  readonly sms: readonly string[]
  readonly language: Language
}

/** A town as it stands in its folder's `town.yaml`. */
export interface Town {
  readonly municipalityCode: string
  readonly name: string
  readonly timeZone: string
  readonly operator?: Operator
  /** No reading in the whole town for this long, and the pages say that they stand still. */
  readonly stalledAfterMs?: number
  /** Absent where the town is not divided. */
  readonly areas?: readonly Area[]
  readonly stations: readonly Station[]
  /** Absent where no bike runs. */
  readonly serviceDays?: readonly ServiceDays[]
  readonly fractionColours?: FractionColours
  readonly profiles?: readonly TownProfile[]
  readonly devices: readonly Device[]
  readonly mountings: readonly Mounting[]
  readonly networkServers: readonly NetworkServer[]
  readonly channels: Channels
  readonly sms?: SmsAccount
  readonly staffAlerts?: StaffAlertAccount
}

const EARTH_RADIUS_M = 6_371_008.8

/** Great-circle distance in metres (haversine, mean Earth radius of IUGG). */
export function distanceM(a: Place, b: Place): number {
  const rad = Math.PI / 180
  const dLat = (b.lat - a.lat) * rad
  const dLon = (b.lon - a.lon) * rad
  const h =
    Math.sin(dLat / 2) ** 2 +
    Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(dLon / 2) ** 2
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)))
}
