/** What the pages say in Finnish. Names stand in the nominative, after a colon or a word of ours. */
import { html } from './html.ts'
import type { Messages } from './messages.ts'

export const fi: Messages = {
  skipToContent: 'Siirry sisältöön',
  mainMenu: 'Päävalikko',
  stations: 'Kierrätyspisteet',
  book: 'Varaa nouto',
  about: 'Tietoja palvelusta',
  accessibility: 'Saavutettavuusseloste',
  apiDocs: 'Avoin data',
  footer: 'Alatunniste',
  operatedBy: (name) => html`Palvelun ylläpitäjä: ${name}.`,
  contact: 'Yhteystiedot',
  contactMissing:
    'Yhteystietoja ei ole vielä annettu. Palvelun ylläpitäjän tulee lisätä ne asetuksiin.',
  contactForm: 'Lomake; sinun ei tarvitse kertoa nimeäsi',
  aboutLead: (town) => `Kierrätyspisteet kertovat itse, kun ne ovat täynnä: ${town}.`,
  accessibilityLead:
    'Kuinka saavutettavia sivut ovat, mitä puutteita niissä on ja miten kerrot niistä.',

  stalledTitle: 'Tiedot eivät päivity',
  stalledSince: (when) =>
    `Viimeisin mittaustulos tuli ${when}. Näkemäsi tiedot ovat voineet muuttua sen jälkeen.`,
  stalledEver: 'Yhtään mittaustulosta ei ole vielä tullut.',
  demoLabel: 'Tietoja esittelykaupungista',
  demo: (pace, clock, weekday) =>
    `Esittelykaupunki: tunti kestää ${pace}. Kaupungin kello on ${clock}, ${weekday}.`,
  demoPause: 'Keskeytä päivitys',
  demoResume: 'Anna sivun päivittyä',

  townTitle: (town) => `Kierrätyspisteet: ${town}`,
  townLead: (n, stations) => {
    const places = stations === 1 ? '1 kierrätyspiste' : `${stations} kierrätyspistettä`
    if (n.unknown === n.containers) {
      return `${places}. Juuri nyt emme tiedä, kuinka täynnä astiat ovat.`
    }
    const full =
      n.full === 0
        ? 'mikään astia ei ole täynnä'
        : n.full === 1
          ? '1 astia on täynnä'
          : `${n.full} astiaa on täynnä`
    const containers = n.containers === 1 ? '1 astia' : `${n.containers} astiaa`
    return `${places}, ${containers}. Juuri nyt ${full}.`
  },
  findTitle: 'Etsi kierrätyspiste',
  searchLabel: 'Nimi tai katu',
  fractionLabel: 'Mitä haluat jättää?',
  anything: 'Mitä tahansa',
  sortLabel: 'Järjestys',
  sortName: 'Nimi',
  sortDistance: 'Etäisyys',
  show: 'Näytä',
  reset: 'Näytä kaikki kierrätyspisteet',
  nearTo: (name) => `Etäisyydet lasketaan tästä: ${name}.`,
  whereNow: (fraction) => `Minne voit jättää: ${fraction}`,
  allStations: 'Kaikki kierrätyspisteet',
  found: (n) => (n === 1 ? '1 kierrätyspiste' : `${n} kierrätyspistettä`),
  nothingFound: 'Haulla ei löytynyt yhtään kierrätyspistettä.',
  groupHasRoom: 'Tilaa on',
  groupNearlyFull: 'Melkein täynnä',
  groupFull: 'Täynnä',
  groupUnknown: 'Emme tiedä juuri nyt',
  measured: (age) => `mitattu ${age}`,
  neverMeasured: 'ei vielä mittaustulosta',
  updated: (when) => `Päivitetty ${when}.`,
  mapTitle: 'Kartta',
  mapText:
    'Kartta näyttää, missä kierrätyspisteet ovat. Samat tiedot ovat luettelossa. Pohjoinen on ylhäällä.',
  mapLegend: 'Kartan merkit',
  mapSomeFull: 'jokin on täynnä',
  mapNearly: 'jokin on melkein täynnä',
  mapRoom: 'tilaa on',
  mapUnknown: 'ei tiedossa',
  latestPosts: 'Viimeksi kerrottu',
  noPosts: 'Mitään ei ole vielä kerrottu.',

  stationState: (n) => {
    if (n.containers === 0) return 'Kierrätyspisteellä ei ole astioita, joissa on anturi.'
    if (n.unknown === n.containers) {
      return n.containers === 1
        ? 'Juuri nyt emme tiedä, kuinka täynnä astia on.'
        : 'Juuri nyt emme tiedä, kuinka täynnä astiat ovat.'
    }
    if (n.containers === 1) {
      return n.full === 1
        ? 'Astia on täynnä.'
        : n.nearlyFull === 1
          ? 'Astia on melkein täynnä.'
          : 'Astiassa on tilaa.'
    }
    if (n.full === n.containers) return `Kaikki ${n.containers} astiaa ovat täynnä.`
    const sentences: string[] = []
    if (n.full > 0) {
      sentences.push(`Täynnä: ${n.full}/${n.containers} astiaa.`)
    } else if (n.nearlyFull === 0 && n.unknown === 0) {
      return `Kaikissa ${n.containers} astiassa on tilaa.`
    } else {
      sentences.push('Mikään astia ei ole täynnä.')
    }
    if (n.nearlyFull > 0) sentences.push(`Melkein täynnä: ${n.nearlyFull}.`)
    if (n.unknown > 0) sentences.push(`Ei tiedossa: ${n.unknown}.`)
    return sentences.join(' ')
  },
  reportTitle: 'Miltä täällä näyttää?',
  reportLead: 'Paina sitä, mikä pitää paikkansa. Sinun ei tarvitse kertoa, kuka olet.',
  reportButtons: {
    full: ['Täynnä', 'enempää ei mahdu'],
    'has-room': ['Tilaa on', 'tänne voi jättää'],
    litter: ['Roskaista', 'maassa on tavaraa'],
    broken: ['Rikki', 'luukku, lukko tai astia'],
    ice: ['Liukasta', 'jäätä tai lunta kulkureitillä'],
  },
  reportPrivacy:
    'Kun painat, puhelimesi saa vuorokauden voimassa olevan evästeen, jotta sinut lasketaan kerran. Emme tallenna nimeä, puhelinta emmekä osoitetta.',
  reportPrivacyMore: 'Näin käsittelemme tietoja',
  reportMore: 'Ilmoita astiasta jotain muuta',
  reportBack: 'Takaisin astiaan',
  reportThis: 'Ilmoita',
  reportUndo: 'Peru',
  reportUndoFor: (minutes) => `Väärä painike? Voit perua ${minutes} minuutin ajan.`,
  toldTitle: 'Ilmoituksesi',
  tooManyTitle: 'Odota hetki',
  tooManyText: (minutes) =>
    `Täältä on tullut paljon ilmoituksia. Yritä uudelleen ${minutes} minuutin kuluttua.`,
  refusedTitle: 'Ilmoitus ei onnistunut',
  refusedText: 'Ilmoitus ei tullut astian sivun painikkeista. Yritä uudelleen sieltä.',
  unknownCodeTitle: 'Koodia ei ole',
  unknownCodeText:
    'Meillä ei ole astiaa, jolla on tämä koodi. Ehkä se on kirjoitettu väärin, tai astia on poistettu.',
  containersOf: (station) => `Astiat: ${station}`,

  nearestTitle: 'Lähin, jossa on tilaa',
  nearestFor: (fraction) => `Jätelaji ${fraction}:`,
  nearestNone: 'minkään muun kierrätyspisteen ei juuri nyt tiedetä olevan vapaa.',
  moreNearby: 'Muita lähellä olevia kierrätyspisteitä',
  containersTitle: 'Astiat nyt',
  filled: (percent) => `${percent}\u00A0% täynnä`,
  unknownSince: (when) => `ei tiedossa, viimeksi ${when}`,
  neverKnown: 'ei vielä mittaustulosta',
  bySource: {
    sensor: 'anturin mukaan',
    reports: 'kävijöiden mukaan',
    both: 'anturin ja kävijöiden mukaan',
  },
  emptied: (when) => `tyhjennetty ${when}`,
  toBeEmptied: (when) => `tyhjennetään ${when}`,
  expectedFull: (when) => `täyttyy arviolta ${when}`,
  news: 'Uusia tietoja – näytä',
  historyTitle: 'Viimeiset seitsemän vuorokautta',
  historyText:
    'Yläreuna on aivan täynnä, katkoviivat ovat keskiyöt. Missä viiva katkeaa, mitään ei tiedetty.',
  historyChart: (name, low, high) =>
    `${name}: vähintään ${low} prosenttia, enintään ${high} prosenttia.`,
  historyNothing: 'Ei mittaustuloksia viimeisiltä seitsemältä vuorokaudelta.',
  historyTable: 'Näytä taulukkona',
  historyCaption:
    'Pienin ja suurin täyttöaste vuorokaudessa, prosentteina. Viiva tarkoittaa, ettei se ole tiedossa.',
  day: 'Vuorokausi',
  postsTitle: 'Mitä kierrätyspiste on kertonut',
  noStationPosts: 'Kierrätyspiste ei ole vielä kertonut mitään.',
  why: 'Miksi näin kirjoitettiin?',
  permalink: 'Viestin oma sivu',
  followTitle: 'Seuraa kierrätyspistettä',
  followTown: 'Seuraa kaikkia kierrätyspisteitä',
  followText: 'Lisää jokin osoitteista syötteenlukijaan, niin saat tiedon, kun jotain tapahtuu.',
  feedFormats: { atom: 'Atom-syöte', rss: 'RSS-syöte', json: 'JSON Feed' },
  feedNames: { atom: 'Atom', rss: 'RSS', json: 'JSON Feed' },
  feedsTitle: 'Seurattavat syötteet',
  feedsText:
    'Lisää osoite syötteenlukijaan, niin saat tiedon, kun jokin on täynnä ja kun tilaa on taas. Jokaisella kierrätyspisteellä on myös omat syötteensä sivunsa lopussa.',
  moreFeeds: 'Jätelajien omat syötteet',
  fediversePrivacy:
    'Tilisi osoite säilytetään salattuna niin kauan kuin seuraat, eikä sitä näytetä kenellekään.',
  followOnFediverse: (handle) => `Mastodonissa ja muualla fediversumissa: hae ${handle} ja seuraa.`,
  emptyingCalendar: 'Suunniteltujen tyhjennysten kalenteri',
  bikeCalendar: 'Kierrätyspyörän päivien kalenteri',

  archive: 'Arkisto',
  archiveTitle: (about) => `Arkisto: ${about}`,
  archiveLead:
    'Kaikki, mitä kierrätyspisteet ovat kertoneet, uusin ensin. Oikaistut viestit jäävät näkyviin yliviivattuina.',
  archiveChoose: 'Valitse kierrätyspiste ja kuukausi',
  archiveStation: 'Kierrätyspiste',
  archiveWholeTown: 'Kaikki kierrätyspisteet',
  archiveMonth: 'Kuukausi',
  archiveAllMonths: 'Kaikki kuukaudet',
  archivePosts: 'Viestit',
  archiveNothing: 'Silloin ei kerrottu mitään.',
  archivePages: 'Arkiston sivut',
  archiveOlder: 'Vanhempia viestejä',
  archiveNewest: 'Uusimpiin',
  archiveAll: 'Kaikki aiemmin kerrottu',
  archiveOf: (station) => `Kaikki, mitä on kertonut: ${station}`,
  whereSaid: 'Missä se kerrottiin',
  saidHere: 'Täällä ja syötteissä:',
  onItsWay: 'matkalla',
  notSaidThere: 'ei päässyt sinne',
  maybeSaidThere: 'emme tiedä, pääsikö se sinne',
  followedUp: (when) => `Sai jatkoa ${when}`,
  postTitle: (station) => `Viesti: ${station}`,
  postedAt: (when) => `Kirjoitettu ${when}.`,
  followUpTo: 'Jatkoa aiempaan viestiin',
  wasWrong: 'Tämä ei pitänyt paikkaansa.',
  isGone: 'Astia on poistettu.',
  areGone: 'Astiat on poistettu.',
  correctedAt: (when) => `Oikaistu ${when}`,
  corrects: 'Oikaistava viesti',
  aboutTown: 'Kaikki kierrätyspisteet',
  stationsMeant: 'Mainitut kierrätyspisteet',
  aboutStation: (name) => `Kierrätyspisteen sivu: ${name}`,
  decidedAt: (when) => `Päätös ${when}`,
  moreDecisions: (n) =>
    n === 1 ? 'viestin takana vielä 1 päätös' : `viestin takana vielä ${n} päätöstä`,
  noDecisions: 'Viestin takana olevia päätöksiä ei enää ole tallessa.',
  clausesTitle: 'Tutkitut ehdot',
  clause: 'Ehto',
  holds: 'Pätee?',
  facts: 'Tiedot',
  yes: 'kyllä',
  no: 'ei',
  unknownTruth: 'ei tiedossa',
  missing: 'puuttuu',
  evidenceTitle: 'Yhdessä punnittu näyttö',
  evidenceWhat: 'Näyttö',
  evidenceLevel: 'Taso',
  evidenceWhen: 'Milloin',
  evidenceWeight: 'Paino',
  evidenceSum: (sum) => `Yhteispaino: ${sum}. Astia lasketaan täydeksi 1:stä alkaen.`,
  evidenceParts: {
    prior: 'Lähtötaso',
    sensor: 'Anturi',
    report: 'Kävijä',
    staff: 'Henkilökunta',
  },
  gatesTitle: 'Portit',
  gate: 'Portti',
  gateAnswer: 'Vastaus',
  gates: {
    'still-active': 'Pitääkö se vielä paikkansa?',
    stale: 'Onko se liian vanha?',
    silenced: 'Haluaako henkilökunta hiljaisuutta?',
    suppressed: 'Onko sääntö tauolla?',
    'quiet-hours': 'Ovatko hiljaiset tunnit?',
    'post-at': 'Onko oikea kellonaika?',
    cooldown: 'Kerrottiinko siitä juuri?',
    budget: 'Onko päivän viestejä jäljellä?',
    inhibited: 'Kertooko toinen viesti jo tämän?',
  },
  gateAnswers: { pass: 'päästi läpi', hold: 'pidätti', drop: 'pysäytti' },
  until: (when) => `${when} asti`,
  detail: 'Tarkemmin',
  place: 'Paikka',
  gateDetails: {
    'no data': 'ei tuoreita tietoja',
    clearing: 'näyttää menneen ohi',
    'true again': 'pitää taas paikkansa',
    'catching up': 'luetaan sillä välin tulleita tietoja',
    truck: 'auto on tulossa',
  },
  minutesLate: (n) => `${n} min myöhässä`,
  minutesApart: (n) => `väli vähintään ${n} min`,
  spent: (station, account) => `kierrätyspiste ${station}, tili ${account}`,
  rule: 'Sääntö',
  stateChange: 'Tila',
  states: { idle: 'ei mitään', pending: 'odottaa', active: 'voimassa', clearing: 'menossa ohi' },
  container: 'Astia',
  machineReadable: 'Sama koneille',
  readingsBehind: 'Edellisen vuorokauden mittaustulokset',

  notFoundTitle: 'Sivua ei ole',
  notFoundText: 'Tässä osoitteessa ei ole mitään. Ehkä kierrätyspisteen numero on vaihtunut.',
  toStations: 'Kaikki kierrätyspisteet',
  errorTitle: 'Jokin meni meillä vikaan',
  errorText: 'Vika on kirjattu. Yritä hetken kuluttua uudelleen.',
  errorReference: (id) => `Jos otat yhteyttä, mainitse ${id}.`,
}
