/**
 * Finnish sentences about decisions. Short main clauses, so that few cases are needed: a time is
 * `klo 12.45` throughout, and a number that is counted takes the partitive.
 */
import { HOUR, MINUTE } from '#src/stations/time.ts'
import { unitsOf } from './explanation.ts'
import type { Explanations, Spent, Unit } from './explanation.ts'
import { DAYS_FI, dottedClock } from './finnish-clock.ts'
import { dayOfMonth } from './wall-clock.ts'

const NUMBERS = ['ei yhtään', 'yksi', 'kaksi', 'kolme', 'neljä', 'viisi', 'kuusi']
/** `yhden kävijän`, `kahden kävijän` */
const GENITIVES = ['', 'yhden', 'kahden', 'kolmen', 'neljän', 'viiden', 'kuuden']

/** Of one, of more, and of either in the genitive. */
const UNITS: Readonly<Record<Unit, readonly [string, string, string]>> = {
  minute: ['minuutti', 'minuuttia', 'minuutin'],
  hour: ['tunti', 'tuntia', 'tunnin'],
  day: ['päivä', 'päivää', 'päivän'],
}

const conjunction = new Intl.ListFormat('fi', { type: 'conjunction' })

export const explainFi: Explanations = {
  clock(at, now, timeZone) {
    const clock = `klo ${dottedClock(at, timeZone)}`
    if (Math.abs(at - now) < 24 * HOUR) return clock
    const { month, date } = dayOfMonth(at, timeZone)
    return `${date}.${month}. ${clock}`
  },
  list: (parts) => conjunction.format(parts),
  span,

  reasons: {
    'condition-true': ({ when, grounds }) =>
      `Ehto täyttyi ${when}, koska ${grounds}. Tilanteen pitää jatkua, ennen kuin mitään julkaistaan.`,
    'held-long-enough': ({ when, held, grounds }) =>
      held === undefined
        ? `Voimassa ${when} alkaen: ${grounds}.`
        : `Tilanne on jatkunut ${held}: ${grounds}.`,
    'waiting-for-reading': ({ when }) => awaitsReading(when),
    'said-before': () =>
      'Ei julkaista uudelleen: siitä kerrottiin ennen kuin tiedot loppuivat, eikä mikään ole sen jälkeen kertonut muuta.',
    'reset-before-for': ({ held }) =>
      `Ei julkaistu: tilanne kesti vain ${held ?? 'alle minuutin'}, mikä ei riitä.`,
    'waiting-for-data': ({ when }) => `Odottaa ${when} alkaen: tuoreita tietoja ei ole.`,
    'no-data-closed': ({ when }) =>
      `Päättyi ${when} ilman viestiä: tuoreita tietoja ei ole, joten kukaan ei tiedä tilannetta.`,
    'clear-condition-true': ({ when, grounds }) =>
      `Tilanne näytti menneen ohi ${when}, koska ${grounds}. Sen pitää pysyä niin, ennen kuin se lasketaan.`,
    'not-cleared-after-all': ({ when, grounds }) =>
      `Ei ollutkaan ohi: ${when} tilanne oli taas sama, koska ${grounds}.`,
    cleared: ({ when, grounds }) => `Tilanne on ohi ${when} alkaen: ${grounds}.`,
    'container-removed': ({ when }) =>
      `Päättyi ${when} ilman viestiä: astia tai kierrätyspiste on poistettu.`,
    'rule-changed': ({ when }) =>
      `Sääntöä muutettiin ${when}. Säännön muuttaminen ei itsessään julkaise mitään.`,
    'first-load-silent': ({ when }) =>
      `Ei julkaistu: sääntö on uusi tai muutettu, ja tilanne oli sama jo ${when}.`,
    'resolved-while-waiting': ({ isOfLevel }) =>
      isOfLevel
        ? 'Ei julkaistu: tilaa oli taas ennen viestin lähtöä.'
        : 'Ei julkaistu: tilanne oli ohi ennen viestin lähtöä.',
    absorbed: ({ isOfStation }) =>
      isOfStation
        ? 'Ei julkaistu erikseen: koko kierrätyspistettä koskeva viesti kertoo saman.'
        : 'Ei julkaistu erikseen: laajempi viesti kertoo saman.',
    grouped: ({ isOfStation }) =>
      `Odottaa hetken muita uutisia ${isOfStation ? 'kierrätyspisteeltä' : 'samasta paikasta'}, jotta ne mahtuvat samaan viestiin.`,
    posted: ({ when, grounds, held }) =>
      `Julkaistiin ${when}, koska ${grounds}${held === undefined ? '' : ` ja tilanne oli jatkunut ${held}`}.`,
    'schedule-not-true': ({ when, grounds }) => `Ei julkaistu ${when}: ${grounds}.`,
    'schedule-unknown': ({ when }) =>
      `Ei julkaistu ${when}: tuoreita tietoja ei ollut, kun oli aika.`,
    digested: ({ when }) =>
      `Julkaistiin ${when} päivän koosteessa, koska päivän omat viestit oli jo käytetty.`,
    withdrawn: ({ when }) => `Henkilökunta pysäytti viestin ${when}, ennen kuin se lähti.`,
    corrected: ({ when }) => `Oikaistiin ${when}: henkilökunnan mukaan tieto oli väärä.`,
  },
  waits: (reason, until) =>
    until === undefined ? `Odottaa: ${reason}.` : `Odottaa ${until} asti: ${reason}.`,
  isNotPosted: (reason) => `Ei julkaistu: ${reason}.`,
  holdReason({ gate, detail }, spent) {
    switch (gate) {
      case 'still-active':
        return detail === 'no data' ? 'tuoreita tietoja ei ole' : 'tilanne näyttää menneen ohi'
      case 'stale':
        return 'Kvitter oli pysähdyksissä ja lukee ensin sillä välin tulleet tiedot'
      case 'silenced':
        return 'henkilökunta on pyytänyt hiljaisuutta'
      case 'suppressed':
        return detail === 'truck' ? 'auto on tulossa' : `${detail ?? 'sääntö'} pidättää viestiä`
      case 'inhibited':
        return detail === undefined
          ? 'toinen sääntö on jo voimassa täällä'
          : `sääntö ${detail} on jo voimassa täällä`
      case 'quiet-hours':
        return 'hiljaiset tunnit'
      case 'post-at':
        return 'viestin kellonaika ei ole vielä tullut'
      case 'cooldown':
        return 'samasta asiasta kerrottiin hiljattain'
      case 'budget':
        return spent || !detail?.startsWith('min_gap')
          ? `päivän viestit on käytetty${counts(spent)}`
          : 'viestejä ei lähetetä liian tiheästi'
    }
  },
  dropReason(gate, spent) {
    if (gate.gate === 'stale') return 'Kvitter oli ollut pysähdyksissä, ja uutinen oli liian vanha'
    if (gate.gate !== 'still-active') return explainFi.holdReason(gate, spent)
    return gate.detail === 'no data'
      ? 'tuoreita tietoja ei ole, joten kukaan ei tiedä, pitääkö se paikkansa'
      : 'se ei enää pitänyt paikkaansa, kun viestin piti lähteä'
  },

  numbers: {
    'c.min_since_emptied': (n) => `se tyhjennettiin ${ago(n * MINUTE)}`,
    'c.sensor_silent_min': (n) => `anturista kuultiin viimeksi ${ago(n * MINUTE)}`,
    'c.p_full_24h': (n) =>
      `ennusteen mukaan se täyttyy vuorokauden kuluessa ${Math.round(n * 100)} prosentin todennäköisyydellä`,
    'c.next_emptying_h': (n) =>
      n === 0 ? 'sitä tyhjennetään parhaillaan' : `se tyhjennetään ${ahead(n * HOUR)}`,
    'c.emptying_overdue_h': (n) =>
      n === 0 ? 'tyhjennys ei ole myöhässä' : `tyhjennys on ${span(n * HOUR)} myöhässä`,
    'c.broken_reports_24h': (n) => `${visitors(n)} ilmoittanut sen olevan rikki`,
    's.unknown': (n) => `${GENITIVES[n] || n} astian tilanne on tuntematon`,
    's.litter_reports_4h': (n) => `${visitors(n)} ilmoittanut roskaisuudesta`,
    's.litter_staff_4h': (n) =>
      `henkilökunta ${n === 0 ? 'ei ole' : 'on'} ilmoittanut roskaisuudesta`,
    's.ice_reports_12h': (n) =>
      n === 0
        ? 'kukaan ei ole ilmoittanut liukkaudesta'
        : `${word(n)} ${n === 1 ? 'henkilö' : 'henkilöä'} on ilmoittanut liukkaudesta`,
    'truck.eta_min': (n) =>
      n === 0 ? 'auton pitäisi jo olla perillä' : `autoa odotetaan ${ahead(n * MINUTE)}`,
    'a.stations': (n) => `kierrätyspisteitä on ${n}`,
    'a.stations_full': (n) =>
      n === 0
        ? 'missään kierrätyspisteessä ei ole mitään täynnä'
        : `jotakin on täynnä ${atStations(n)}`,
    'a.stations_full_last_7d': (n) =>
      n === 0
        ? 'missään kierrätyspisteessä ei ole ollut mitään täynnä seitsemään päivään'
        : `jotakin on ollut täynnä ${atStations(n)} seitsemän viime päivän aikana`,
    'bike.first_stop_min': (n) =>
      n === 0 ? 'ensimmäinen pysähdys on jo ollut' : `ensimmäinen pysähdys on ${ahead(n * MINUTE)}`,
    'bike.free_slots': (n) =>
      n === 0
        ? 'kierros on täyteen varattu'
        : `kierrokselle mahtuu vielä ${word(n)} ${n === 1 ? 'nouto' : 'noutoa'}`,
    't.hour': (n) => `kello on yli ${n}`,
    't.weekday': (n) => `on ${DAYS_FI[n - 1]}`,
  },
  yesNo: {
    'c.passed_today': [
      'auto kävi tänään tyhjentämättä sitä',
      'auto ei ole tänään jättänyt sitä tyhjentämättä',
    ],
    'c.broken_staff': [
      'henkilökunnan mukaan se on rikki',
      'henkilökunta ei ole ilmoittanut sen olevan rikki',
    ],
    'c.repaired_since_last_broken': ['se on korjattu', 'sitä ei ole korjattu'],
    'c.fault': ['anturi ilmoittaa viasta', 'anturi ei ilmoita viasta'],
    's.cleaned_since_last_litter': ['paikka on siivottu', 'paikkaa ei ole siivottu'],
    's.gateway_down': [
      'kierrätyspisteen radiovastaanotin on epäkunnossa',
      'kierrätyspisteen radiovastaanotin toimii',
    ],
    'truck.en_route': ['auto on tulossa', 'autoa ei ole tulossa'],
    'bike.started': ['noutopyörä on liikkeellä', 'noutopyörä ei ole liikkeellä'],
    't.holiday': ['on pyhäpäivä', 'ei ole pyhäpäivä'],
  },
  missing: {
    information: 'tuoreita tietoja ei ole',
    forecast: 'tuoretta ennustetta ei ole',
    plan: 'tyhjennystä ei ole suunniteltu',
    word: 'kukaan ei ole sanonut siitä mitään vuorokauteen',
  },
  condition: ['säännön ehto täyttyy', 'säännön ehto ei täyty'],
  sensorShows: (value) => `anturi näyttää ${percent(value)}`,
  reported({ by, isFull, times }) {
    const who = by === 'staff' ? 'henkilökunta on' : visitors(times.length)
    const what = isFull ? 'sen olevan täynnä' : 'siinä olevan tilaa'
    return `${who} ilmoittanut ${what} (${times.join(', ')})`
  },
  despite: (reports, sensor) => `${reports}, vaikka ${sensor}`,
  containersFull(full, of) {
    if (of !== undefined) {
      return full === 0
        ? `yksikään ${of} astiasta ei ole täynnä`
        : `${of} astiasta ${full} on täynnä`
    }
    if (full === 0) return 'yksikään astia ei ole täynnä'
    return `${full} ${full === 1 ? 'astia' : 'astiaa'} on täynnä`
  },
  needsForFull({ fillPercent, reports }, reported) {
    const more = reported > 0 ? 'vielä ' : ''
    const ways = [
      ...(fillPercent === undefined ? [] : [percent(Math.ceil(fillPercent))]),
      ...(reports === undefined
        ? []
        : [`${more}${GENITIVES[reports] || reports} kävijän ilmoitus`]),
    ]
    return ways.length === 0
      ? 'henkilökunnan pitää käydä katsomassa'
      : `tarvitaan ${ways.join(' tai ')}`
  },
  needsNumber: (n) => `tarvitaan ${word(n)}`,
  needsPercent: (value) => `tarvitaan ${percent(value)}`,

  nothing: (why, need) => `Mitään ei julkaista: ${why}${need === undefined ? '' : `; ${need}`}.`,
  scheduled: (next) => `Tarkistetaan seuraavan kerran ${next}.`,
  pending({ since, grounds, until, held }) {
    const but =
      held === undefined
        ? ''
        : held.until === undefined
          ? `, mutta ei nyt: ${held.reason}`
          : `, mutta aikaisintaan ${held.until}: ${held.reason}`
    return `Voimassa ${since} alkaen: ${grounds}. Julkaistaan, jos tilanne jatkuu ${until} asti${but}.`
  },
  withCompany: (at, grounds) => `Julkaistaan ${at}, jos tilanne on silloin yhä sama: ${grounds}.`,
  told: (at, grounds) => `Julkaistiin ${at}, ja tilanne on yhä sama: ${grounds}.`,
  untold: (since, grounds) => `Voimassa ${since} alkaen ilman omaa viestiä: ${grounds}.`,
  clearing: (until) =>
    `Tilanne näyttää menneen ohi. Se katsotaan päättyneeksi, jos se pysyy niin ${until} asti.`,
  awaitsReading,
}

function awaitsReading(since: string): string {
  return `Odottaa ${since} alkaen toista mittausta: yksittäinen voi olla virhekaiku.`
}

function word(n: number): string {
  return NUMBERS[n] ?? String(n)
}

/** With the verb: `yksikään kävijä ei ole`, `kaksi kävijää on`. */
function visitors(n: number): string {
  if (n === 0) return 'yksikään kävijä ei ole'
  return `${word(n)} ${n === 1 ? 'kävijä' : 'kävijää'} on`
}

function atStations(n: number): string {
  return n === 1 ? 'yhdessä kierrätyspisteessä' : `${n} kierrätyspisteessä`
}

function percent(value: number): string {
  return `${Math.round(value)} %`
}

/** For how long: `45 minuuttia`, `1 tunnin ja 30 minuuttia`. One takes the genitive as an object. */
function span(ms: number): string {
  const units = unitsOf(ms)
  if (units.length === 0) return 'alle minuutin'
  return units.map(({ n, unit }) => `${n} ${UNITS[unit][n === 1 ? 2 : 1]}`).join(' ja ')
}

/** `1 tunti ja 5 minuuttia sitten` */
function ago(ms: number): string {
  const units = unitsOf(ms)
  if (units.length === 0) return 'alle minuutti sitten'
  return `${units.map(({ n, unit }) => `${n} ${UNITS[unit][n === 1 ? 0 : 1]}`).join(' ja ')} sitten`
}

/** `2 tunnin ja 5 minuutin kuluttua` */
function ahead(ms: number): string {
  const units = unitsOf(ms)
  if (units.length === 0) return 'alle minuutin kuluttua'
  return `${units.map(({ n, unit }) => `${n} ${UNITS[unit][2]}`).join(' ja ')} kuluttua`
}

/** ` (kierrätyspiste 4/4, tili 12/30)` */
function counts(spent: Spent | undefined): string {
  if (!spent) return ''
  const { used, of, usedInAll, ofAll } = spent
  return ` (kierrätyspiste ${used}/${of}, tili ${usedInAll}/${ofAll})`
}
