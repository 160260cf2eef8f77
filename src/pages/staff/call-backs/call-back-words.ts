/** What the page of calls to return says. */
import { MOST_DAYS_AHEAD } from '#src/pickups/booking/call-backs.ts'
import type { InBoth } from '../staff-menu.ts'

/** When to try again, as staff choose it. */
export const AGAIN = ['hour', 'three-hours', 'tomorrow'] as const
export type Again = (typeof AGAIN)[number]

const sv = {
  lead: 'Ring uppifrån och ner. Att du ser vem det är skrivs upp.',
  kept: (days: number) =>
    days === 1
      ? 'Raderas dagen efter att det är klart.'
      : `Raderas ${days} dagar efter att det är klart, eller när inget mer har hänt så länge.`,
  none: 'Ingen att ringa just nu.',
  groups: { open: 'Att ringa', called: 'Talat med, inte klart', done: 'Klart' },
  dueNow: 'Ring nu',
  callAt: 'Ring',
  phone: 'Telefon',
  spoken: 'Språk',
  withInterpreter: (language: string) => `${language}, vill ha tolk`,
  about: 'Det gällde',
  missed: 'Inte anträffad',
  times: (n: number) => (n === 1 ? 'en gång' : `${n} gånger`),
  bookNow: 'Boka nu',
  again: 'Svarar ingen? Försök igen',
  agains: {
    hour: 'om en timme',
    'three-hours': 'om tre timmar',
    tomorrow: 'i morgon klockan 9',
  } satisfies Record<Again, string>,
  outcomes: { called: 'Talat med', 'not-reached': 'Inte anträffad', done: 'Klart' },
  newTitle: 'Skriv upp någon att ringa',
  name: 'Namn',
  nameHint: 'Som de säger det.',
  language: 'Språk',
  interpreter: 'Vill ha tolk',
  aboutHint: 'Några ord, inget om hälsa eller pengar. Får vara tomt.',
  when: 'När ska vi ringa?',
  whenHint: `Tomt: så snart någon kan. Högst ${MOST_DAYS_AHEAD} dagar fram.`,
  add: 'Skriv upp',
  faultTitle: 'Det gick inte',
  faults: {
    name: 'Skriv ett namn',
    phone: 'Skriv ett telefonnummer, till exempel 070-123 45 67',
    about: 'Skriv högst 200 tecken om vad det gällde',
    callAt: `Skriv dag och tid, högst ${MOST_DAYS_AHEAD} dagar fram`,
  },
  did: {
    noted: 'Uppskrivet.',
    called: 'Noterat: ni har talats vid.',
    'not-reached': 'Noterat. Den kommer tillbaka när det är dags att försöka igen.',
    done: 'Klart.',
    stale: 'Någon annan hann före. Så här ser det ut nu.',
  },
  noSuch: 'Det samtalet finns inte kvar.',
}
export type CallBackWords = typeof sv
export type CallBackDid = keyof typeof sv.did

export const CALL_BACK_WORDS: InBoth<CallBackWords> = {
  sv,
  en: {
    lead: 'Call from the top down. That you see who it is is written down.',
    kept: (days) =>
      days === 1
        ? 'Erased the day after it is done.'
        : `Erased ${days} days after it is done, or when nothing more has happened for so long.`,
    none: 'Nobody to call right now.',
    groups: { open: 'To call', called: 'Spoken to, not done', done: 'Done' },
    dueNow: 'Call now',
    callAt: 'Call',
    phone: 'Phone',
    spoken: 'Language',
    withInterpreter: (language) => `${language}, wants an interpreter`,
    about: 'It was about',
    missed: 'Not reached',
    times: (n) => (n === 1 ? 'once' : `${n} times`),
    bookNow: 'Book now',
    again: 'No answer? Try again',
    agains: {
      hour: 'in an hour',
      'three-hours': 'in three hours',
      tomorrow: 'tomorrow at 9',
    },
    outcomes: { called: 'Spoken to', 'not-reached': 'Not reached', done: 'Done' },
    newTitle: 'Note somebody to call',
    name: 'Name',
    nameHint: 'As they say it.',
    language: 'Language',
    interpreter: 'Wants an interpreter',
    aboutHint: 'A few words, nothing of health or money. May be empty.',
    when: 'When are we to call?',
    whenHint: `Empty: as soon as somebody can. At most ${MOST_DAYS_AHEAD} days ahead.`,
    add: 'Note it',
    faultTitle: 'That could not be done',
    faults: {
      name: 'Write a name',
      phone: 'Write a phone number, such as 070-123 45 67',
      about: 'Write at most 200 characters of what it was about',
      callAt: `Write day and time, at most ${MOST_DAYS_AHEAD} days ahead`,
    },
    did: {
      noted: 'Noted.',
      called: 'Noted: you have spoken.',
      'not-reached': 'Noted. It comes back when it is time to try again.',
      done: 'Done.',
      stale: 'Somebody else was faster. This is how it is now.',
    },
    noSuch: 'That call is not there any more.',
  },
}
