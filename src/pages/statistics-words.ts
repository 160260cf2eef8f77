/** What the statistics' pages say, in each language. */
import type { Language } from '#src/stations/fraction.ts'

export interface StatisticsWords {
  readonly link: string
  readonly title: (place: string) => string
  readonly lead: string
  /** When it was reckoned, and of which days. */
  readonly period: (made: string, first: string, last: string) => string
  readonly ofStation: (station: string) => string
  readonly allOfTown: string
  readonly asTable: string
  readonly nothing: string

  readonly fillTitle: string
  readonly fillTown: string
  readonly fillStation: string
  readonly fillStrip: (name: string, low: number, high: number) => string
  readonly fillCaption: string
  readonly scale: readonly string[]
  readonly unknown: string

  readonly fullTitle: string
  readonly fullText: (percent: number) => string
  readonly fullCaption: string
  readonly times: string
  readonly perTime: string
  readonly share: string
  readonly hours: (n: string) => string

  readonly keptTitle: string
  readonly keptText: string
  readonly keptNothing: string
  readonly keptBar: (kept: number, announced: number) => string
  readonly kept: string
  readonly late: string
  readonly missed: string
  readonly unplanned: (n: number) => string
  readonly medianLate: (span: string) => string

  readonly postsTitle: string
  readonly postsText: string
  readonly postsChart: (low: number, high: number) => string
  readonly month: string
  readonly posts: string
  readonly corrections: string

  readonly reportsTitle: string
  readonly reportsText: string
  readonly reportsNothing: string
  readonly report: string
  readonly count: string
  readonly cameOut: (agreed: number, measured: number) => string
  readonly unmeasured: (n: number) => string
  /** Without reports of the last two days. */
  readonly emptied: (emptied: number, followed: number) => string

  readonly bikeTitle: string
  readonly bikeText: string
  readonly bikeNothing: string
  readonly fetched: string
  readonly reused: string
  readonly byBike: string
  readonly byCar: string
  readonly carText: string
  readonly waitTitle: string
  readonly waitDays: (days: string) => string
  readonly errands: string
  readonly unserved: string
  readonly waited: string
  readonly district: string
  readonly noDistrict: string
  readonly byDistrict: string
  readonly byMonth: string

  readonly dataTitle: string
  readonly dataText: string
  readonly data: {
    readonly kept: string
    readonly posts: string
    readonly stations: string
    readonly errands: string
    readonly errandsCsv: string
    readonly rounds: string
  }
}

export const STATISTICS_WORDS: Readonly<Record<Language, StatisticsWords>> = {
  sv: {
    link: 'Statistik',
    title: (place) => `Statistik: ${place}`,
    lead: 'Hur fullt det har varit, om tömningarna höll sina dagar, och vad som blev av det ni sade.',
    period: (made, first, last) => `Räknat ${made}, för ${first} till ${last}.`,
    ofStation: (station) => `Statistik för ${station}`,
    allOfTown: 'Statistik för alla stationer',
    asTable: 'Visa som tabell',
    nothing: 'Inga mätvärden de här dagarna.',
    fillTitle: 'Hur fullt det har varit',
    fillTown: 'En ruta per dygn: behållarnas högsta nivå, i genomsnitt för varje sort.',
    fillStation: 'En ruta per dygn: den högsta nivån i varje behållare.',
    fillStrip: (name, low, high) =>
      `${name}: dygnens högsta nivå mellan ${low} och ${high} procent.`,
    fillCaption: 'Högsta nivå per dygn, i procent. Streck betyder okänt.',
    scale: ['under 25\u00A0%', '25–49\u00A0%', '50–74\u00A0%', '75–89\u00A0%', '90\u00A0% och mer'],
    unknown: 'okänt',
    fullTitle: 'Hur ofta och hur länge det var fullt',
    fullText: (percent) => `Som fullt räknas från ${percent}\u00A0% och uppåt, enligt givare.`,
    fullCaption: 'Gånger och tid som det var fullt',
    times: 'Gånger',
    perTime: 'I snitt',
    share: 'Del av tiden',
    hours: (n) => `${n} tim`,
    keptTitle: 'Höll tömningarna sina dagar?',
    keptText: 'Tömningar som sades minst tolv timmar i förväg, mot när behållaren tömdes.',
    keptNothing: 'Inga tömningar var utlovade de här dagarna.',
    keptBar: (kept, announced) => `${kept} av ${announced} utlovade tömningar hölls.`,
    kept: 'i tid',
    late: 'sent',
    missed: 'inte gjorda',
    unplanned: (n) => `Utöver planen tömdes behållare ${n === 1 ? 'en gång' : `${n} gånger`}.`,
    medianLate: (span) => `Hälften av de sena kom mer än ${span} för sent.`,
    postsTitle: 'Vad stationerna har sagt',
    postsText: 'Inlägg per månad. Den senaste månaden är inte slut.',
    postsChart: (low, high) => `Mellan ${low} och ${high} inlägg per månad.`,
    month: 'Månad',
    posts: 'Inlägg',
    corrections: 'Rättelser',
    reportsTitle: 'Vad ni har sagt',
    reportsText: 'Rapporter från behållarnas sidor.',
    reportsNothing: 'Ingen har rapporterat något de här dagarna.',
    report: 'Rapport',
    count: 'Antal',
    cameOut: (agreed, measured) =>
      `När någon sade ”full” såg givaren samma sak ${agreed} av ${measured} gånger.`,
    unmeasured: (n) =>
      `${n === 1 ? 'En gång' : `${n} gånger`} fanns inget mätvärde att jämföra med.`,
    emptied: (emptied, followed) =>
      `Inom två dygn efter en rapport om fullt tömdes behållaren ${emptied} av ${followed} gånger. Rapporter från de senaste två dygnen är inte med.`,
    bikeTitle: 'Returcykeln',
    bikeText:
      'Hela månader, de senaste tolv. Tal under fem visas inte, för att ingen ska kännas igen.',
    bikeNothing: 'Det finns inga hela månader att visa än.',
    fetched: 'hämtat',
    reused: 'till återbruk',
    byBike: 'Med cykel',
    byCar: 'Med bil hade det blivit',
    carText: 'Om varje hushåll själv hade kört dit sakerna lämnades, och hem igen.',
    waitTitle: 'Så länge fick man vänta',
    waitDays: (days) => `${days} dagar`,
    errands: 'Hämtningar',
    unserved: 'Utan tid',
    waited: 'Väntan, dagar',
    district: 'Område',
    noDistrict: 'Okänt område',
    byDistrict: 'Per område',
    byMonth: 'Per månad',
    dataTitle: 'Öppna data',
    dataText: 'Samma uppgifter för den som vill räkna själv.',
    data: {
      kept: 'Hållna tömningar (JSON)',
      posts: 'Inlägg (JSON)',
      stations: 'Stationer och nivåer nu (JSON)',
      errands: 'Returcykelns hämtningar (JSON)',
      errandsCsv: 'Returcykelns hämtningar (CSV)',
      rounds: 'Returcykelns turer (JSON)',
    },
  },
  en: {
    link: 'Statistics',
    title: (place) => `Statistics: ${place}`,
    lead: 'How full it has been, whether emptyings kept their days, and what came of what you said.',
    period: (made, first, last) => `Reckoned ${made}, of ${first} to ${last}.`,
    ofStation: (station) => `Statistics of ${station}`,
    allOfTown: 'Statistics of all stations',
    asTable: 'Show as a table',
    nothing: 'No readings in these days.',
    fillTitle: 'How full it has been',
    fillTown: 'One square a day: the containers’ highest level, on average for each kind.',
    fillStation: 'One square a day: the highest level in each container.',
    fillStrip: (name, low, high) =>
      `${name}: the days’ highest level between ${low} and ${high} per cent.`,
    fillCaption: 'Highest level by day, in per cent. A dash means unknown.',
    scale: ['under 25%', '25–49%', '50–74%', '75–89%', '90% and more'],
    unknown: 'unknown',
    fullTitle: 'How often and how long it was full',
    fullText: (percent) => `Full counts from ${percent}% up, by the sensors.`,
    fullCaption: 'Times and hours for which it was full',
    times: 'Times',
    perTime: 'On average',
    share: 'Share of the time',
    hours: (n) => `${n} h`,
    keptTitle: 'Did emptyings keep their days?',
    keptText:
      'Emptyings that were announced at least twelve hours ahead, against when the container was emptied.',
    keptNothing: 'No emptyings were promised in these days.',
    keptBar: (kept, announced) => `${kept} of ${announced} promised emptyings were kept.`,
    kept: 'in time',
    late: 'late',
    missed: 'not done',
    unplanned: (n) =>
      `Beyond the plan, containers were emptied ${n === 1 ? 'once' : `${n} times`}.`,
    medianLate: (span) => `Half of the late ones came more than ${span} late.`,
    postsTitle: 'What the stations have said',
    postsText: 'Posts by month. The last month is not over.',
    postsChart: (low, high) => `Between ${low} and ${high} posts a month.`,
    month: 'Month',
    posts: 'Posts',
    corrections: 'Corrections',
    reportsTitle: 'What you have said',
    reportsText: 'Reports from the containers’ pages.',
    reportsNothing: 'Nobody has reported anything in these days.',
    report: 'Report',
    count: 'Number',
    cameOut: (agreed, measured) =>
      `When somebody said “full”, the sensor saw the same ${agreed} of ${measured} times.`,
    unmeasured: (n) => `${n === 1 ? 'Once' : `${n} times`} there was no reading to compare with.`,
    emptied: (emptied, followed) =>
      `Within two days of a report of full, the container was emptied ${emptied} of ${followed} times. Reports of the last two days are not counted yet.`,
    bikeTitle: 'The return bike',
    bikeText:
      'Whole months, the last twelve. Numbers below five are not shown, so that nobody is recognised.',
    bikeNothing: 'There are no whole months to show yet.',
    fetched: 'fetched',
    reused: 'to be reused',
    byBike: 'By bike',
    byCar: 'By car it would have been',
    carText: 'If each household had driven to where its things were left, and home again.',
    waitTitle: 'How long people waited',
    waitDays: (days) => `${days} days`,
    errands: 'Pickups',
    unserved: 'Without a time',
    waited: 'Waited, days',
    district: 'District',
    noDistrict: 'Unknown district',
    byDistrict: 'By district',
    byMonth: 'By month',
    dataTitle: 'Open data',
    dataText: 'The same for whoever wants to reckon themselves.',
    data: {
      kept: 'Emptyings kept (JSON)',
      posts: 'Posts (JSON)',
      stations: 'Stations and levels now (JSON)',
      errands: 'The return bike’s pickups (JSON)',
      errandsCsv: 'The return bike’s pickups (CSV)',
      rounds: 'The return bike’s rounds (JSON)',
    },
  },
  fi: {
    link: 'Tilastot',
    title: (place) => `Tilastot: ${place}`,
    lead: 'Kuinka täynnä on ollut, tyhjennettiinkö luvattuina päivinä ja mitä ilmoituksistanne seurasi.',
    period: (made, first, last) => `Laskettu ${made}, ajalta ${first} – ${last}.`,
    ofStation: (station) => `Tilastot: ${station}`,
    allOfTown: 'Kaikkien kierrätyspisteiden tilastot',
    asTable: 'Näytä taulukkona',
    nothing: 'Näiltä päiviltä ei ole mittaustuloksia.',
    fillTitle: 'Kuinka täynnä on ollut',
    fillTown: 'Yksi ruutu vuorokaudessa: astioiden korkein täyttöaste, keskiarvo lajeittain.',
    fillStation: 'Yksi ruutu vuorokaudessa: kunkin astian korkein täyttöaste.',
    fillStrip: (name, low, high) =>
      `${name}: vuorokausien korkein täyttöaste ${low}–${high} prosenttia.`,
    fillCaption: 'Korkein täyttöaste vuorokausittain, prosentteina. Viiva: ei tiedossa.',
    scale: [
      'alle 25\u00A0%',
      '25–49\u00A0%',
      '50–74\u00A0%',
      '75–89\u00A0%',
      'vähintään 90\u00A0%',
    ],
    unknown: 'ei tiedossa',
    fullTitle: 'Kuinka usein ja kauan oli täynnä',
    fullText: (percent) => `Täydeksi lasketaan vähintään ${percent}\u00A0% antureiden mukaan.`,
    fullCaption: 'Kerrat ja aika, jolloin oli täynnä',
    times: 'Kertoja',
    perTime: 'Keskimäärin',
    share: 'Osuus ajasta',
    hours: (n) => `${n} t`,
    keptTitle: 'Tyhjennettiinkö luvattuina päivinä?',
    keptText:
      'Tyhjennykset, joista kerrottiin vähintään 12 tuntia etukäteen, ja milloin astia tyhjennettiin.',
    keptNothing: 'Näille päiville ei ollut luvattu tyhjennyksiä.',
    keptBar: (kept, announced) => `Luvatuista tyhjennyksistä ajallaan: ${kept}/${announced}.`,
    kept: 'ajallaan',
    late: 'myöhässä',
    missed: 'tekemättä',
    unplanned: (n) => `Suunnitelman ulkopuolisia tyhjennyksiä: ${n}.`,
    medianLate: (span) => `Puolet myöhästyneistä oli myöhässä yli: ${span}.`,
    postsTitle: 'Mitä kierrätyspisteet ovat kertoneet',
    postsText: 'Julkaisut kuukausittain. Viimeinen kuukausi on kesken.',
    postsChart: (low, high) => `${low}–${high} julkaisua kuukaudessa.`,
    month: 'Kuukausi',
    posts: 'Julkaisut',
    corrections: 'Oikaisut',
    reportsTitle: 'Mitä te olette kertoneet',
    reportsText: 'Ilmoitukset astioiden sivuilta.',
    reportsNothing: 'Kukaan ei ole ilmoittanut mitään näinä päivinä.',
    report: 'Ilmoitus',
    count: 'Määrä',
    cameOut: (agreed, measured) =>
      `Kun joku ilmoitti ”täynnä”, anturi oli samaa mieltä: ${agreed}/${measured}.`,
    unmeasured: (n) => `Kertoja, jolloin mittaustulosta ei ollut: ${n}.`,
    emptied: (emptied, followed) =>
      `Astia tyhjennettiin kahden vuorokauden kuluessa täynnä-ilmoituksesta: ${emptied}/${followed}. Kahden viime vuorokauden ilmoitukset eivät ole mukana.`,
    bikeTitle: 'Palautuspyörä',
    bikeText:
      'Kokonaiset kuukaudet, viimeiset kaksitoista. Alle viiden lukuja ei näytetä, jottei ketään tunnisteta.',
    bikeNothing: 'Kokonaisia kuukausia ei vielä ole.',
    fetched: 'noudettu',
    reused: 'uudelleenkäyttöön',
    byBike: 'Pyörällä',
    byCar: 'Autolla olisi ajettu',
    carText: 'Jos jokainen talous olisi itse ajanut viemään tavarat ja takaisin kotiin.',
    waitTitle: 'Kuinka kauan odotettiin',
    waitDays: (days) => `${days} päivää`,
    errands: 'Noudot',
    unserved: 'Ilman aikaa',
    waited: 'Odotus, päivää',
    district: 'Alue',
    noDistrict: 'Alue ei tiedossa',
    byDistrict: 'Alueittain',
    byMonth: 'Kuukausittain',
    dataTitle: 'Avoin data',
    dataText: 'Samat tiedot niille, jotka haluavat laskea itse.',
    data: {
      kept: 'Pidetyt tyhjennykset (JSON)',
      posts: 'Julkaisut (JSON)',
      stations: 'Kierrätyspisteet ja täyttöasteet nyt (JSON)',
      errands: 'Palautuspyörän noudot (JSON)',
      errandsCsv: 'Palautuspyörän noudot (CSV)',
      rounds: 'Palautuspyörän kierrokset (JSON)',
    },
  },
}
