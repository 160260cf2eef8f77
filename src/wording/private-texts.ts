/** Texts that go to one person: to who has booked, and to staff. What they may say never goes into a post. */
import {
  MISSED_BECAUSE,
  NOTICE_KEYS,
  type MissedBecause,
  type NoticeKey,
} from '#src/pickups/booking/booking.ts'
import type { TextSpec } from './public-texts.ts'

/** What a booker is told of: the bookings' notices. */
export const BOOKING_TEXTS = NOTICE_KEYS
export type BookingText = NoticeKey

/** Alarms about sensors, as staff are told. */
export const ALERT_TEXTS = [
  'silent',
  'low-battery',
  'moved',
  'fire',
  'stuck',
  'phantom',
  'disagreement',
  'more',
] as const
export type AlertText = (typeof ALERT_TEXTS)[number]

/** Each variable of a private text, and what it is about. */
export const PRIVATE_VARIABLES = {
  /** `torsdag 7 maj` */
  day: 'errand',
  /** The slot by the clock on the wall: `13:00`, `13.00`. */
  from: 'errand',
  until: 'errand',
  /** In how many days, when it is said. */
  ahead: 'errand',
  /** How late, or in how many; nothing where nobody knows. */
  minutes: 'errand',
  reference: 'errand',
  /** Until when an offer holds. */
  answer_by: 'errand',
  /** Where to change or ask: a number, or a web address. */
  contact: 'operator',
  sensor: 'device',
  place: 'place',
  names: 'fractions',
  count: 'count',
} as const
export type PrivateVariable = keyof typeof PRIVATE_VARIABLES

type PrivateSpec = TextSpec<PrivateVariable>

const ERRAND = ['reference', 'contact'] as const
const SLOT = ['day', 'from', 'until'] as const

/** What was seen, and what to do now. */
const MISSED = Object.fromEntries(
  MISSED_BECAUSE.map((because): [MissedBecause, PrivateSpec] => [
    because,
    { says: [...SLOT, ...ERRAND], needs: ERRAND },
  ]),
) as Readonly<Record<MissedBecause, PrivateSpec>>

const MESSAGES: Readonly<Record<BookingText, PrivateSpec>> = {
  confirmed: { says: [...SLOT, ...ERRAND], needs: [...SLOT, ...ERRAND] },
  changed: { says: [...SLOT, ...ERRAND], needs: [...SLOT, 'reference'] },
  waiting: { says: ERRAND, needs: ['reference'] },
  offer: { says: [...SLOT, 'answer_by', ...ERRAND], needs: [...SLOT, 'answer_by', ...ERRAND] },
  reminder: { says: [...SLOT, 'ahead', ...ERRAND], needs: [...SLOT, ...ERRAND] },
  'on-the-way': { says: [...SLOT, 'minutes', ...ERRAND], needs: ['reference'] },
  'running-late': { says: [...SLOT, 'minutes', ...ERRAND], needs: ['reference'] },
  ...MISSED,
  'cancelled-by-you': { says: [...SLOT, ...ERRAND], needs: ['reference'] },
  'cancelled-by-us': { says: [...SLOT, ...ERRAND], needs: ERRAND },
  unserved: { says: ERRAND, needs: ERRAND },
}

const ALERT: PrivateSpec = { says: ['place', 'names', 'sensor'], needs: ['place', 'sensor'] }

const ALERTS: Readonly<Record<AlertText, PrivateSpec>> = {
  silent: ALERT,
  'low-battery': ALERT,
  moved: ALERT,
  fire: ALERT,
  stuck: ALERT,
  phantom: ALERT,
  disagreement: ALERT,
  more: { says: ['count'], needs: [] },
}

export type BookingKey = `message.${BookingText}` | `subject.${BookingText}` | 'mail.footer'
export type AlertKey = `alert.${AlertText}`
export type PrivateKey = BookingKey | AlertKey

function prefixed(group: string, specs: Readonly<Record<string, PrivateSpec>>) {
  return Object.entries(specs).map(([name, spec]) => [`${group}.${name}`, spec] as const)
}

const SUBJECTS = Object.fromEntries(
  BOOKING_TEXTS.map((name) => [name, { says: MESSAGES[name].says, needs: [] }]),
)

/** The texts that bookers get: `message.reminder`, `subject.reminder`. */
export const BOOKING_SPECS = Object.fromEntries([
  ...prefixed('message', MESSAGES),
  ...prefixed('subject', SUBJECTS),
  ['mail.footer', { says: ERRAND, needs: ERRAND }],
]) as Readonly<Record<BookingKey, PrivateSpec>>

export const ALERT_SPECS = Object.fromEntries(prefixed('alert', ALERTS)) as Readonly<
  Record<AlertKey, PrivateSpec>
>
