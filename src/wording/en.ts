/** English: plain and short. */
import type { Phrases, Said } from './phrases.ts'
import { clockWithDay, dateText, distanceText, weekdayText } from './wall-clock.ts'

const conjunction = new Intl.ListFormat('en-GB', { type: 'conjunction' })

export const en: Phrases = {
  full({ place, names, many, time, source }) {
    const told = by(source, many)
    if (names === undefined) return `${place}: full${since(time)}${told}.`
    const subject = containers(many, names)
    if (time === undefined) return `${place}: ${subject} ${many ? 'are' : 'is'} full${told}.`
    return `${place}: ${subject} ${many ? 'have' : 'has'} been full${since(time)}${told}.`
  },
  space_again({ atPlace, names, now }) {
    return `There is room again ${atPlace}${of(names)}, as of ${now}.`
  },
  station_nearly_all_full({ atPlace, time, source, fullContainers: full, containers: all }) {
    const isAll = full !== undefined && full === all
    const what = isAll ? 'Everything' : 'Nearly everything'
    const verb = time === undefined ? 'is full' : 'has been full'
    const count = isAll ? `: all ${full} containers` : `: ${full} of ${all} containers`
    const isKnown = full !== undefined && all !== undefined
    return `${what} ${verb} ${atPlace}${since(time)}${isKnown ? count : ''}${by(source, true)}.`
  },
  full_soon({ place, names, many, time, now }) {
    const by = time === undefined ? '' : ` ${time}`
    const told = `by the forecast of ${now}`
    if (names === undefined) return `${place} is likely to be full${by}, ${told}.`
    const verb = many ? 'are' : 'is'
    return `${place}: ${containers(many, names)} ${verb} likely to be full${by}, ${told}.`
  },
  littered: ({ atPlace, time }) => `There is litter ${atPlace}, reported ${time}.`,
  cleaned: ({ place, now }) => `${place} has been cleaned, as of ${now}.`,
  broken({ place, names, many, time }) {
    const told = time === undefined ? '' : `, reported ${time}`
    if (names === undefined) return `${place}: something is broken${told}.`
    return `${place}: ${containers(many, names)} ${many ? 'are' : 'is'} broken${told}.`
  },
  repaired({ place, names, many, now }) {
    if (names === undefined) return `${place}: repaired, as of ${now}.`
    const verb = many ? 'have' : 'has'
    return `${place}: ${containers(many, names)} ${verb} been repaired, as of ${now}.`
  },
  icy: ({ atPlace, time }) => `It is icy ${atPlace}, reported ${time}. Take care.`,
  bike_round({ atPlace, firstStop, now, freeSlots, bookWith }) {
    const when = firstStop === undefined ? `as of ${now}` : `first stop at ${firstStop}`
    const sentences = [`The collection bike is out ${atPlace}, ${when}.`]
    if (freeSlots !== undefined) {
      const pickups = freeSlots === 1 ? 'one more pickup' : `${freeSlots} more pickups`
      sentences.push(freeSlots === 0 ? 'The round is fully booked.' : `It has room for ${pickups}.`)
    }
    if (freeSlots !== 0 && bookWith !== undefined) sentences.push(`Book with ${bookWith}.`)
    return sentences.join(' ')
  },
  weekly_digest({ atPlace, now, stationsFull: full, stations }) {
    const places = stations === undefined ? 'the stations' : `${stations} stations`
    const until = `In the last seven days, up to ${now} today,`
    if (full === undefined) return `${until} some container was full at stations ${atPlace}.`
    if (full === 0) return `${until} no container was full at any of ${places} ${atPlace}.`
    return `${until} some container was full at ${full} of ${places} ${atPlace}.`
  },
  sensor_silent({ atPlace, names, many, time }) {
    const subject = `${many ? 'The sensors' : 'The sensor'}${of(names)} ${atPlace}`
    if (time === undefined) return `${subject} ${many ? 'are' : 'is'} silent.`
    return `${subject} ${many ? 'have' : 'has'} been silent${since(time)}.`
  },
  atPlace: (place, kind) => `${kind === 'station' ? 'at' : 'in'} ${place}`,
  clock: (at, now, timeZone) => clockWithDay(at, now, timeZone, 'en-GB'),
  since: (clock) => `since ${clock}`,
  day({ ahead, date }) {
    if (ahead === 0) return 'today'
    if (ahead === 1) return 'tomorrow'
    return `on ${ahead < 7 ? weekdayText(date, 'en-GB') : dateText(date, 'en-GB')}`
  },
  dayPart(day, part) {
    if (part === 'night' && day.ahead < 2) return 'tonight'
    if (day.ahead === 0) return `this ${part}`
    return day.ahead === 1 ? `tomorrow ${part}` : en.day(day)
  },
  withinADay: 'within a day',
  anyTimeNow: 'any time now',
  boxes(meant, all) {
    if (meant < all) return `${meant} of ${all} containers`
    return all === 2 ? 'both containers' : `all ${all} containers`
  },
  more: (n) => `${n} more`,
  list: (names) => conjunction.format(names),
  emptying: (day, names) => `To be emptied ${day}${names === undefined ? '' : `: ${names}`}.`,
  notEmptied: (_many, names) => `Not emptied today${names === undefined ? '' : `: ${names}`}.`,
  nearest: (place, distance, names) => `Nearest with room${of(names)}: ${place}, ${distance}.`,
  roomBeside: (names) => `Another container${of(names)} at the station has room.`,
  distance: (metres) => distanceText(metres, '.'),
  digest: (clock) => `Summary of the day, ${clock}.`,
  headings: {
    full: 'Full',
    space_again: 'Room again',
    station_nearly_all_full: 'Nearly all full',
    full_soon: 'Likely to be full',
    littered: 'Litter',
    cleaned: 'Cleaned',
    broken: 'Broken',
    repaired: 'Repaired',
    icy: 'Icy',
    bike_round: 'The collection bike is out',
    weekly_digest: 'Full during the week',
    sensor_silent: 'Silent sensors',
  },
  claims: {
    full: (places) => `that it was full ${places}`,
    space_again: (places) => `that there was room again ${places}`,
    station_nearly_all_full: (places) => `that nearly everything was full ${places}`,
    full_soon: (places) => `that it was likely to be full ${places}`,
    littered: (places) => `that there was litter ${places}`,
    cleaned: (places) => `that it had been cleaned ${places}`,
    broken: (places) => `that something was broken ${places}`,
    repaired: (places) => `that it had been repaired ${places}`,
    icy: (places) => `that it was icy ${places}`,
    bike_round: (places) => `that the collection bike was out ${places}`,
    weekly_digest: (places) => `that it had been full during the week ${places}`,
    sensor_silent: (places) => `that sensors were silent ${places}`,
  },
  correction: (clock, claims) => `Correction of ${clock}: we wrote ${claims}. That was wrong.`,
  moreOnPage: (kind) =>
    kind === 'station'
      ? "There is more on the station's page."
      : "There is more on the town's page.",
}

function containers(many: boolean, names: string): string {
  return many ? `the containers for ${names}` : `the container for ${names}`
}

function of(names: string | undefined): string {
  return names === undefined ? '' : ` for ${names}`
}

function since(time: string | undefined): string {
  return time === undefined ? '' : ` since ${time}`
}

function by(source: Said['source'], many: boolean): string {
  switch (source) {
    case 'sensor':
      return many ? ', according to sensors' : ', according to its sensor'
    case 'reports':
      return ', according to visitors'
    case 'both':
      return `, according to ${many ? 'sensors' : 'its sensor'} and visitors`
    case 'none':
      return ''
  }
}
