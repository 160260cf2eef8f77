/** Swedish: plain and short, the container is what is full, so that the words agree whatever the fraction. */
import type { Phrases, Said } from './phrases.ts'
import { clockWithDay, distanceText } from './wall-clock.ts'

const conjunction = new Intl.ListFormat('sv', { type: 'conjunction' })

export const sv: Phrases = {
  full({ station, names, many, since, source }) {
    if (names === undefined) return `${station}: fullt${after(since)}${by(source)}.`
    const subject = many ? `behållarna för ${names} är fulla` : `behållaren för ${names} är full`
    return `${station}: ${subject}${after(since)}${by(source)}.`
  },
  space_again({ station, names, now }) {
    return `Det finns plats igen på ${station}${names === undefined ? '' : ` för ${names}`}, klockan ${now}.`
  },
  station_nearly_all_full({ station, since, source, fullContainers: full, containers }) {
    const all = full !== undefined && full === containers
    const what = all ? 'Allt är fullt' : 'Nästan allt är fullt'
    const count = all ? `: alla ${full} behållare` : `: ${full} av ${containers} behållare`
    const known = full !== undefined && containers !== undefined
    return `${what} på ${station}${after(since)}${known ? count : ''}${by(source)}.`
  },
  sensor_silent({ station, names, many, since }) {
    const of = names === undefined ? '' : ` för ${names}`
    return many
      ? `Givarna${of} på ${station} har varit tysta${after(since)}.`
      : `Givaren${of} på ${station} har varit tyst${after(since)}.`
  },
  clock: (at, now, timeZone) => clockWithDay(at, now, timeZone, 'sv-SE'),
  since: (clock) => `sedan ${clock}`,
  boxes(meant, all) {
    if (meant < all) return `${meant} av ${all} behållare`
    return all === 2 ? 'båda behållarna' : `alla ${all} behållarna`
  },
  more: (n) => `${n} till`,
  list: (names) => conjunction.format(names),
  nearest: (station, distance, names) =>
    `Närmast med plats${names === undefined ? '' : ` för ${names}`}: ${station}, ${distance}.`,
  roomBeside: (names) =>
    `En annan behållare${names === undefined ? '' : ` för ${names}`} på stationen har plats.`,
  distance: (metres) => distanceText(metres, ','),
  moreOnPage: 'Mer finns på stationens sida.',
}

function after(since: string | undefined): string {
  return since === undefined ? '' : ` ${since}`
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
