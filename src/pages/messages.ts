/** Everything the pages say, in each language. A missing sentence is a type error. */
import type { Language } from '#src/stations/fraction.ts'
import type { EpisodeState, GateAnswer } from '#src/rules/decision.ts'
import { html, type Html } from './html.ts'
import { fi } from './messages-fi.ts'

export interface Counts {
  readonly containers: number
  readonly full: number
  readonly nearlyFull: number
  readonly unknown: number
}

const sv = {
  skipToContent: 'Hoppa till innehållet',
  mainMenu: 'Huvudmeny',
  stations: 'Stationer',
  book: 'Boka hämtning',
  about: 'Om tjänsten',
  accessibility: 'Tillgänglighetsredogörelse',
  apiDocs: 'Öppna data',
  footer: 'Sidfot',
  operatedBy: (name: Html): Html => html`Tjänsten drivs av ${name}.`,
  contact: 'Kontakt',
  contactMissing:
    'Kontaktuppgifter är inte ifyllda än. Den som driver tjänsten ska ange dem i inställningarna.',
  contactForm: 'Formulär, utan att du behöver uppge namn',
  aboutLead: (town: string) =>
    `Återvinningsstationerna i ${town} säger själva till när de är fulla.`,
  accessibilityLead: 'Hur tillgängliga sidorna är, vad som brister och hur du säger till.',

  stalledTitle: 'Uppgifterna uppdateras inte',
  stalledSince: (when: string) =>
    `Det senaste mätvärdet kom ${when}. Det du ser kan ha hunnit ändra sig.`,
  stalledEver: 'Inget mätvärde har kommit in ännu.',
  demoLabel: 'Om demostaden',
  demo: (pace: string, clock: string, weekday: string) =>
    `Demostad: en timme går på ${pace}. Klockan i staden är ${clock} ${weekday}.`,
  demoPause: 'Pausa uppdateringen',
  demoResume: 'Låt sidan uppdatera sig',

  townTitle: (town: string) => `Återvinningsstationer i ${town}`,
  townLead: (n: Counts, stations: number) => {
    const places = stations === 1 ? '1 station' : `${stations} stationer`
    if (n.unknown === n.containers) return `${places}. Just nu vet vi inte hur fulla de är.`
    const full =
      n.full === 0
        ? 'ingen behållare full'
        : n.full === 1
          ? '1 behållare full'
          : `${n.full} behållare fulla`
    return `${places} med ${n.containers} behållare. Just nu är ${full}.`
  },
  findTitle: 'Hitta en station',
  searchLabel: 'Namn eller gata',
  fractionLabel: 'Vad vill du lämna?',
  anything: 'Vad som helst',
  sortLabel: 'Sortera efter',
  sortName: 'Namn',
  sortDistance: 'Avstånd',
  show: 'Visa',
  reset: 'Visa alla stationer',
  nearTo: (name: string) => `Avstånd räknas från ${name}.`,
  whereNow: (fraction: string) => `Här kan du lämna ${fraction}`,
  allStations: 'Alla stationer',
  found: (n: number) => (n === 1 ? '1 station' : `${n} stationer`),
  nothingFound: 'Ingen station stämmer med din sökning.',
  groupHasRoom: 'Plats finns',
  groupNearlyFull: 'Nästan fullt',
  groupFull: 'Fullt',
  groupUnknown: 'Vi vet inte just nu',
  measured: (age: string) => `mättes ${age}`,
  neverMeasured: 'inget mätvärde än',
  updated: (when: string) => `Uppdaterat ${when}.`,
  mapTitle: 'Karta',
  mapText: 'Kartan visar var stationerna ligger. Samma uppgifter står i listan. Norr är uppåt.',
  mapLegend: 'Så läser du kartan',
  mapSomeFull: 'något är fullt',
  mapNearly: 'något är nästan fullt',
  mapRoom: 'plats finns',
  mapUnknown: 'okänt',
  latestPosts: 'Senast sagt',
  noPosts: 'Inget har sagts ännu.',

  stationState: (n: Counts) => {
    if (n.containers === 0) return 'Stationen har inga behållare med givare.'
    if (n.unknown === n.containers) {
      return n.containers === 1
        ? 'Just nu vet vi inte hur full behållaren är.'
        : 'Just nu vet vi inte hur fulla behållarna är.'
    }
    if (n.containers === 1) {
      return n.full === 1
        ? 'Behållaren är full.'
        : n.nearlyFull === 1
          ? 'Behållaren är nästan full.'
          : 'Det finns plats i behållaren.'
    }
    if (n.full === n.containers) return `Alla ${n.containers} behållare är fulla.`
    const sentences: string[] = []
    if (n.full > 0) {
      sentences.push(
        `${n.full} av ${n.containers} behållare är ${n.full === 1 ? 'full' : 'fulla'}.`,
      )
    } else if (n.nearlyFull === 0 && n.unknown === 0) {
      return `Det finns plats i alla ${n.containers} behållare.`
    } else {
      sentences.push('Ingen behållare är full.')
    }
    if (n.nearlyFull > 0) {
      sentences.push(n.nearlyFull === 1 ? '1 är nästan full.' : `${n.nearlyFull} är nästan fulla.`)
    }
    if (n.unknown > 0) sentences.push(n.unknown === 1 ? '1 är okänd.' : `${n.unknown} är okända.`)
    return sentences.join(' ')
  },
  reportTitle: 'Hur är det här?',
  reportLead: 'Tryck på det som stämmer. Du behöver inte uppge vem du är.',
  reportButtons: {
    full: ['Full', 'det får inte plats mer'],
    'has-room': ['Plats finns', 'det går att lämna här'],
    litter: ['Skräp', 'det ligger saker på marken'],
    broken: ['Trasig', 'luckan, låset eller behållaren'],
    ice: ['Halt', 'is eller snö där man går'],
  },
  reportPrivacy:
    'När du trycker får din telefon en kaka som gäller i ett dygn, så att du räknas en gång. Vi sparar varken namn, telefon eller adress.',
  reportPrivacyMore: 'Så hanterar vi uppgifter',
  reportMore: 'Rapportera något mer om behållaren',
  reportBack: 'Tillbaka till behållaren',
  reportThis: 'Rapportera',
  reportUndo: 'Ångra',
  reportUndoFor: (minutes: number) => `Tryckte du fel? Du kan ångra i ${minutes} minuter.`,
  toldTitle: 'Din rapport',
  tooManyTitle: 'Vänta en stund',
  tooManyText: (minutes: number) =>
    `Det har kommit många rapporter härifrån. Försök igen om ${minutes} ${minutes === 1 ? 'minut' : 'minuter'}.`,
  refusedTitle: 'Det gick inte att rapportera',
  refusedText: 'Rapporten kom inte från knapparna på behållarens sida. Försök igen därifrån.',
  unknownCodeTitle: 'Koden finns inte',
  unknownCodeText:
    'Vi har ingen behållare med den koden. Kanske är den felskriven, eller så har behållaren tagits bort.',
  containersOf: (station: string) => `Behållarna på ${station}`,

  nearestTitle: 'Närmast med plats',
  nearestFor: (fraction: string) => `För ${fraction}:`,
  nearestNone: 'ingen annan station har känd plats just nu.',
  moreNearby: 'Fler stationer i närheten',
  containersTitle: 'Behållarna nu',
  filled: (percent: number) => `${percent}\u00A0% fyllt`,
  unknownSince: (when: string) => `okänt sedan ${when}`,
  neverKnown: 'inget mätvärde än',
  bySource: {
    sensor: 'enligt givare',
    reports: 'enligt besökare',
    both: 'enligt givare och besökare',
  },
  emptied: (when: string) => `tömdes ${when}`,
  toBeEmptied: (when: string) => `töms ${when}`,
  expectedFull: (when: string) => `väntas bli full ${when}`,
  news: 'Nya uppgifter – visa',
  historyTitle: 'De senaste sju dygnen',
  historyText:
    'Överkanten är helt fullt, de streckade linjerna är midnatt. Där linjen är bruten var inget känt.',
  historyChart: (name: string, low: number, high: number) =>
    `${name}: lägst ${low} procent, högst ${high} procent.`,
  historyNothing: 'Inga mätvärden de senaste sju dygnen.',
  historyTable: 'Visa som tabell',
  historyCaption: 'Lägsta och högsta nivå per dygn, i procent. Streck betyder okänt.',
  day: 'Dygn',
  postsTitle: 'Vad stationen har sagt',
  noStationPosts: 'Stationen har inte sagt något ännu.',
  why: 'Varför skrevs detta?',
  permalink: 'Inläggets egen sida',
  followTitle: 'Följ stationen',
  followTown: 'Följ alla stationer',
  followText: 'Lägg till en av adresserna i en flödesläsare, så får du veta när något händer.',
  feedFormats: { atom: 'Atom-flöde', rss: 'RSS-flöde', json: 'JSON Feed' },
  feedNames: { atom: 'Atom', rss: 'RSS', json: 'JSON Feed' },
  feedsTitle: 'Flöden att följa',
  feedsText:
    'Lägg till en adress i en flödesläsare, så får du veta när något är fullt och när det finns plats igen. Varje station har också egna flöden, längst ner på sin sida.',
  moreFeeds: 'Flöden för det du brukar lämna',
  fediversePrivacy:
    'Adressen till ditt konto där sparar vi krypterad så länge du följer, och visar för ingen.',
  followOnFediverse: (handle: string) =>
    `På Mastodon och annat i fediversum: sök efter ${handle} och följ.`,
  emptyingCalendar: 'Kalender med planerade tömningar',
  bikeCalendar: 'Kalender med returcykelns dagar',

  archive: 'Arkiv',
  archiveTitle: (about: string) => `Arkiv: ${about}`,
  archiveLead:
    'Allt som stationerna har sagt, det senaste först. Det som rättats står kvar överstruket.',
  archiveChoose: 'Välj station och månad',
  archiveStation: 'Station',
  archiveWholeTown: 'Alla stationer',
  archiveMonth: 'Månad',
  archiveAllMonths: 'Alla månader',
  archivePosts: 'Inläggen',
  archiveNothing: 'Inget sades då.',
  archivePages: 'Sidor i arkivet',
  archiveOlder: 'Äldre inlägg',
  archiveNewest: 'Till de senaste',
  archiveAll: 'Allt som sagts tidigare',
  archiveOf: (station: string) => `Allt som ${station} har sagt`,
  whereSaid: 'Var det sades',
  saidHere: 'Här och i flödena:',
  onItsWay: 'på väg',
  notSaidThere: 'kom inte ut där',
  maybeSaidThere: 'vi vet inte om det kom ut där',
  followedUp: (when: string) => `Följdes upp ${when}`,
  postTitle: (station: string) => `Inlägg från ${station}`,
  postedAt: (when: string) => `Skrevs ${when}.`,
  followUpTo: 'Uppföljning av ett tidigare inlägg',
  wasWrong: 'Det här stämde inte.',
  isGone: 'Behållaren är borttagen.',
  areGone: 'Behållarna är borttagna.',
  correctedAt: (when: string) => `Rättat ${when}`,
  corrects: 'Inlägget som rättas',
  aboutTown: 'Till alla stationer',
  stationsMeant: 'Stationer som nämns',
  aboutStation: (name: string) => `Till stationen ${name}`,
  decidedAt: (when: string) => `Beslut ${when}`,
  moreDecisions: (n: number) =>
    n === 1 ? '1 beslut till bakom inlägget' : `${n} beslut till bakom inlägget`,
  noDecisions: 'Besluten bakom inlägget finns inte kvar.',
  clausesTitle: 'Villkor som prövades',
  clause: 'Villkor',
  holds: 'Gäller?',
  facts: 'Uppgifter',
  yes: 'ja',
  no: 'nej',
  unknownTruth: 'okänt',
  missing: 'saknas',
  evidenceTitle: 'Underlag som vägdes samman',
  evidenceWhat: 'Underlag',
  evidenceLevel: 'Nivå',
  evidenceWhen: 'När',
  evidenceWeight: 'Vikt',
  evidenceSum: (sum: string) => `Sammanlagd vikt: ${sum}. Från 1 räknas behållaren som full.`,
  evidenceParts: {
    prior: 'Utgångsläge',
    sensor: 'Givare',
    report: 'Besökare',
    staff: 'Personal',
  },
  gatesTitle: 'Spärrar',
  gate: 'Spärr',
  gateAnswer: 'Svar',
  gates: {
    'still-active': 'Gäller det fortfarande?',
    stale: 'Är det för gammalt?',
    silenced: 'Vill personalen ha tyst?',
    suppressed: 'Är regeln pausad?',
    'quiet-hours': 'Är det tyst tid?',
    'post-at': 'Är det dags på dagen?',
    cooldown: 'Sades det nyss?',
    budget: 'Räcker dagens antal?',
    inhibited: 'Säger ett annat inlägg redan detta?',
  } satisfies Record<GateAnswer['gate'], string>,
  gateAnswers: { pass: 'släppte igenom', hold: 'höll kvar', drop: 'stoppade' },
  until: (when: string) => `till ${when}`,
  detail: 'Närmare',
  place: 'Plats',
  /** The engine notes details in English shorthand. */
  gateDetails: {
    'no data': 'inga färska uppgifter',
    clearing: 'ser ut att vara över',
    'true again': 'gäller igen',
    'catching up': 'läser in det som kommit',
    truck: 'en bil är på väg',
  } as Readonly<Record<string, string>>,
  minutesLate: (n: string) => `${n} min sent`,
  minutesApart: (n: string) => `minst ${n} min emellan`,
  spent: (station: string, account: string) => `${station} för stationen, ${account} för kontot`,
  rule: 'Regel',
  stateChange: 'Läge',
  states: {
    idle: 'inget',
    pending: 'avvaktar',
    active: 'gäller',
    clearing: 'går över',
  } satisfies Record<EpisodeState, string>,
  container: 'Behållare',
  machineReadable: 'Samma sak för maskiner',
  readingsBehind: 'Mätvärdena dygnet innan',

  notFoundTitle: 'Sidan finns inte',
  notFoundText: 'Det finns ingenting på den adressen. Kanske har stationen bytt nummer.',
  toStations: 'Till alla stationer',
  errorTitle: 'Något gick fel hos oss',
  errorText: 'Felet är noterat. Försök igen om en stund.',
  errorReference: (id: string) => `Om du hör av dig, nämn ${id}.`,
}

export type Messages = typeof sv

const en: Messages = {
  skipToContent: 'Skip to the content',
  mainMenu: 'Main menu',
  stations: 'Stations',
  book: 'Book a pickup',
  about: 'About',
  accessibility: 'Accessibility statement',
  apiDocs: 'Open data',
  footer: 'Footer',
  operatedBy: (name) => html`This service is run by ${name}.`,
  contact: 'Contact',
  contactMissing:
    'Contact details have not been filled in yet. Whoever runs the service is to give them in the settings.',
  contactForm: 'A form; you needn’t give your name',
  aboutLead: (town) => `The recycling stations in ${town} say so themselves when they are full.`,
  accessibilityLead: 'How accessible these pages are, what falls short and how to tell us.',

  stalledTitle: 'The figures are not being updated',
  stalledSince: (when) => `The latest reading came ${when}. What you see may have changed since.`,
  stalledEver: 'No reading has come in yet.',
  demoLabel: 'About the demo town',
  demo: (pace, clock, weekday) =>
    `Demo town: an hour passes in ${pace}. The town’s clock says ${clock} on ${weekday}.`,
  demoPause: 'Pause the updates',
  demoResume: 'Let the page update itself',

  townTitle: (town) => `Recycling stations in ${town}`,
  townLead: (n, stations) => {
    const places = stations === 1 ? '1 station' : `${stations} stations`
    if (n.unknown === n.containers) return `${places}. Right now we don’t know how full they are.`
    const full =
      n.full === 0
        ? 'no container is full'
        : n.full === 1
          ? '1 container is full'
          : `${n.full} containers are full`
    return `${places} with ${n.containers} containers. Right now ${full}.`
  },
  findTitle: 'Find a station',
  searchLabel: 'Name or street',
  fractionLabel: 'What do you want to leave?',
  anything: 'Anything',
  sortLabel: 'Sort by',
  sortName: 'Name',
  sortDistance: 'Distance',
  show: 'Show',
  reset: 'Show all stations',
  nearTo: (name) => `Distances are from ${name}.`,
  whereNow: (fraction) => `Where you can leave ${fraction}`,
  allStations: 'All stations',
  found: (n) => (n === 1 ? '1 station' : `${n} stations`),
  nothingFound: 'No station matches your search.',
  groupHasRoom: 'Has room',
  groupNearlyFull: 'Nearly full',
  groupFull: 'Full',
  groupUnknown: 'We don’t know right now',
  measured: (age) => `measured ${age}`,
  neverMeasured: 'no reading yet',
  updated: (when) => `Updated ${when}.`,
  mapTitle: 'Map',
  mapText: 'The map shows where the stations are. The list says the same. North is up.',
  mapLegend: 'How to read the map',
  mapSomeFull: 'something is full',
  mapNearly: 'something is nearly full',
  mapRoom: 'has room',
  mapUnknown: 'unknown',
  latestPosts: 'Latest posts',
  noPosts: 'Nothing has been said yet.',

  stationState: (n) => {
    if (n.containers === 0) return 'The station has no containers with sensors.'
    if (n.unknown === n.containers) {
      return n.containers === 1
        ? 'Right now we don’t know how full the container is.'
        : 'Right now we don’t know how full the containers are.'
    }
    if (n.containers === 1) {
      return n.full === 1
        ? 'The container is full.'
        : n.nearlyFull === 1
          ? 'The container is nearly full.'
          : 'The container has room.'
    }
    if (n.full === n.containers) return `All ${n.containers} containers are full.`
    const sentences: string[] = []
    if (n.full > 0) {
      sentences.push(`${n.full} of ${n.containers} containers ${n.full === 1 ? 'is' : 'are'} full.`)
    } else if (n.nearlyFull === 0 && n.unknown === 0) {
      return `All ${n.containers} containers have room.`
    } else {
      sentences.push('No container is full.')
    }
    if (n.nearlyFull > 0) {
      sentences.push(n.nearlyFull === 1 ? '1 is nearly full.' : `${n.nearlyFull} are nearly full.`)
    }
    if (n.unknown > 0)
      sentences.push(n.unknown === 1 ? '1 is unknown.' : `${n.unknown} are unknown.`)
    return sentences.join(' ')
  },
  reportTitle: 'How is it here?',
  reportLead: 'Press what is true. You needn’t say who you are.',
  reportButtons: {
    full: ['Full', 'no more fits in'],
    'has-room': ['Has room', 'things can be left here'],
    litter: ['Litter', 'things lie on the ground'],
    broken: ['Broken', 'the lid, the lock or the container'],
    ice: ['Slippery', 'ice or snow where people walk'],
  },
  reportPrivacy:
    'When you press, your phone is given a cookie for a day, so that you count once. We keep no name, phone or address.',
  reportPrivacyMore: 'How we handle data',
  reportMore: 'Report something else about the container',
  reportBack: 'Back to the container',
  reportThis: 'Report',
  reportUndo: 'Undo',
  reportUndoFor: (minutes) => `The wrong button? You can undo it for ${minutes} minutes.`,
  toldTitle: 'Your report',
  tooManyTitle: 'Wait a little',
  tooManyText: (minutes: number) =>
    `Many reports have come from here. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
  refusedTitle: 'It could not be reported',
  refusedText:
    'The report did not come from the buttons of the container’s page. Try again from there.',
  unknownCodeTitle: 'There is no such code',
  unknownCodeText:
    'We have no container with that code. Perhaps it is mistyped, or the container has been taken away.',
  containersOf: (station: string) => `The containers at ${station}`,

  nearestTitle: 'Nearest with room',
  nearestFor: (fraction) => `For ${fraction}:`,
  nearestNone: 'no other station is known to have room right now.',
  moreNearby: 'More stations nearby',
  containersTitle: 'The containers now',
  filled: (percent) => `${percent}% filled`,
  unknownSince: (when) => `unknown since ${when}`,
  neverKnown: 'no reading yet',
  bySource: {
    sensor: 'according to the sensor',
    reports: 'according to visitors',
    both: 'according to the sensor and visitors',
  },
  emptied: (when) => `emptied ${when}`,
  toBeEmptied: (when) => `to be emptied ${when}`,
  expectedFull: (when) => `expected to be full ${when}`,
  news: 'New figures – show',
  historyTitle: 'The last seven days',
  historyText:
    'The upper edge is completely full, the dashed lines are midnights. Where the line is broken nothing was known.',
  historyChart: (name, low, high) => `${name}: lowest ${low} per cent, highest ${high} per cent.`,
  historyNothing: 'No readings in the last seven days.',
  historyTable: 'Show as a table',
  historyCaption: 'Lowest and highest level of each day, in per cent. A dash means unknown.',
  day: 'Day',
  postsTitle: 'What the station has said',
  noStationPosts: 'The station has not said anything yet.',
  why: 'Why was this written?',
  permalink: 'The post’s own page',
  followTitle: 'Follow the station',
  followTown: 'Follow all stations',
  followText: 'Add one of these addresses to a feed reader to hear when something happens.',
  feedFormats: { atom: 'Atom feed', rss: 'RSS feed', json: 'JSON Feed' },
  feedNames: { atom: 'Atom', rss: 'RSS', json: 'JSON Feed' },
  feedsTitle: 'Feeds to follow',
  feedsText:
    'Add an address to a feed reader to hear when something is full and when there is room again. Each station has feeds of its own as well, at the end of its page.',
  moreFeeds: 'Feeds for what you usually leave',
  fediversePrivacy:
    'We keep the address of your account there, encrypted, for as long as you follow, and show it to nobody.',
  followOnFediverse: (handle) =>
    `On Mastodon and the rest of the fediverse: search for ${handle} and follow.`,
  emptyingCalendar: 'Calendar of planned emptyings',
  bikeCalendar: 'Calendar of the return bike’s days',

  archive: 'Archive',
  archiveTitle: (about) => `Archive: ${about}`,
  archiveLead:
    'All that the stations have said, the latest first. What was corrected stays, struck through.',
  archiveChoose: 'Choose a station and a month',
  archiveStation: 'Station',
  archiveWholeTown: 'All stations',
  archiveMonth: 'Month',
  archiveAllMonths: 'All months',
  archivePosts: 'The posts',
  archiveNothing: 'Nothing was said then.',
  archivePages: 'Pages of the archive',
  archiveOlder: 'Older posts',
  archiveNewest: 'To the latest',
  archiveAll: 'All that was said before',
  archiveOf: (station) => `All that ${station} has said`,
  whereSaid: 'Where it was said',
  saidHere: 'Here and in the feeds:',
  onItsWay: 'on its way',
  notSaidThere: 'did not get out there',
  maybeSaidThere: 'we don’t know whether it got out there',
  followedUp: (when) => `Followed up ${when}`,
  postTitle: (station) => `Post from ${station}`,
  postedAt: (when) => `Written ${when}.`,
  followUpTo: 'Follows up an earlier post',
  wasWrong: 'This was wrong.',
  isGone: 'The container has been taken away.',
  areGone: 'The containers have been taken away.',
  correctedAt: (when) => `Corrected ${when}`,
  corrects: 'The post that is corrected',
  aboutTown: 'To all stations',
  stationsMeant: 'Stations that are mentioned',
  aboutStation: (name) => `To the station ${name}`,
  decidedAt: (when) => `Decision ${when}`,
  moreDecisions: (n) =>
    n === 1 ? '1 more decision behind the post' : `${n} more decisions behind the post`,
  noDecisions: 'The decisions behind this post are no longer kept.',
  clausesTitle: 'Conditions that were tried',
  clause: 'Condition',
  holds: 'Holds?',
  facts: 'Facts',
  yes: 'yes',
  no: 'no',
  unknownTruth: 'unknown',
  missing: 'missing',
  evidenceTitle: 'Evidence that was weighed together',
  evidenceWhat: 'Evidence',
  evidenceLevel: 'Level',
  evidenceWhen: 'When',
  evidenceWeight: 'Weight',
  evidenceSum: (sum) => `Total weight: ${sum}. From 1 on the container counts as full.`,
  evidenceParts: {
    prior: 'Starting point',
    sensor: 'Sensor',
    report: 'Visitor',
    staff: 'Staff',
  },
  gatesTitle: 'Gates',
  gate: 'Gate',
  gateAnswer: 'Answer',
  gates: {
    'still-active': 'Is it still so?',
    stale: 'Is it too old?',
    silenced: 'Do staff want silence?',
    suppressed: 'Is the rule paused?',
    'quiet-hours': 'Is it quiet time?',
    'post-at': 'Is it the time of day?',
    cooldown: 'Was it said a moment ago?',
    budget: 'Is there any left of today’s number?',
    inhibited: 'Does another post say this already?',
  },
  gateAnswers: { pass: 'let it through', hold: 'held it', drop: 'stopped it' },
  until: (when) => `until ${when}`,
  detail: 'Detail',
  place: 'Place',
  gateDetails: {
    'no data': 'no recent information',
    clearing: 'seems to be over',
    'true again': 'so again',
    'catching up': 'reading what came in',
    truck: 'a truck is on its way',
  },
  minutesLate: (n) => `${n} min late`,
  minutesApart: (n) => `at least ${n} min apart`,
  spent: (station, account) => `${station} for the station, ${account} for the account`,
  rule: 'Rule',
  stateChange: 'State',
  states: { idle: 'nothing', pending: 'waiting', active: 'holds', clearing: 'passing' },
  container: 'Container',
  machineReadable: 'The same for machines',
  readingsBehind: 'The readings of the day before',

  notFoundTitle: 'There is no such page',
  notFoundText: 'There is nothing at that address. Perhaps the station changed its number.',
  toStations: 'To all stations',
  errorTitle: 'Something went wrong on our side',
  errorText: 'The fault has been noted. Please try again in a while.',
  errorReference: (id) => `If you contact us, mention ${id}.`,
}

export const messages: Readonly<Record<Language, Messages>> = { sv, en, fi }
