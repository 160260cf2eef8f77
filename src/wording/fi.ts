/**
 * Finnish: plain and short. The place and the fractions stand first, before a colon, so that no name
 * has to be inflected; a time is `klo 12.45` throughout.
 */
import { DAYS_FI, klo } from './finnish-clock.ts'
import type { Phrases, Said } from './phrases.ts'
import { distanceText } from './wall-clock.ts'

const conjunction = new Intl.ListFormat('fi', { type: 'conjunction' })

export const fi: Phrases = {
  full: ({ place, names, time, source }) =>
    `${subject(place, names)}: täynnä${since(time)}${by(source)}.`,
  space_again: ({ place, names, now }) => `${subject(place, names)}: tilaa on taas, ${now}.`,
  station_nearly_all_full({ place, time, source, fullContainers: full, containers: all }) {
    const isAll = full !== undefined && full === all
    const what = isAll ? 'kaikki on täynnä' : 'lähes kaikki on täynnä'
    const isKnown = full !== undefined && all !== undefined
    const count = isAll ? ` (${full} astiaa)` : ` (${full}/${all} astiaa)`
    return `${place}: ${what}${since(time)}${isKnown ? count : ''}${by(source)}.`
  },
  full_soon({ place, names, many, time, now }) {
    const what = many ? 'astiat täyttyvät' : 'astia täyttyy'
    const when = time === undefined ? '' : ` ${time}`
    return `${subject(place, names)}: ${what} todennäköisesti${when}, ${now} tehdyn ennusteen mukaan.`
  },
  littered: ({ place, time }) => `${place}: paikalla on roskia, ilmoitettu ${time}.`,
  cleaned: ({ place, now }) => `${place}: paikka on siivottu, ${now}.`,
  broken({ place, names, time }) {
    const told = time === undefined ? '' : `, ilmoitettu ${time}`
    return names === undefined
      ? `${place}: jotain on rikki${told}.`
      : `${subject(place, names)}: rikki${told}.`
  },
  repaired: ({ place, names, now }) => `${subject(place, names)}: korjattu, ${now}.`,
  icy: ({ place, time }) => `${place}: paikalla on liukasta, ilmoitettu ${time}. Kulje varovasti.`,
  bike_round({ place, firstStop, now, freeSlots, bookWith }) {
    const when = firstStop === undefined ? now : `ensimmäinen pysähdys ${firstStop}`
    const sentences = [`${place}: kierrätyspyörä on liikkeellä, ${when}.`]
    if (freeSlots !== undefined) {
      const pickups = freeSlots === 1 ? 'yhdelle noudolle' : `${freeSlots} noudolle`
      sentences.push(freeSlots === 0 ? 'Kierros on täyteen varattu.' : `Tilaa on vielä ${pickups}.`)
    }
    if (freeSlots !== 0 && bookWith !== undefined) sentences.push(`Varaukset: ${bookWith}.`)
    return sentences.join(' ')
  },
  weekly_digest({ place, now, stationsFull: full, stations }) {
    const until = `${place}: viimeisten seitsemän päivän aikana, tänään ${now} asti,`
    if (full === undefined) return `${until} kierrätyspisteillä on ollut täysiä astioita.`
    if (full === 0) {
      const places =
        stations === undefined ? 'kierrätyspisteellä' : `${stations} kierrätyspisteestä`
      return `${until} yhdelläkään ${places} ei ole ollut täyttä astiaa.`
    }
    const count = stations === undefined ? `${full}` : `${full}/${stations}`
    return `${until} täysi astia on ollut ${count} kierrätyspisteellä.`
  },
  sensor_silent({ place, names, many, time }) {
    const what = many ? 'anturit ovat olleet hiljaa' : 'anturi on ollut hiljaa'
    return `${subject(place, names)}: ${what}${since(time)}.`
  },
  atPlace: (place) => place,
  clock: klo,
  since: (clock) => `${clock} alkaen`,
  day({ ahead, date }) {
    if (ahead === 0) return 'tänään'
    if (ahead === 1) return 'huomenna'
    const day = Temporal.PlainDate.from(date)
    return ahead < 7 ? `${DAYS_FI[day.dayOfWeek - 1]}na` : `${day.day}.${day.month}.`
  },
  dayPart(day, part) {
    if (part === 'night' && day.ahead < 2) return 'ensi yönä'
    if (day.ahead > 1) return fi.day(day)
    const word = { morning: 'aamupäivällä', afternoon: 'iltapäivällä', evening: 'illalla' }
    return `${fi.day(day)} ${word[part as Exclude<typeof part, 'night'>]}`
  },
  withinADay: 'vuorokauden kuluessa',
  anyTimeNow: 'milloin tahansa',
  boxes(meant, all) {
    if (meant < all) return `${meant}/${all} astiaa`
    return all === 2 ? 'molemmat astiat' : `kaikki ${all} astiaa`
  },
  more: (n) => `${n} muuta`,
  list: (names) => conjunction.format(names),
  emptying: (day, names) => `Tyhjennetään ${day}${names === undefined ? '' : `: ${names}`}.`,
  notEmptied: (_many, names) => `Ei tyhjennetty tänään${names === undefined ? '' : `: ${names}`}.`,
  nearest: (place, distance, names) => `Lähin, jossa on tilaa${of(names)}: ${place}, ${distance}.`,
  roomBeside: (names) => `Kierrätyspisteen toisessa astiassa on tilaa${of(names)}.`,
  distance: (metres) => distanceText(metres, ','),
  digest: (clock) => `Päivän kooste, ${clock}.`,
  headings: {
    full: 'Täynnä',
    space_again: 'Taas tilaa',
    station_nearly_all_full: 'Lähes kaikki täynnä',
    full_soon: 'Täyttymässä',
    littered: 'Roskaista',
    cleaned: 'Siivottu',
    broken: 'Rikki',
    repaired: 'Korjattu',
    icy: 'Liukasta',
    bike_round: 'Kierrätyspyörä liikkeellä',
    weekly_digest: 'Täynnä viikon aikana',
    sensor_silent: 'Hiljaiset anturit',
  },
  claims: {
    full: (places) => `että täynnä oli ${places}`,
    space_again: (places) => `että taas tilaa oli: ${places}`,
    station_nearly_all_full: (places) => `että lähes täynnä oli ${places}`,
    full_soon: (places) => `että täyttymässä oli ${places}`,
    littered: (places) => `että roskaista oli: ${places}`,
    cleaned: (places) => `että siivottu oli ${places}`,
    broken: (places) => `että jotain oli rikki: ${places}`,
    repaired: (places) => `että korjattu oli ${places}`,
    icy: (places) => `että liukasta oli: ${places}`,
    bike_round: (places) => `että kierrätyspyörä oli liikkeellä: ${places}`,
    weekly_digest: (places) => `että viikon aikana täynnä oli ollut ${places}`,
    sensor_silent: (places) => `että anturit olivat hiljaa: ${places}`,
  },
  correction: (clock, claims) =>
    `Oikaisu: kirjoitimme ${clock}, ${claims}. Se ei pitänyt paikkaansa.`,
  moreOnPage: (kind) =>
    kind === 'station' ? 'Lisää kierrätyspisteen sivulla.' : 'Lisää kaupungin sivulla.',
}

/** `Ekudden, tekstiilit ja väritön lasi`, before the colon. */
function subject(place: string, names: string | undefined): string {
  return names === undefined ? place : `${place}, ${names}`
}

function of(names: string | undefined): string {
  return names === undefined ? '' : ` (${names})`
}

function since(time: string | undefined): string {
  return time === undefined ? '' : ` ${time} alkaen`
}

const BY: Readonly<Record<Said['source'], string>> = {
  sensor: ', anturin mukaan',
  reports: ', kävijöiden mukaan',
  both: ', anturin ja kävijöiden mukaan',
  none: '',
}

function by(source: Said['source']): string {
  return BY[source]
}
