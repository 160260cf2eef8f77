import { describe, expect, test } from 'vitest'
import { BOOKING_LANGUAGES } from '#src/stations/return-bike.ts'
import { instant } from '#src/stations/time.ts'
import { type BookingFacts, wordBooking } from '#src/wording/booking-words.ts'
import type { Phrases } from '#src/wording/phrases.ts'
import { BOOKING_TEXTS, PRIVATE_VARIABLES } from '#src/wording/private-texts.ts'
import { PUBLIC_TEXTS } from '#src/wording/public-texts.ts'
import { plainForSms, smsSize } from '#src/wording/sms-parts.ts'
import { openTextBook } from '#src/wording/text-book.ts'
import { PUBLIC_VARIABLES } from '#src/wording/text-facts.ts'

const ours = openTextBook()
const timeZone = 'Europe/Stockholm'
/** Half past nine in the town, the day before. */
const saidAt = instant(Date.parse('2026-05-06T07:30:00Z'))
const facts: BookingFacts = {
  reference: 'K7Q2-9F',
  contact: '033-35 70 00',
  day: '2026-05-07',
  fromMinute: 13 * 60,
  untilMinute: 16 * 60 + 30,
  minutes: 20,
  answerBy: instant(Date.parse('2026-05-06T10:00:00Z')),
}
const word = (
  text: (typeof BOOKING_TEXTS)[number],
  language: (typeof BOOKING_LANGUAGES)[number],
  at = saidAt,
) => wordBooking({ own: ours, ours }, text, language, facts, { saidAt: at, timeZone })

test('the day before, the reminder says so', () => {
  expect(word('reminder', 'sv')).toEqual({
    sms: 'I morgon, torsdag 7 maj kl 13:00-16:30, kommer Returcykeln. Bokning K7Q2-9F. Ändra eller avboka: 033-35 70 00',
    subject: 'Påminnelse: Returcykeln kommer torsdag 7 maj',
    body: `I morgon, torsdag 7 maj kl 13:00-16:30, kommer Returcykeln. Bokning K7Q2-9F. Ändra eller avboka: 033-35 70 00

Bokning K7Q2-9F. Ändra, avboka eller fråga: 033-35 70 00
Det här brevet kom av sig självt och kan inte besvaras.
`,
  })
})

test.each([
  ['sv', 'Returcykeln kommer torsdag 7 maj kl 13:00-16:30.'],
  ['en', 'The return bike comes Thursday 7 May, 13:00-16:30.'],
  ['fi', 'Kierrätyspyörä tulee torstaina 7.5. klo 13.00-16.30.'],
  ['so', 'Baaskiilka celinta wuxuu imanayaa Khamiis, Maayo 7, 13:00-16:30.'],
  ['ar', 'تأتي دراجة الإرجاع الخميس، 7 مايو، 13:00-16:30.'],
] as const)('three days before, in %s', (language, said) => {
  const threeDays = instant(Date.parse('2026-05-04T07:30:00Z'))
  expect(word('reminder', language, threeDays).sms).toContain(said)
})

test('every message can be said in every language, and says the booking', () => {
  for (const language of BOOKING_LANGUAGES) {
    for (const text of BOOKING_TEXTS) {
      const { sms, subject, body } = word(text, language)
      expect(sms, `${language} ${text}`).toContain('K7Q2-9F')
      expect(subject).not.toMatch(/[{}$\n]/)
      expect(body).toContain(facts.contact)
      const { alphabet, parts } = smsSize(sms)
      expect({ alphabet, parts }).toEqual(
        language === 'ar'
          ? { alphabet: 'ucs-2', parts: expect.any(Number) }
          : { alphabet: 'gsm-7', parts: 1 },
      )
    }
  }
})

test('a town’s text that asks for what there is not gives way to ours', () => {
  const own = openTextBook({ sv: new Map([['message.waiting', 'Hej {$first_name}']]) })
  const failures: string[] = []
  const when = { saidAt, timeZone }
  expect(
    wordBooking({ own, ours }, 'waiting', 'sv', facts, when, (because) => failures.push(because)),
  ).toEqual(word('waiting', 'sv'))
  expect(failures).toEqual(['Variable not available: $first_name'])
})

/** Never called: the types are all. */
export function notForPosts(phrases: Phrases): void {
  // @ts-expect-error What is said of a booking is no public fact.
  phrases.say('post.cleaned', facts)
  // @ts-expect-error And a message to a booker is no public text.
  phrases.say('message.reminder', facts)
}

test('no public text takes what only a booking has', () => {
  const { place, names, count, day, ...ofErrands } = PRIVATE_VARIABLES
  for (const name of Object.keys(ofErrands)) expect(PUBLIC_VARIABLES).not.toHaveProperty(name)
  for (const key of Object.keys(PUBLIC_TEXTS))
    expect(key).not.toMatch(/^(?:message|subject|mail|alert)\./)
  // What both have is about the same, a day being a day.
  expect([place, names, count, day]).toEqual(['place', 'fractions', 'count', 'errand'])
})

describe('an SMS', () => {
  test.each([
    ['', 'gsm-7', 0, 1],
    ['Åäö ÅÄÖ é ü ñ @ £ $ _ !?', 'gsm-7', 24, 1],
    ['a'.repeat(160), 'gsm-7', 160, 1],
    ['a'.repeat(161), 'gsm-7', 161, 2],
    ['a'.repeat(306), 'gsm-7', 306, 2],
    ['a'.repeat(307), 'gsm-7', 307, 3],
    [`${'a'.repeat(158)}€`, 'gsm-7', 160, 1],
    [`${'a'.repeat(159)}€`, 'gsm-7', 161, 2],
    ['å'.repeat(69) + 'ł', 'ucs-2', 70, 1],
    ['م'.repeat(70), 'ucs-2', 70, 1],
    ['م'.repeat(71), 'ucs-2', 71, 2],
    ['م'.repeat(134), 'ucs-2', 134, 2],
    ['م'.repeat(135), 'ucs-2', 135, 3],
    ['😀', 'ucs-2', 2, 1],
  ] as const)('%#: is counted as the networks count it', (text, alphabet, length, parts) => {
    expect(smsSize(text)).toEqual({ alphabet, length, parts })
  })

  test('typographic marks and unseen ones don’t double its price', () => {
    const text = 'Kl 13–16, ”så” – det’s\u00a0bra…\u2068x\u2069 A\u030a'
    expect(plainForSms(text)).toBe('Kl 13-16, "så" - det\'s bra...x Å')
    expect(smsSize(plainForSms(text)).alphabet).toBe('gsm-7')
  })
})
