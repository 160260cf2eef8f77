/** What the pages around the dispatch board say. What the board itself says is in `web/board/words.ts`. */
import type { StaffLanguage } from './staff-menu.ts'

const sv = {
  title: 'Returcykelns dag',
  noBike: 'Kommunen har ingen returcykel. Den beskrivs i returnbike.yaml i kommunens mapp.',
  noDays: 'Cykeln har inga dagar framför sig.',
  notServed: (day: string) => `${day} kör inte cykeln.`,
  chooseDay: 'Dag',
  show: 'Visa',
  before: 'Föregående dag',
  after: 'Nästa dag',
  isToday: 'i dag',
  loading: 'Hämtar dagen …',
  noScript:
    'Planeringen behöver JavaScript. Slå på det, eller använd utskriften, där hela dagen står, och formuläret för bokningar.',
  print: 'Utskrift av dagen',
  book: 'Ny bokning',

  printTitle: (day: string) => `Rundor ${day}`,
  printLead:
    'För den som cyklar utan telefon. Lägg inte pappret där andra ser det, och förstör det efteråt.',
  noPlan: 'Det finns ingen plan för dagen ännu.',
  draft: 'Utkast: planen är inte publicerad.',
  asOf: (time: string) => `Så här såg planen ut ${time}.`,
  backToBoard: 'Till planeringen',
  columns: { no: 'Nr', time: 'Tid', where: 'Vart', what: 'Vad', note: 'Att veta', done: 'Klart' },
  unload: (name: string) => `Lämna på ${name}`,
  rest: 'Rast',
  interpreter: 'vill ha tolk',
  speaks: (language: string) => `talar ${language}`,
  noStops: 'Inga stopp.',
}

export type BoardWords = typeof sv

const en: BoardWords = {
  title: 'The return bike’s day',
  noBike: 'The town has no return bike. It is described in returnbike.yaml in the town’s folder.',
  noDays: 'The bike has no days ahead.',
  notServed: (day) => `The bike doesn’t run on ${day}.`,
  chooseDay: 'Day',
  show: 'Show',
  before: 'The day before',
  after: 'The day after',
  isToday: 'today',
  loading: 'Fetching the day …',
  noScript:
    'The board needs JavaScript. Turn it on, or use the printout, which has the whole day, and the form for bookings.',
  print: 'Printout of the day',
  book: 'New booking',
  printTitle: (day) => `Rounds of ${day}`,
  printLead:
    'For who rides without a phone. Don’t leave the paper where others see it, and destroy it afterwards.',
  noPlan: 'There is no plan of the day yet.',
  draft: 'Draft: the plan isn’t published.',
  asOf: (time) => `How the plan stood at ${time}.`,
  backToBoard: 'To the board',
  columns: { no: 'No.', time: 'Time', where: 'Where', what: 'What', note: 'To know', done: 'Done' },
  unload: (name) => `Unload at ${name}`,
  rest: 'Break',
  interpreter: 'wants an interpreter',
  speaks: (language) => `speaks ${language}`,
  noStops: 'No stops.',
}

export const BOARD_WORDS: Readonly<Record<StaffLanguage, BoardWords>> = { sv, en }
