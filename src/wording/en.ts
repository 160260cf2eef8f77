/** English: plain and short. */
import type { Phrases, Said } from './phrases.ts'
import { clockWithDay, distanceText } from './wall-clock.ts'

const conjunction = new Intl.ListFormat('en-GB', { type: 'conjunction' })

export const en: Phrases = {
  full({ station, names, many, since, source }) {
    const told = by(source, many)
    if (names === undefined) return `${station}: full${after(since)}${told}.`
    const subject = many ? `the containers for ${names}` : `the container for ${names}`
    if (since === undefined) return `${station}: ${subject} ${many ? 'are' : 'is'} full${told}.`
    return `${station}: ${subject} ${many ? 'have' : 'has'} been full ${since}${told}.`
  },
  space_again({ station, names, now }) {
    return `There is room again at ${station}${names === undefined ? '' : ` for ${names}`}, as of ${now}.`
  },
  station_nearly_all_full({ station, since, source, fullContainers: full, containers }) {
    const all = full !== undefined && full === containers
    const what = all ? 'Everything' : 'Nearly everything'
    const verb = since === undefined ? 'is full' : 'has been full'
    const count = all ? `: all ${full} containers` : `: ${full} of ${containers} containers`
    const known = full !== undefined && containers !== undefined
    return `${what} ${verb} at ${station}${after(since)}${known ? count : ''}${by(source, true)}.`
  },
  sensor_silent({ station, names, many, since }) {
    const of = names === undefined ? '' : ` for ${names}`
    const subject = many ? `The sensors${of} at ${station}` : `The sensor${of} at ${station}`
    if (since === undefined) return `${subject} ${many ? 'are' : 'is'} silent.`
    return `${subject} ${many ? 'have' : 'has'} been silent ${since}.`
  },
  clock: (at, now, timeZone) => clockWithDay(at, now, timeZone, 'en-GB'),
  since: (clock) => `since ${clock}`,
  boxes(meant, all) {
    if (meant < all) return `${meant} of ${all} containers`
    return all === 2 ? 'both containers' : `all ${all} containers`
  },
  more: (n) => `${n} more`,
  list: (names) => conjunction.format(names),
  nearest: (station, distance, names) =>
    `Nearest with room${names === undefined ? '' : ` for ${names}`}: ${station}, ${distance}.`,
  roomBeside: (names) =>
    `Another container${names === undefined ? '' : ` for ${names}`} at the station has room.`,
  distance: (metres) => distanceText(metres, '.'),
  moreOnPage: "There is more on the station's page.",
}

function after(since: string | undefined): string {
  return since === undefined ? '' : ` ${since}`
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
