/** English sentences about decisions. */
import { HOUR, MINUTE } from '#src/stations/time.ts'
import { unitsOf } from './explanation.ts'
import type { Explanations, Spent } from './explanation.ts'
import { clockNear } from './wall-clock.ts'

const NUMBERS = ['no', 'one', 'two', 'three', 'four', 'five', 'six']
const MONTHS = 'Jan Feb Mar Apr May June July Aug Sept Oct Nov Dec'.split(' ')
const WEEKDAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ')

const conjunction = new Intl.ListFormat('en-GB', { type: 'conjunction' })

export const explainEn: Explanations = {
  clock: (at, now, timeZone) => clockNear(at, now, timeZone, MONTHS),
  list: (parts) => conjunction.format(parts),
  span,

  reasons: {
    'condition-true': ({ when, grounds }) =>
      `Became true at ${when} because ${grounds}; it has to last before anything is posted.`,
    'held-long-enough': ({ when, held, grounds }) =>
      held === undefined
        ? `True from ${when}: ${grounds}.`
        : `It has lasted for ${held}: ${grounds}.`,
    'waiting-for-reading': ({ when }) => awaitsReading(when),
    'said-before': () =>
      'Not posted again: it was posted before the information ceased, and nothing has said otherwise since.',
    'reset-before-for': ({ held }) =>
      `Not posted: it was over after ${held ?? 'less than a minute'}, before it had lasted long enough.`,
    'waiting-for-data': ({ when }) => `Waiting since ${when}: there is no recent information.`,
    'no-data-closed': ({ when }) =>
      `Closed at ${when} without a post: there is no recent information, so nobody knows.`,
    'clear-condition-true': ({ when, grounds }) =>
      `Seems to be over at ${when} because ${grounds}; it has to last before it counts.`,
    'not-cleared-after-all': ({ when, grounds }) =>
      `Was not over after all: at ${when} it was so again, because ${grounds}.`,
    cleared: ({ when, grounds }) => `Over at ${when}: ${grounds}.`,
    'container-removed': ({ when }) =>
      `Closed at ${when} without a post: the container or the station was taken away.`,
    'rule-changed': ({ when }) =>
      `The rule was changed at ${when}; changing a rule makes no post by itself.`,
    'first-load-silent': ({ when }) =>
      `Not posted: the rule is new or changed, and what it is about was so already at ${when}.`,
    'resolved-while-waiting': ({ isOfLevel }) =>
      isOfLevel
        ? 'Not posted: there was room again before the post went out.'
        : 'Not posted: it was over before the post went out.',
    absorbed: ({ isOfStation }) =>
      isOfStation
        ? 'Not posted by itself: a post about the whole station says it already.'
        : 'Not posted by itself: a bigger post says it already.',
    grouped: ({ isOfStation }) =>
      `Waiting a little for more news from the ${isOfStation ? 'station' : 'same place'}, so that it fits in one post.`,
    posted: ({ when, grounds, held }) =>
      `Posted at ${when} because ${grounds}${held === undefined ? '' : ` and it had lasted for ${held}`}.`,
    'schedule-not-true': ({ when, grounds }) => `Not posted at ${when}: ${grounds}.`,
    'schedule-unknown': ({ when }) =>
      `Not posted at ${when}: there was no recent information when the time came.`,
    digested: ({ when }) =>
      `Posted at ${when} in the digest of the day, since the day's own posts were used up.`,
    withdrawn: ({ when }) => `Stopped by staff at ${when}, before it went out.`,
    corrected: ({ when }) => `Corrected at ${when}: staff say that it was wrong.`,
  },
  waits: (reason, until) =>
    until === undefined ? `Waiting: ${reason}.` : `Waiting until ${until}: ${reason}.`,
  isNotPosted: (reason) => `Not posted: ${reason}.`,
  holdReason({ gate, detail }, spent) {
    switch (gate) {
      case 'still-active':
        return detail === 'no data' ? 'there is no recent information' : 'it seems to be over'
      case 'stale':
        return 'Kvitter was down and first reads what came in meanwhile'
      case 'silenced':
        return 'staff want silence'
      case 'suppressed':
        return detail === 'truck' ? 'a truck is on its way' : `${detail ?? 'a rule'} holds it back`
      case 'inhibited':
        return detail === undefined
          ? 'another rule is in force here already'
          : `the rule ${detail} is in force here already`
      case 'quiet-hours':
        return 'quiet hours'
      case 'post-at':
        return 'it is not the time of day yet'
      case 'cooldown':
        return 'the same thing was posted recently'
      case 'budget':
        return spent || !detail?.startsWith('min_gap')
          ? `the day's posts are used up${counts(spent)}`
          : 'posts are not made too close together'
    }
  },
  dropReason(gate, spent) {
    if (gate.gate === 'stale') return 'Kvitter had been down, and the news was too old'
    if (gate.gate !== 'still-active') return explainEn.holdReason(gate, spent)
    return gate.detail === 'no data'
      ? 'there is no recent information, so nobody knows whether it is so'
      : 'it was no longer so when the post was to go out'
  },

  numbers: {
    'c.min_since_emptied': (n) => `it was emptied ${span(n * MINUTE)} ago`,
    'c.sensor_silent_min': (n) => `the sensor was last heard of ${span(n * MINUTE)} ago`,
    'c.p_full_24h': (n) =>
      `the forecast puts the risk that it will be full within a day at ${percent(n * 100)}`,
    'c.next_emptying_h': (n) =>
      n === 0 ? 'it is being emptied now' : `it will be emptied in ${span(n * HOUR)}`,
    'c.emptying_overdue_h': (n) =>
      n === 0 ? 'no emptying is overdue' : `its emptying is ${span(n * HOUR)} overdue`,
    'c.broken_reports_24h': (n) => `${visitors(n)} reported it broken`,
    's.unknown': (n) =>
      `nothing is known of ${n === 1 ? 'one container' : `${word(n)} containers`}`,
    's.litter_reports_4h': (n) => `${visitors(n)} reported litter`,
    's.litter_staff_4h': (n) =>
      n === 0 ? 'the staff have not reported litter' : 'the staff have reported litter',
    's.ice_reports_12h': (n) =>
      n === 0
        ? 'nobody has reported ice'
        : `${n === 1 ? 'one person has' : `${word(n)} people have`} reported ice`,
    'truck.eta_min': (n) =>
      n === 0 ? 'the truck should be here already' : `the truck is expected in ${span(n * MINUTE)}`,
    'a.stations': (n) => `there ${n === 1 ? 'is' : 'are'} ${stations(n)}`,
    'a.stations_full': (n) =>
      n === 0
        ? 'no station has anything full'
        : `${stations(n)} ${n === 1 ? 'has' : 'have'} something full`,
    'a.stations_full_last_7d': (n) =>
      n === 0
        ? 'no station has had anything full in the last seven days'
        : `${stations(n)} ${n === 1 ? 'has' : 'have'} had something full in the last seven days`,
    'bike.first_stop_min': (n) =>
      n === 0 ? 'the first stop has been' : `the first stop is in ${span(n * MINUTE)}`,
    'bike.free_slots': (n) =>
      n === 0
        ? 'the round is fully booked'
        : `there is room for ${word(n)} more ${n === 1 ? 'pickup' : 'pickups'}`,
    't.hour': (n) => `it is past ${n}:00`,
    't.weekday': (n) => `it is ${WEEKDAYS[n - 1]}`,
  },
  yesNo: {
    'c.passed_today': [
      'a truck was here today and did not empty it',
      'no truck has left it unemptied today',
    ],
    'c.broken_staff': ['the staff say that it is broken', 'the staff have not reported it broken'],
    'c.repaired_since_last_broken': ['it has been repaired', 'it has not been repaired'],
    'c.fault': ['the sensor reports a fault', 'the sensor reports no fault'],
    's.cleaned_since_last_litter': ['it has been cleaned', 'it has not been cleaned'],
    's.gateway_down': ["the station's radio gateway is down", "the station's radio gateway works"],
    'truck.en_route': ['a truck is on its way', 'no truck is on its way'],
    'bike.started': ['the collection bike is out', 'the collection bike is not out'],
    't.holiday': ['it is a public holiday', 'it is no public holiday'],
  },
  missing: {
    information: 'there is no recent information',
    forecast: 'there is no recent forecast',
    plan: 'no emptying is planned',
    word: 'nobody has said anything of it for a day',
  },
  condition: ["the rule's condition is met", "the rule's condition is not met"],
  sensorShows: (value) => `the sensor shows ${percent(value)}`,
  reported({ by, isFull, times }) {
    const who = by === 'staff' ? 'the staff have' : visitors(times.length)
    return `${who} reported ${isFull ? 'it full' : 'that there is room'} (${times.join(', ')})`
  },
  despite: (reports, sensor) => `${reports} while ${sensor}`,
  containersFull(full, of) {
    const verb = full < 2 ? 'is full' : 'are full'
    if (of !== undefined) return `${full === 0 ? 'none' : full} of ${of} containers ${verb}`
    return `${full === 0 ? 'no' : full} container${full < 2 ? '' : 's'} ${verb}`
  },
  needsForFull({ fillPercent, reports }, reported) {
    const more = reported > 0 ? 'more ' : ''
    const ways = [
      ...(fillPercent === undefined ? [] : [percent(Math.ceil(fillPercent))]),
      ...(reports === undefined
        ? []
        : reports === 1
          ? [`a report from one ${more}visitor`]
          : [`reports from ${word(reports)} ${more}visitors`]),
    ]
    return `it takes ${ways.length === 0 ? 'a look by the staff' : ways.join(' or ')}`
  },
  needsNumber: (n) => `it takes ${word(n)}`,
  needsPercent: (value) => `it takes ${percent(value)}`,

  nothing: (why, need) => `Nothing is posted: ${why}${need === undefined ? '' : `; ${need}`}.`,
  scheduled: (next) => `Looked at next at ${next}.`,
  pending({ since, grounds, until, held }) {
    const but =
      held === undefined
        ? ''
        : held.until === undefined
          ? `, but not now: ${held.reason}`
          : `, but not before ${held.until}: ${held.reason}`
    return `True since ${since}: ${grounds}. It is posted if it lasts until ${until}${but}.`
  },
  withCompany: (at, grounds) => `Posted at ${at}, if it is still so then: ${grounds}.`,
  told: (at, grounds) => `Posted at ${at}, and still so: ${grounds}.`,
  untold: (since, grounds) => `True since ${since}, without a post of its own: ${grounds}.`,
  clearing: (until) => `Seems to be over; it counts if it lasts until ${until}.`,
  awaitsReading,
}

function awaitsReading(since: string): string {
  return `Waiting since ${since} for another reading: a single one may be a false echo.`
}

function word(n: number): string {
  return NUMBERS[n] ?? String(n)
}

/** With the verb, since nobody is singular as well. */
function visitors(n: number): string {
  return n < 2 ? `${word(n)} visitor has` : `${word(n)} visitors have`
}

function stations(n: number): string {
  return `${word(n)} ${n === 1 ? 'station' : 'stations'}`
}

function percent(value: number): string {
  return `${Math.round(value)}%`
}

/** `45 minutes`, `2 hours`, `1 hour and 30 minutes`, `3 days` */
function span(ms: number): string {
  const units = unitsOf(ms)
  if (units.length === 0) return 'less than a minute'
  return units.map(({ n, unit }) => `${n} ${unit}${n === 1 ? '' : 's'}`).join(' and ')
}

/** ` (4 of 4 for the station, 12 of 30 for the account)` */
function counts(spent: Spent | undefined): string {
  if (!spent) return ''
  const { used, of, usedInAll, ofAll } = spent
  return ` (${used} of ${of} for the station, ${usedInAll} of ${ofAll} for the account)`
}
