/** The words of the page of settings. */
import type { InBoth } from './staff-menu.ts'

export interface SettingsWords {
  readonly title: string
  readonly lead: string
  readonly faultPrefix: string
  readonly faulty: string
  readonly asBefore: string
  readonly wasRead: string
  readonly changeTitle: string
  readonly change: string
  readonly files: Readonly<Record<string, string>>
  readonly check: string
  readonly reread: string
  readonly rereadLead: string
  readonly lastRead: (when: string, by: string | undefined) => string
  readonly town: string
  readonly name: string
  readonly timeZone: string
  readonly operator: string
  readonly email: string
  readonly phone: string
  readonly feedback: string
  readonly reviewed: string
  readonly notSaid: string
  readonly stations: string
  readonly counts: (stations: number, containers: number, devices: number) => string
  readonly areas: string
  readonly networkServers: string
  readonly stalledAfter: string
  readonly bike: string
  readonly runs: string
  readonly runsNot: string
  readonly sms: string
  readonly isOn: string
  readonly isOff: string
  readonly channels: string
  readonly noChannels: string
  readonly channel: string
  readonly account: string
  readonly language: string
  readonly settings: string
  readonly settingsLead: string
  readonly secrets: string
  readonly secretsLead: string
  readonly isSet: string
  readonly isNotSet: string
}

export const SETTINGS_WORDS: InBoth<SettingsWords> = {
  sv: {
    title: 'Inställningar',
    lead: 'Staden som den körs just nu, och var det är sagt.',
    faultPrefix: 'Fel:',
    faulty: 'Filerna har fel',
    asBefore: 'Ingenting ändrades; allt går vidare som förut. Rätta det här och läs dem på nytt:',
    wasRead: 'Filerna är lästa och gäller nu.',
    changeTitle: 'Så ändrar du',
    change:
      'Staden beskrivs i filer i en mapp på servern. Ändra dem där, helst med versionshantering:',
    files: {
      'town.yaml': 'stationer, behållare, givare, konton, vem som svarar för tjänsten',
      'rules.yaml': 'när en station säger något',
      'returnbike.yaml': 'returcykelns dagar, gränser och lämningsställen',
      'texts/': 'hur det sägs',
    },
    check: 'Kontrollera först:',
    reread: 'Läs filerna på nytt',
    rereadLead: 'Är något fel ändras ingenting, och felen visas här med fil och rad.',
    lastRead: (when, by) =>
      `Senast läst ${when}${by === undefined ? ', vid starten' : ` av ${by}`}.`,
    town: 'Staden',
    name: 'Namn och kommunkod',
    timeZone: 'Tidszon',
    operator: 'Svarar för tjänsten',
    email: 'E-post',
    phone: 'Telefon',
    feedback: 'Synpunkter lämnas på',
    reviewed: 'Tillgängligheten granskad',
    notSaid: 'inte sagt: se operator i town.yaml',
    stations: 'Stationer',
    counts: (stations, containers, devices) =>
      `${stations} stationer, ${containers} behållare, ${devices} givare`,
    areas: 'Områden',
    networkServers: 'Nätservrar',
    stalledAfter: 'Sidorna medger stillestånd efter',
    bike: 'Returcykeln',
    runs: 'kör, enligt returnbike.yaml',
    runsNot: 'kör inte: det finns ingen returnbike.yaml',
    sms: 'SMS',
    isOn: 'på',
    isOff: 'av',
    channels: 'Kanaler',
    noChannels: 'Inga konton på andras plattformar; sidor och flöden är alltid på.',
    channel: 'Kanal',
    account: 'Konto',
    language: 'Språk',
    settings: 'Serverns inställningar',
    settingsLead:
      'Sägs när tjänsten startas, med flaggor eller miljövariabler, och kräver omstart.',
    secrets: 'Hemligheter',
    secretsLead: 'Kommer bara från miljövariabler och visas aldrig.',
    isSet: 'satt',
    isNotSet: 'inte satt',
  },
  en: {
    title: 'Settings',
    lead: 'The town as it runs just now, and where that is said.',
    faultPrefix: 'Error:',
    faulty: 'The files have faults',
    asBefore: 'Nothing was changed; everything goes on as before. Mend this and read them anew:',
    wasRead: 'The files have been read and are in force.',
    changeTitle: 'How to change it',
    change:
      'The town is described by files in a folder on the server. Change them there, best under version control:',
    files: {
      'town.yaml': 'stations, containers, sensors, accounts, who answers for the service',
      'rules.yaml': 'when a station says something',
      'returnbike.yaml': 'the return bike’s days, limits and drop-offs',
      'texts/': 'how it is said',
    },
    check: 'Check first:',
    reread: 'Read the files anew',
    rereadLead:
      'If anything is wrong nothing changes, and the faults are shown here by file and line.',
    lastRead: (when, by) =>
      `Last read ${when}${by === undefined ? ', at the start' : ` by ${by}`}.`,
    town: 'The town',
    name: 'Name and municipality code',
    timeZone: 'Time zone',
    operator: 'Answers for the service',
    email: 'E-mail',
    phone: 'Phone',
    feedback: 'Feedback goes to',
    reviewed: 'Accessibility reviewed',
    notSaid: 'not said: see operator in town.yaml',
    stations: 'Stations',
    counts: (stations, containers, devices) =>
      `${stations} stations, ${containers} containers, ${devices} sensors`,
    areas: 'Areas',
    networkServers: 'Network servers',
    stalledAfter: 'Pages own up to standing still after',
    bike: 'The return bike',
    runs: 'runs, by returnbike.yaml',
    runsNot: 'doesn’t run: there is no returnbike.yaml',
    sms: 'SMS',
    isOn: 'on',
    isOff: 'off',
    channels: 'Channels',
    noChannels: 'No accounts on others’ platforms; pages and feeds are always on.',
    channel: 'Channel',
    account: 'Account',
    language: 'Language',
    settings: 'Settings of the server',
    settingsLead:
      'Said when the service is started, by flags or environment variables; they need a restart.',
    secrets: 'Secrets',
    secretsLead: 'They come by environment variables alone and are never shown.',
    isSet: 'set',
    isNotSet: 'not set',
  },
}
