/** Swedish sentences about decisions. */
import { HOUR, MINUTE } from '#src/stations/time.ts'
import { unitsOf } from './explanation.ts'
import type { Explanations, Spent, Unit } from './explanation.ts'
import { clockNear } from './wall-clock.ts'

const NUMBERS = ['inga', 'en', 'två', 'tre', 'fyra', 'fem', 'sex']
const UNITS: Readonly<Record<Unit, readonly [string, string]>> = {
  minute: ['minut', 'minuter'],
  hour: ['timme', 'timmar'],
  day: ['dag', 'dagar'],
}
const MONTHS = 'jan feb mars april maj juni juli aug sep okt nov dec'.split(' ')
const WEEKDAYS = 'måndag tisdag onsdag torsdag fredag lördag söndag'.split(' ')

const conjunction = new Intl.ListFormat('sv', { type: 'conjunction' })

export const explainSv: Explanations = {
  clock: (at, now, timeZone) => clockNear(at, now, timeZone, MONTHS),
  list: (parts) => conjunction.format(parts),
  span,

  reasons: {
    'condition-true': ({ when, grounds }) =>
      `Började gälla ${when} eftersom ${grounds}; det måste hålla i sig innan något skrivs.`,
    'held-long-enough': ({ when, held, grounds }) =>
      held === undefined
        ? `Gäller från ${when}: ${grounds}.`
        : `Har hållit i sig i ${held}: ${grounds}.`,
    'waiting-for-reading': ({ when }) => awaitsReading(when),
    'said-before': () =>
      'Skrivs inte igen: det skrevs innan uppgifterna tog slut, och inget har sagt annat sedan dess.',
    'reset-before-for': ({ held }) =>
      `Skrevs inte: det gick över efter ${held ?? 'mindre än en minut'}, innan det hållit i sig tillräckligt länge.`,
    'waiting-for-data': ({ when }) => `Väntar sedan ${when}: det finns inga färska uppgifter.`,
    'no-data-closed': ({ when }) =>
      `Avslutades ${when} utan inlägg: det saknas färska uppgifter, så ingen vet hur det är.`,
    'clear-condition-true': ({ when, grounds }) =>
      `Ser ut att vara över ${when} eftersom ${grounds}; det måste hålla i sig innan det räknas.`,
    'not-cleared-after-all': ({ when, grounds }) =>
      `Var inte över: ${when} gällde det igen, eftersom ${grounds}.`,
    cleared: ({ when, grounds }) => `Är över sedan ${when}: ${grounds}.`,
    'container-removed': ({ when }) =>
      `Avslutades ${when} utan inlägg: behållaren eller stationen är borttagen.`,
    'rule-changed': ({ when }) =>
      `Regeln ändrades ${when}; en ändrad regel gör inget inlägg av sig själv.`,
    'first-load-silent': ({ when }) =>
      `Skrevs inte: regeln är ny eller ändrad, och det den gäller var redan så ${when}.`,
    'resolved-while-waiting': ({ isOfLevel }) =>
      isOfLevel
        ? 'Skrevs inte: det fanns plats igen innan inlägget gick ut.'
        : 'Skrevs inte: det var över innan inlägget gick ut.',
    absorbed: ({ isOfStation }) =>
      isOfStation
        ? 'Skrevs inte för sig: ett inlägg om hela stationen säger det redan.'
        : 'Skrevs inte för sig: ett större inlägg säger det redan.',
    grouped: ({ isOfStation }) =>
      `Väntar en stund på fler nyheter från ${isOfStation ? 'stationen' : 'samma plats'}, så att de ryms i samma inlägg.`,
    posted: ({ when, grounds, held }) =>
      `Skrevs ${when} eftersom ${grounds}${held === undefined ? '' : ` och det hållit i sig i ${held}`}.`,
    'schedule-not-true': ({ when, grounds }) => `Skrevs inte ${when}: ${grounds}.`,
    'schedule-unknown': ({ when }) =>
      `Skrevs inte ${when}: det saknades färska uppgifter när det var dags.`,
    digested: ({ when }) =>
      `Skrevs ${when} i dagens sammanfattning, eftersom dagens egna inlägg var slut.`,
    withdrawn: ({ when }) => `Stoppades ${when} av personalen innan det gick ut.`,
    corrected: ({ when }) => `Rättades ${when}: personalen säger att det inte stämde.`,
  },
  waits: (reason, until) =>
    until === undefined ? `Väntar: ${reason}.` : `Väntar till ${until}: ${reason}.`,
  isNotPosted: (reason) => `Skrevs inte: ${reason}.`,
  holdReason({ gate, detail }, spent) {
    switch (gate) {
      case 'still-active':
        return detail === 'no data' ? 'det finns inga färska uppgifter' : 'det ser ut att vara över'
      case 'stale':
        return 'Kvitter har stått still och läser först in det som kommit under tiden'
      case 'silenced':
        return 'personalen vill ha tyst'
      case 'suppressed':
        return detail === 'truck' ? 'en bil är på väg' : `${detail ?? 'en regel'} håller inne det`
      case 'inhibited':
        return detail === undefined
          ? 'en annan regel gäller redan här'
          : `regeln ${detail} gäller redan här`
      case 'quiet-hours':
        return 'tysta timmar'
      case 'post-at':
        return 'det är inte dags på dagen än'
      case 'cooldown':
        return 'det skrevs nyligen om samma sak'
      case 'budget':
        return spent || !detail?.startsWith('min_gap')
          ? `dagens inlägg är slut${counts(spent)}`
          : 'inläggen kommer inte för tätt'
    }
  },
  dropReason(gate, spent) {
    if (gate.gate === 'stale') return 'Kvitter hade stått still, och nyheten var för gammal'
    if (gate.gate !== 'still-active') return explainSv.holdReason(gate, spent)
    return gate.detail === 'no data'
      ? 'det finns inga färska uppgifter, så ingen vet om det stämmer'
      : 'det stämde inte längre när inlägget skulle ut'
  },

  numbers: {
    'c.min_since_emptied': (n) => `den tömdes för ${span(n * MINUTE)} sedan`,
    'c.sensor_silent_min': (n) => `givaren hördes senast för ${span(n * MINUTE)} sedan`,
    'c.p_full_24h': (n) =>
      `prognosen säger ${percent(n * 100)} risk att den blir full inom ett dygn`,
    'c.next_emptying_h': (n) => (n === 0 ? 'den töms nu' : `den töms om ${span(n * HOUR)}`),
    'c.emptying_overdue_h': (n) =>
      n === 0 ? 'ingen tömning är försenad' : `tömningen är ${span(n * HOUR)} försenad`,
    'c.broken_reports_24h': (n) => `${visitors(n)} har anmält att den är trasig`,
    's.unknown': (n) => `läget är okänt för ${n === 1 ? 'en behållare' : `${word(n)} behållare`}`,
    's.litter_reports_4h': (n) => `${visitors(n)} har anmält skräp`,
    's.litter_staff_4h': (n) =>
      n === 0 ? 'personalen har inte anmält skräp' : 'personalen har anmält skräp',
    's.ice_reports_12h': (n) =>
      n === 0
        ? 'ingen har anmält halka'
        : `${n === 1 ? 'en person' : `${word(n)} personer`} har anmält halka`,
    'truck.eta_min': (n) =>
      n === 0 ? 'bilen skulle redan vara här' : `bilen väntas om ${span(n * MINUTE)}`,
    'a.stations': (n) => `det finns ${stations(n)}`,
    'a.stations_full': (n) =>
      n === 0 ? 'ingen station har något fullt' : `${stations(n)} har något fullt`,
    'a.stations_full_last_7d': (n) =>
      `${n === 0 ? 'ingen station' : stations(n)} har haft något fullt de senaste sju dagarna`,
    'bike.first_stop_min': (n) =>
      n === 0 ? 'det första stoppet har varit' : `det första stoppet är om ${span(n * MINUTE)}`,
    'bike.free_slots': (n) =>
      n === 0
        ? 'turen är fullbokad'
        : `det finns plats för ${n === 1 ? 'en hämtning' : `${word(n)} hämtningar`} till`,
    't.hour': (n) => `klockan är över ${n}`,
    't.weekday': (n) => `det är ${WEEKDAYS[n - 1]}`,
  },
  yesNo: {
    'c.passed_today': [
      'en bil har varit här i dag utan att tömma den',
      'ingen bil har lämnat den otömd i dag',
    ],
    'c.broken_staff': [
      'personalen säger att den är trasig',
      'personalen har inte anmält att den är trasig',
    ],
    'c.repaired_since_last_broken': ['den har lagats', 'den har inte lagats'],
    'c.fault': ['givaren anmäler ett fel', 'givaren anmäler inget fel'],
    's.cleaned_since_last_litter': ['det har städats', 'det har inte städats'],
    's.gateway_down': [
      'stationens radiomottagare är ur funktion',
      'stationens radiomottagare fungerar',
    ],
    'truck.en_route': ['en bil är på väg', 'ingen bil är på väg'],
    'bike.started': ['returcykeln är ute', 'returcykeln är inte ute'],
    't.holiday': ['det är helgdag', 'det är inte helgdag'],
  },
  missing: {
    information: 'det finns inga färska uppgifter',
    forecast: 'det finns ingen färsk prognos',
    plan: 'det finns ingen planerad tömning',
    word: 'ingen har sagt något om det på ett dygn',
  },
  condition: ['regelns villkor är uppfyllt', 'regelns villkor är inte uppfyllt'],
  sensorShows: (value) => `givaren visar ${percent(value)}`,
  reported({ by, isFull, times }) {
    const who = by === 'staff' ? 'personalen' : visitors(times.length)
    const what = isFull ? 'rapporterat fullt' : 'rapporterat att det finns plats'
    return `${who} har ${what} (${times.join(', ')})`
  },
  despite: (reports, sensor) => `${reports} medan ${sensor}`,
  containersFull(full, of) {
    const verb = full < 2 ? 'är full' : 'är fulla'
    if (of !== undefined) return `${full === 0 ? 'ingen' : full} av ${of} behållare ${verb}`
    return `${full === 0 ? 'ingen' : full} behållare ${verb}`
  },
  needsForFull({ fillPercent, reports }, reported) {
    const ways = [
      ...(fillPercent === undefined ? [] : [percent(Math.ceil(fillPercent))]),
      ...(reports === undefined ? [] : [`${reportsOf(reports)}${reported > 0 ? ' till' : ''}`]),
    ]
    return `det krävs ${ways.length === 0 ? 'att personalen ser efter' : ways.join(' eller ')}`
  },
  needsNumber: (n) => `det krävs ${word(n)}`,
  needsPercent: (value) => `det krävs ${percent(value)}`,

  nothing: (why, need) => `Inget skrivs: ${why}${need === undefined ? '' : `; ${need}`}.`,
  scheduled: (next) => `Prövas nästa gång ${next}.`,
  pending({ since, grounds, until, held }) {
    const but =
      held === undefined
        ? ''
        : held.until === undefined
          ? `, men inte nu: ${held.reason}`
          : `, dock tidigast ${held.until}: ${held.reason}`
    return `Gäller sedan ${since}: ${grounds}. Skrivs om det håller i sig till ${until}${but}.`
  },
  withCompany: (at, grounds) => `Skrivs ${at}, om det fortfarande gäller då: ${grounds}.`,
  told: (at, grounds) => `Skrevs ${at} och gäller fortfarande: ${grounds}.`,
  untold: (since, grounds) => `Gäller sedan ${since}, utan ett eget inlägg: ${grounds}.`,
  clearing: (until) => `Ser ut att vara över; det räknas om det håller i sig till ${until}.`,
  awaitsReading,
}

function awaitsReading(since: string): string {
  return `Väntar sedan ${since} på en mätning till: en ensam kan vara ett falskt eko.`
}

function word(n: number): string {
  return NUMBERS[n] ?? String(n)
}

function visitors(n: number): string {
  return n === 0 ? 'ingen besökare' : `${word(n)} besökare`
}

function reportsOf(n: number): string {
  return n === 1 ? 'en besökares rapport' : `${word(n)} besökares rapporter`
}

function stations(n: number): string {
  return n === 1 ? 'en station' : `${word(n)} stationer`
}

function percent(value: number): string {
  return `${Math.round(value)} %`
}

/** `45 minuter`, `2 timmar`, `1 timme och 30 minuter`, `3 dagar` */
function span(ms: number): string {
  const units = unitsOf(ms)
  if (units.length === 0) return 'mindre än en minut'
  return units.map(({ n, unit }) => `${n} ${UNITS[unit][n === 1 ? 0 : 1]}`).join(' och ')
}

/** ` (4 av 4 för stationen, 12 av 30 för kontot)` */
function counts(spent: Spent | undefined): string {
  if (!spent) return ''
  const { used, of, usedInAll, ofAll } = spent
  return ` (${used} av ${of} för stationen, ${usedInAll} av ${ofAll} för kontot)`
}
