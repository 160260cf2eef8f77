/** Swedish: plain and short, the container is what is full, so that the words agree whatever the fraction. */
import type { Phrases, Said } from './phrases.ts'
import { clockWithDay, dateText, distanceText, weekdayText } from './wall-clock.ts'

const conjunction = new Intl.ListFormat('sv', { type: 'conjunction' })

export const sv: Phrases = {
  full({ place, names, many, time, source }) {
    if (names === undefined) return `${place}: fullt${since(time)}${by(source)}.`
    return `${place}: ${containers(many, names)} är ${many ? 'fulla' : 'full'}${since(time)}${by(source)}.`
  },
  space_again({ atPlace, names, now }) {
    return `Det finns plats igen ${atPlace}${of(names)}, klockan ${now}.`
  },
  station_nearly_all_full({ atPlace, time, source, fullContainers: full, containers: all }) {
    const isAll = full !== undefined && full === all
    const what = isAll ? 'Allt är fullt' : 'Nästan allt är fullt'
    const count = isAll ? `: alla ${full} behållare` : `: ${full} av ${all} behållare`
    const isKnown = full !== undefined && all !== undefined
    return `${what} ${atPlace}${since(time)}${isKnown ? count : ''}${by(source)}.`
  },
  full_soon({ place, names, many, time, now }) {
    const by = time === undefined ? '' : ` ${time}`
    const told = `enligt prognos klockan ${now}`
    if (names === undefined) return `${place} väntas bli full${by}, ${told}.`
    return `${place}: ${containers(many, names)} väntas bli ${many ? 'fulla' : 'full'}${by}, ${told}.`
  },
  littered: ({ atPlace, time }) => `Det är skräpigt ${atPlace}, anmält ${time}.`,
  cleaned: ({ atPlace, now }) => `Nu är det städat ${atPlace}, klockan ${now}.`,
  broken({ place, names, many, time }) {
    const told = time === undefined ? '' : `, anmält ${time}`
    if (names === undefined) return `${place}: något är trasigt${told}.`
    return `${place}: ${containers(many, names)} är ${many ? 'trasiga' : 'trasig'}${told}.`
  },
  repaired({ place, names, many, now }) {
    if (names === undefined) return `${place}: nu är det lagat, klockan ${now}.`
    return `${place}: ${containers(many, names)} är ${many ? 'lagade' : 'lagad'}, klockan ${now}.`
  },
  icy: ({ atPlace, time }) => `Det är halt ${atPlace}, anmält ${time}. Gå försiktigt.`,
  bike_round({ atPlace, firstStop, now, freeSlots, bookWith }) {
    const when = firstStop === undefined ? `klockan ${now}` : `första stoppet ${firstStop}`
    const sentences = [`Returcykeln är ute ${atPlace}, ${when}.`]
    if (freeSlots !== undefined) {
      const pickups = freeSlots === 1 ? 'en hämtning' : `${freeSlots} hämtningar`
      sentences.push(
        freeSlots === 0 ? 'Turen är fullbokad.' : `Det finns plats för ${pickups} till.`,
      )
    }
    if (freeSlots !== 0 && bookWith !== undefined) sentences.push(`Boka hos ${bookWith}.`)
    return sentences.join(' ')
  },
  weekly_digest({ atPlace, now, stationsFull: full, stations }) {
    const places = stations === undefined ? 'stationer' : `${stations} stationer`
    const until = `De senaste sju dagarna, fram till ${now} i dag,`
    if (full === undefined)
      return `${until} har någon behållare varit full på stationer ${atPlace}.`
    if (full === 0)
      return `${until} har ingen behållare varit full på någon av ${places} ${atPlace}.`
    return `${until} har någon behållare varit full på ${full} av ${places} ${atPlace}.`
  },
  sensor_silent({ atPlace, names, many, time }) {
    return many
      ? `Givarna${of(names)} ${atPlace} har varit tysta${since(time)}.`
      : `Givaren${of(names)} ${atPlace} har varit tyst${since(time)}.`
  },
  atPlace: (place, kind) => `${kind === 'station' ? 'på' : 'i'} ${place}`,
  clock: (at, now, timeZone) => clockWithDay(at, now, timeZone, 'sv-SE'),
  since: (clock) => `sedan ${clock}`,
  day({ ahead, date }) {
    if (ahead === 0) return 'i dag'
    if (ahead === 1) return 'i morgon'
    return ahead < 7 ? `på ${weekdayText(date, 'sv-SE')}` : `den ${dateText(date, 'sv-SE')}`
  },
  dayPart(day, part) {
    if (part === 'night' && day.ahead < 2) return 'i natt'
    if (day.ahead === 0) {
      return { morning: 'nu på förmiddagen', afternoon: 'i eftermiddag', evening: 'i kväll' }[
        part as Exclude<typeof part, 'night'>
      ]
    }
    if (day.ahead > 1) return sv.day(day)
    const word = { morning: 'förmiddag', afternoon: 'eftermiddag', evening: 'kväll' }
    return `i morgon ${word[part as Exclude<typeof part, 'night'>]}`
  },
  withinADay: 'inom ett dygn',
  anyTimeNow: 'när som helst',
  boxes(meant, all) {
    if (meant < all) return `${meant} av ${all} behållare`
    return all === 2 ? 'båda behållarna' : `alla ${all} behållarna`
  },
  more: (n) => `${n} till`,
  list: (names) => conjunction.format(names),
  emptying: (day, names) => `Töms ${day}${names === undefined ? '' : `: ${names}`}.`,
  notEmptied: (many, names) =>
    `Ej ${many ? 'tömda' : 'tömd'} i dag${names === undefined ? '' : `: ${names}`}.`,
  nearest: (place, distance, names) => `Närmast med plats${of(names)}: ${place}, ${distance}.`,
  roomBeside: (names) => `En annan behållare${of(names)} på stationen har plats.`,
  distance: (metres) => distanceText(metres, ','),
  digest: (clock) => `Dagens sammanfattning, ${clock}.`,
  headings: {
    full: 'Fullt',
    space_again: 'Plats igen',
    station_nearly_all_full: 'Nästan allt fullt',
    full_soon: 'Väntas bli fullt',
    littered: 'Skräpigt',
    cleaned: 'Städat',
    broken: 'Trasigt',
    repaired: 'Lagat',
    icy: 'Halt',
    bike_round: 'Returcykeln är ute',
    weekly_digest: 'Fullt under veckan',
    sensor_silent: 'Tysta givare',
  },
  claims: {
    full: (places) => `att det var fullt ${places}`,
    space_again: (places) => `att det fanns plats igen ${places}`,
    station_nearly_all_full: (places) => `att nästan allt var fullt ${places}`,
    full_soon: (places) => `att det väntades bli fullt ${places}`,
    littered: (places) => `att det var skräpigt ${places}`,
    cleaned: (places) => `att det var städat ${places}`,
    broken: (places) => `att något var trasigt ${places}`,
    repaired: (places) => `att det var lagat ${places}`,
    icy: (places) => `att det var halt ${places}`,
    bike_round: (places) => `att returcykeln var ute ${places}`,
    weekly_digest: (places) => `att det varit fullt under veckan ${places}`,
    sensor_silent: (places) => `att givare var tysta ${places}`,
  },
  correction: (clock, claims) => `Rättelse: vi skrev ${clock} ${claims}. Det stämde inte.`,
  moreOnPage: (kind) =>
    kind === 'station' ? 'Mer finns på stationens sida.' : 'Mer finns på stadens sida.',
}

function containers(many: boolean, names: string): string {
  return many ? `behållarna för ${names}` : `behållaren för ${names}`
}

function of(names: string | undefined): string {
  return names === undefined ? '' : ` för ${names}`
}

function since(time: string | undefined): string {
  return time === undefined ? '' : ` sedan ${time}`
}

const BY: Readonly<Record<Said['source'], string>> = {
  sensor: ', enligt givare',
  reports: ', enligt besökare',
  both: ', enligt givare och besökare',
  none: '',
}

function by(source: Said['source']): string {
  return BY[source]
}
