import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { HOUR, plus } from '#src/stations/time.ts'
import {
  EKUDDEN_PAPER,
  fullDecision,
  fullPost,
  openHttpTown,
  TUESDAY,
} from '#tests/support/http-town.ts'
import { castTown } from '#tests/support/town.ts'

interface XmlParser {
  on(event: 'error', handler: (error: Error) => void): void
  write(text: string): XmlParser
  close(): void
}
interface CalendarPart {
  getAllSubcomponents(name: string): readonly CalendarPart[]
}
interface CalendarLibrary {
  parse(text: string): unknown
  Component: new (parsed: unknown) => CalendarPart
  Timezone: new (zone: CalendarPart) => object
  TimezoneService: { register(zone: object): void }
  Event: new (event: CalendarPart) => {
    readonly uid: string
    readonly startDate: { toJSDate(): Date }
    readonly endDate: { toJSDate(): Date }
  }
}
const load = createRequire(import.meta.url)
const { SaxesParser } = load('saxes') as {
  SaxesParser: new (options: { readonly xmlns: true }) => XmlParser
}
const calendars = load('ical.js') as CalendarLibrary

const evil = `Ekudden ]]> <b> & "ö" 🫙`

async function busyTown() {
  const [ekudden, ...others] = castTown.stations
  const town = await openHttpTown({
    town: {
      ...castTown,
      stations: [{ ...ekudden!, name: evil, address: 'A, b; c\\d' }, ...others],
    },
    http: { hubUrl: 'https://hub.example/?a=1&b=2' },
  })
  const key = '000000000000000a'
  await town.say([fullDecision(TUESDAY, key)], [fullPost(TUESDAY, key)])
  await town.append({
    kind: 'fact',
    fact: {
      type: 'plan',
      containerId: EKUDDEN_PAPER,
      source: 'hub',
      emptyings: [{ from: plus(TUESDAY, 20 * HOUR), until: plus(TUESDAY, 24 * HOUR) }],
    },
  })
  return town
}
const each = (subjects: readonly string[], formats: readonly string[]) =>
  ['', '/en', '/fi'].flatMap((root) =>
    subjects.flatMap((subject) => formats.map((format) => `${root}/feeds/${subject}.${format}`)),
  )

test('every feed of XML is read by a parser that forgives nothing', async () => {
  await using town = await busyTown()
  for (const url of each(['town', 'stations/1490-901', 'fractions/paper'], ['atom', 'rss'])) {
    const parser = new SaxesParser({ xmlns: true })
    const faults: string[] = []
    parser.on('error', ({ message }) => faults.push(`${url}: ${message}`))
    parser.write((await town.app.inject(url)).body).close()
    expect(faults).toEqual([])
  }
})

test('a calendar program finds the same instants in every calendar', async () => {
  await using town = await busyTown()
  const subjects = ['town', 'stations/1490-901/emptyings', 'stations/1490-901/paper']
  for (const url of each(subjects, ['ics'])) {
    const calendar = new calendars.Component(calendars.parse((await town.app.inject(url)).body))
    for (const zone of calendar.getAllSubcomponents('vtimezone')) {
      calendars.TimezoneService.register(new calendars.Timezone(zone))
    }
    const events = calendar.getAllSubcomponents('vevent').map((part) => new calendars.Event(part))
    expect(
      events.map(({ startDate, endDate }) => [
        startDate.toJSDate().getTime(),
        endDate.toJSDate().getTime(),
      ]),
      url,
    ).toEqual([[plus(TUESDAY, 20 * HOUR), plus(TUESDAY, 24 * HOUR)]])
  }
})
