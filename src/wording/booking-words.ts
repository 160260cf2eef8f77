/** Messages to who has booked, in words: one text for SMS and e-mail, a subject, and a footer. Pure. */
import type { BookingLanguage } from '#src/stations/return-bike.ts'
import { wallTime } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { DAYS_FI } from './finnish-clock.ts'
import type { BookingText } from './private-texts.ts'
import { plainForSms } from './sms-parts.ts'
import type { TextBook } from './text-book.ts'
import { NOTHING, type PrivateKind } from './text-facts.ts'
import type { Values } from './text-template.ts'

declare const ofAnErrand: unique symbol

/** What a message about a booking may say. No public text takes it, by type and by name. */
export interface BookingFacts {
  readonly [ofAnErrand]?: PrivateKind
  /** How the booker names the booking. */
  readonly reference: string
  /** Where to change it or to ask: a phone number, or a short web address. */
  readonly contact: string
  /** `2026-05-07` and the slot, in minutes of that day. */
  readonly day?: string
  readonly fromMinute?: number
  readonly untilMinute?: number
  /** How late, or in how many. */
  readonly minutes?: number
  /** Until when an offer holds. */
  readonly answerBy?: EpochMs
}

export interface BookingWords {
  /** Every mark in it one that costs least. */
  readonly sms: string
  readonly subject: string
  /** Of an e-mail. */
  readonly body: string
}

/** @throws when a text needs what the facts haven't; a town's text that fails gives way to ours. */
export function wordBooking(
  books: { readonly own: TextBook; readonly ours: TextBook },
  text: BookingText,
  language: BookingLanguage,
  facts: BookingFacts,
  when: { readonly saidAt: EpochMs; readonly timeZone: string },
  onFailure: (because: string) => void = () => undefined,
): BookingWords {
  const values = valuesOf(language, facts, when)
  const words = (book: TextBook): BookingWords => {
    const message = book.say(`message.${text}`, language, values)
    return {
      sms: plainForSms(message),
      subject: book.say(`subject.${text}`, language, values),
      body: `${message}\n\n${book.say('mail.footer', language, values)}\n`,
    }
  }
  if (!books.own.hasOwn(language)) return words(books.ours)
  try {
    return words(books.own)
  } catch (error) {
    onFailure((error as Error).message)
    return words(books.ours)
  }
}

function valuesOf(
  language: BookingLanguage,
  { reference, contact, day, fromMinute, untilMinute, minutes, answerBy }: BookingFacts,
  { saidAt, timeZone }: { readonly saidAt: EpochMs; readonly timeZone: string },
): Values {
  return {
    reference,
    contact,
    ...(day !== undefined && {
      day: dayText(day, language),
      ahead: daysAhead(day, saidAt, timeZone),
    }),
    ...(fromMinute !== undefined && { from: clockAt(fromMinute, language) }),
    ...(untilMinute !== undefined && { until: clockAt(untilMinute, language) }),
    minutes: minutes ?? NOTHING,
    ...(answerBy !== undefined && { answer_by: momentText(answerBy, timeZone, language) }),
  }
}

function daysAhead(day: string, saidAt: EpochMs, timeZone: string): number {
  const today = Temporal.PlainDate.from(wallTime(saidAt, timeZone).day)
  return Math.max(0, today.until(Temporal.PlainDate.from(day)).days)
}

const LOCALES: Readonly<Record<Exclude<BookingLanguage, 'fi'>, string>> = {
  sv: 'sv-SE',
  en: 'en-GB',
  so: 'so',
  // Figures as the clocks and letter boxes in Sweden show them.
  ar: 'ar-u-nu-latn',
}

/** `torsdag 7 maj`; in Finnish as when something is, `torstaina 7.5.`. */
export function dayText(day: string, language: BookingLanguage): string {
  const date = Temporal.PlainDate.from(day)
  return language === 'fi'
    ? `${DAYS_FI[date.dayOfWeek - 1]}na ${date.day}.${date.month}.`
    : date.toLocaleString(LOCALES[language], { weekday: 'long', day: 'numeric', month: 'long' })
}

/** `13:00`, in Finnish `13.00`. */
export function clockAt(minute: number, language: BookingLanguage): string {
  const two = (n: number) => String(n).padStart(2, '0')
  return `${two(Math.trunc(minute / 60))}${language === 'fi' ? '.' : ':'}${two(minute % 60)}`
}

/** `torsdag 7 maj 12:00` */
export function momentText(at: EpochMs, timeZone: string, language: BookingLanguage): string {
  const { day, minuteOfDay } = wallTime(at, timeZone)
  return `${dayText(day, language)} ${clockAt(minuteOfDay, language)}`
}
