/** What the quarantine's pages say: above all why a message was not taken in, and what to do. */
import type { Rejection } from '#src/stations/reading.ts'
import type { InBoth } from '../staff-menu.ts'

interface Reason {
  readonly name: string
  readonly todo: string
}

const sv = {
  lead: 'Meddelanden som kom men inte kunde läsas. De nyaste 50 000 sparas; avsändaren fick ett kvitto, så inget skickas om av sig självt.',
  reasonsTitle: 'Skäl',
  reason: 'Skäl',
  count: 'Antal hittills',
  todo: 'Att göra',
  none: 'Inget har avvisats.',
  listTitle: 'De senaste',
  listNone: 'Inget sådant finns kvar i karantänen.',
  faultTitle: 'Inget söktes',
  filter: 'Visa',
  all: 'Alla skäl',
  device: 'Givare',
  topic: 'Del av ämnet (topic)',
  search: 'Visa',
  from: (bytes: number) => `${bytes} byte`,
  topicLabel: 'Ämne',
  deviceLabel: 'Givare',
  detail: 'Vad som var fel',
  bytes: 'De första byten',
  text: 'Som text',
  hex: 'Som hexadecimala tal',
  replayed: (outcome: string) => `Prövad igen: ${outcome}`,
  outcomes: {
    kept: 'togs emot',
    repeat: 'fanns redan',
    conflict: 'krockade',
    ignored: 'inget för oss',
  } as Readonly<Record<string, string>>,
  notKept: 'För stort för att sparas helt, så det kan inte prövas igen.',
  tryOne: 'Pröva det här igen',
  tryAll: 'Pröva alla igen',
  tryTitle: 'Pröva igen?',
  tryText: (tried: number, kept: number) =>
    tried === 0
      ? 'Det finns inget att pröva: allt har tagits emot, eller är inte sparat.'
      : `${tried === 1 ? 'Ett meddelande prövas' : `${tried} meddelanden prövas`} med staden som den är nu; ${kept === 0 ? 'inget' : kept} av dem skulle tas emot. Inget sparas två gånger.`,
  tryMany:
    'Det är många. De prövas i tur och ordning med staden som den är nu; inget sparas två gånger.',
  goesOn: 'Det är många, så prövningen fortsätter av sig själv. Ladda om sidan om en stund.',
  tryYes: 'Pröva igen',
  cancel: 'Avbryt',
  did: (n: { tried: number; kept: number; repeats: number; rejected: number }) =>
    `${n.tried} prövade: ${n.kept} togs emot, ${n.repeats} fanns redan, ${n.rejected} avvisades igen.`,
  older: 'Äldre',
  reasons: {
    'unknown-topic': {
      name: 'Okänt ämne',
      todo: 'Ingen nätverksserver i stadens fil har ett sådant ämne: lägg till den eller rätta ämnet.',
    },
    'not-json': { name: 'Inte JSON', todo: 'Se efter vad avsändaren är inställd på att skicka.' },
    'wrong-shape': {
      name: 'Fel form',
      todo: 'Ett fält saknas eller är fel: jämför med vad nätverksservern ska skicka.',
    },
    'too-large': { name: 'För stort', todo: 'Givare skickar inte så mycket: se efter vem det är.' },
    'too-many': { name: 'För många mätningar', todo: 'Dela upp meddelandet hos avsändaren.' },
    'unknown-device': {
      name: 'Okänd givare',
      todo: 'Lägg till givaren och pröva igen, eller ta bort den ur nätverksservern.',
    },
    'device-mismatch': {
      name: 'Givaren stämmer inte',
      todo: 'Ämnet och innehållet nämner olika givare: rätta nätverksserverns inställning.',
    },
    'not-base64': { name: 'Inte base64', todo: 'Nyttolasten är skadad eller kodad på annat sätt.' },
    undecodable: {
      name: 'Kan inte avkodas',
      todo: 'Givaren har troligen fel modell, eller stadens avkodare ett fel: rätta och pröva igen.',
    },
    'no-measurement-format': {
      name: 'Känt, men utan mätning',
      todo: 'Givaren skickar ett format som inte bär någon nivå: ställ om den.',
    },
    'conflicting-repeat': {
      name: 'Säger emot sig själv',
      todo: 'Samma givare och tid kom med olika innehåll: två givare kan ha samma id.',
    },
  } satisfies Readonly<Record<Rejection, Reason>>,
}
export type QuarantineWords = Omit<typeof sv, 'reasons'> & {
  readonly reasons: Readonly<Record<Rejection, Reason>>
}

const en: QuarantineWords = {
  lead: 'Messages that came and could not be read. The newest 50,000 are kept; their sender has been told that they came, so nothing is sent again by itself.',
  reasonsTitle: 'Reasons',
  reason: 'Reason',
  count: 'How many so far',
  todo: 'What to do',
  none: 'Nothing has been refused.',
  listTitle: 'The latest',
  listNone: 'Nothing of the kind is left in quarantine.',
  faultTitle: 'Nothing was looked for',
  filter: 'Show',
  all: 'All reasons',
  device: 'Sensor',
  topic: 'Part of the topic',
  search: 'Show',
  from: (bytes) => `${bytes} bytes`,
  topicLabel: 'Topic',
  deviceLabel: 'Sensor',
  detail: 'What was wrong',
  bytes: 'The first bytes',
  text: 'As text',
  hex: 'As hexadecimal numbers',
  replayed: (outcome) => `Tried again: ${outcome}`,
  outcomes: {
    kept: 'taken in',
    repeat: 'known already',
    conflict: 'in conflict',
    ignored: 'nothing for us',
  },
  notKept: 'Too large to be kept whole, so it can’t be tried again.',
  tryOne: 'Try this one again',
  tryAll: 'Try all again',
  tryTitle: 'Try again?',
  tryText: (tried, kept) =>
    tried === 0
      ? 'There is nothing to try: all has been taken in, or is not kept.'
      : `${tried === 1 ? 'One message is' : `${tried} messages are`} tried with the town as it is now; ${kept === 0 ? 'none' : kept} of them would be taken in. Nothing is kept twice.`,
  tryMany:
    'There are many. They are tried one after another with the town as it is now; nothing is kept twice.',
  goesOn: 'There are many, so the trying goes on by itself. Load the page again in a while.',
  tryYes: 'Try again',
  cancel: 'Cancel',
  did: (n) =>
    `${n.tried} tried: ${n.kept} taken in, ${n.repeats} known already, ${n.rejected} refused again.`,
  older: 'Older',
  reasons: {
    'unknown-topic': {
      name: 'Unknown topic',
      todo: 'No network server of the town’s file has such a topic: add it, or set the topic right.',
    },
    'not-json': { name: 'Not JSON', todo: 'See what the sender is set to send.' },
    'wrong-shape': {
      name: 'Wrong shape',
      todo: 'A field is missing or wrong: compare with what the network server should send.',
    },
    'too-large': { name: 'Too large', todo: 'Sensors don’t send that much: see who it is.' },
    'too-many': { name: 'Too many measurements', todo: 'Have the sender split the message.' },
    'unknown-device': {
      name: 'Unknown sensor',
      todo: 'Add the sensor and try again, or take it out of the network server.',
    },
    'device-mismatch': {
      name: 'The sensor doesn’t fit',
      todo: 'Topic and content name different sensors: set the network server right.',
    },
    'not-base64': { name: 'Not base64', todo: 'The payload is damaged, or encoded otherwise.' },
    undecodable: {
      name: 'Can’t be decoded',
      todo: 'The sensor probably has the wrong model, or the town’s codec a fault: mend it and try again.',
    },
    'no-measurement-format': {
      name: 'Known, but no measurement',
      todo: 'The sensor sends a format without a level: change its settings.',
    },
    'conflicting-repeat': {
      name: 'Contradicts itself',
      todo: 'The same sensor and time came with other content: two sensors may share an id.',
    },
  },
}

export const QUARANTINE_WORDS: InBoth<QuarantineWords> = { sv, en }
