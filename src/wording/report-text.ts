/** What a report did, told to whoever made it: thanks, how many have said so, what the station will do, how the container stands. */
import type { Clause, ContainerStatus } from '#src/rules/decision.ts'
import type { RESIDENT_KINDS } from '#src/rules/record.ts'
import type { Standing } from '#src/rules/standing.ts'
import type { Language } from '#src/stations/fraction.ts'
import { MINUTE, type EpochMs } from '#src/stations/time.ts'
import { dottedClock } from './finnish-clock.ts'
import { clockText } from './wall-clock.ts'

type Kind = (typeof RESIDENT_KINDS)[number]

export interface ToldReport {
  readonly kind: Kind
  /**
   * `repeat`: the same phone said the same a while ago. `kept`: for the record alone. `undone`: taken back;
   * `nothing-to-undo`: that came too late, or twice, or in a flood.
   */
  readonly did: 'counted' | 'repeat' | 'kept' | 'undone' | 'nothing-to-undo'
  /** How the container counts now. */
  readonly status: ContainerStatus
  /** How the rules for the container and for its station stand now. */
  readonly standings: readonly Standing[]
  readonly now: EpochMs
  readonly timeZone: string
}

/** `Tack! Två har nu rapporterat att behållaren är full. Stationen skriver om det tidigast om 30 minuter, om det håller i sig. …` */
export function explainReport(report: ToldReport, language: Language): string {
  const phrases = PHRASES[language]
  const isTakenBack = report.did === 'undone' || report.did === 'nothing-to-undo'
  const standing = standingFor(report)
  const effects = standing
    ? [voicesText(phrases, report, standing), nextText(phrases, report, standing)]
    : [phrases.noRule]
  const sentences = [
    phrases.thanks[report.did],
    ...(isTakenBack ? [] : effects),
    isLevel(report.kind) ? phrases.status[report.status.word] : undefined,
  ]
  return sentences.filter((sentence) => sentence !== undefined).join(' ')
}

function isLevel(kind: Kind): boolean {
  return kind === 'full' || kind === 'has-room'
}

/** What a rule must ask to be one about this kind of report. */
const FACTS: Readonly<Record<Kind, RegExp>> = {
  full: /^c\.(?:full|evidence)$/,
  'has-room': /^c\.(?:full|evidence)$/,
  litter: /^s\.litter_/,
  broken: /^c\.broken_/,
  ice: /^s\.ice_/,
}
/** A rule that asks a forecast is about what is to come. */
const FORECAST = /^c\.p_full/

/** Of the public rules about this kind the one that has come furthest, the first of equals. */
function standingFor({ kind, standings }: ToldReport): Standing | undefined {
  const about = standings.filter((standing) => {
    const facts = factsOf([...standing.when.clauses, ...(standing.clear?.clauses ?? [])])
    const asks = (pattern: RegExp) => facts.some(([name]) => pattern.test(name))
    return standing.audience === 'public' && asks(FACTS[kind]) && !asks(FORECAST)
  })
  return about.toSorted((a, b) => PROGRESS.indexOf(b.state) - PROGRESS.indexOf(a.state))[0]
}

const PROGRESS: readonly Standing['state'][] = ['idle', 'pending', 'clearing', 'active']

function factsOf(clauses: readonly Clause[]): readonly [string, Clause['facts'][string]][] {
  return clauses.flatMap(({ facts }) => Object.entries(facts))
}

/** How many different residents say so, as far as they count. */
function countVoices({ kind }: ToldReport, { evidence, when }: Standing): number {
  if (isLevel(kind)) {
    const sign = kind === 'full' ? 1 : -1
    const reports = evidence?.parts.filter(({ what }) => what === 'report') ?? []
    return reports.filter(({ weight }) => weight * sign > 0).length
  }
  const counts = factsOf(when.clauses).filter(([name]) => /_reports_\d+h$/.test(name))
  return Math.max(0, ...counts.map(([, count]) => Number(count ?? 0)))
}

function voicesText(phrases: Phrases, report: ToldReport, standing: Standing): string | undefined {
  const voices = countVoices(report, standing)
  if (report.did === 'kept' || voices === 0) return undefined
  return phrases.voices(voices, phrases.that[report.kind])
}

function nextText(phrases: Phrases, report: ToldReport, standing: Standing): string | undefined {
  return report.kind === 'has-room'
    ? nextOfEnd(phrases, report, standing)
    : nextOfNews(phrases, report, standing)
}

/** What becomes of news: still too few, has to last, waits, was told. */
function nextOfNews(
  phrases: Phrases,
  { kind, now, timeZone }: ToldReport,
  standing: Standing,
): string | undefined {
  const { state, posted, waiting, lacking } = standing
  if (state === 'idle') {
    if (kind !== 'full') return phrases.whenMoreSay
    if (lacking?.reports === undefined) return phrases.sensorSaysOtherwise
    return phrases.whenSoManySay(lacking.reports, lacking.fillPercent !== undefined)
  }
  if (posted) return phrases.wrote(phrases.clock(posted.at, timeZone))
  const at = earliest(standing)
  if (state === 'pending' || waiting?.kind === 'open') {
    if (at === undefined) return phrases.ifItLasts
    const minutes = Math.ceil((at - now) / MINUTE)
    return minutes <= LONGEST_IN_MINUTES
      ? phrases.writesIn(Math.max(1, minutes))
      : phrases.writesAt(phrases.clock(at, timeZone))
  }
  return phrases.knownAlready
}

/** "Has room" is news only where the station said that it was full. */
function nextOfEnd(
  phrases: Phrases,
  { now, timeZone }: ToldReport,
  standing: Standing,
): string | undefined {
  const { state, posted } = standing
  if (!posted || state === 'idle') return undefined
  const at = earliest(standing)
  if (state === 'active' || at === undefined)
    return phrases.notRoomYet(phrases.clock(posted.at, timeZone))
  return phrases.roomIn(Math.max(1, Math.ceil((at - now) / MINUTE)))
}

/** Beyond this a clock time is easier to grasp. */
const LONGEST_IN_MINUTES = 90

/** When a post can come at the soonest: when it has lasted, its turn has come, and no gate holds it. */
function earliest({ state, movesOnAt, waiting, gates }: Standing): EpochMs | undefined {
  const turn = waiting ? waiting.nextTryAt : state === 'active' ? undefined : movesOnAt
  if (turn === undefined) return undefined
  const holds = gates.filter(({ answer }) => answer === 'hold').map(({ until }) => until ?? 0)
  return Math.max(turn, ...holds) as EpochMs
}

interface Phrases {
  /** As the language writes it, after its own word for it. */
  readonly clock: (at: EpochMs, timeZone: string) => string
  readonly thanks: Readonly<Record<ToldReport['did'], string>>
  /** A clause: `att behållaren är full`. */
  readonly that: Readonly<Record<Kind, string>>
  readonly voices: (n: number, that: string) => string
  readonly whenMoreSay: string
  /** `orSensor`: a sensor could say so as well. */
  readonly whenSoManySay: (n: number, orSensor: boolean) => string
  readonly sensorSaysOtherwise: string
  readonly ifItLasts: string
  readonly writesIn: (minutes: number) => string
  readonly writesAt: (clock: string) => string
  readonly wrote: (clock: string) => string
  readonly knownAlready: string
  readonly roomIn: (minutes: number) => string
  readonly notRoomYet: (clock: string) => string
  readonly noRule: string
  readonly status: Readonly<Record<ContainerStatus['word'], string>>
}

/** Up to twelve in words, with a capital. */
function numberWord(words: string, n: number): string {
  return words.split(' ')[n - 1] ?? String(n)
}

const SV_NUMBERS = 'En Två Tre Fyra Fem Sex Sju Åtta Nio Tio Elva Tolv'
const EN_NUMBERS = 'One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve'
const FI_NUMBERS =
  'Yksi Kaksi Kolme Neljä Viisi Kuusi Seitsemän Kahdeksan Yhdeksän Kymmenen Yksitoista Kaksitoista'

const sv: Phrases = {
  clock: clockText,
  thanks: {
    counted: 'Tack!',
    repeat: 'Tack! Det har du redan rapporterat, och en person räknas en gång.',
    kept: 'Tack! Din rapport är sparad.',
    undone: 'Ångrat. Din rapport räknas inte längre.',
    'nothing-to-undo':
      'Det gick inte att ångra: rapporten är redan borttagen eller för gammal, eller så säger många detsamma just nu.',
  },
  that: {
    full: 'att behållaren är full',
    'has-room': 'att det finns plats',
    litter: 'att det ligger skräp',
    broken: 'att behållaren är trasig',
    ice: 'att det är halt',
  },
  voices: (n, that) =>
    n === 1
      ? `Du är den enda som har rapporterat ${that}.`
      : `${numberWord(SV_NUMBERS, n)} har nu rapporterat ${that}.`,
  whenMoreSay: 'Stationen skriver om det när fler säger samma sak.',
  whenSoManySay: (n, orSensor) =>
    `Stationen skriver om det när ${n === 1 ? 'någon till' : 'två till'} säger samma sak${orSensor ? ', eller när givaren visar det' : ''}.`,
  sensorSaysOtherwise: 'Stationen skriver inte om det än, för annat talar emot.',
  ifItLasts: 'Stationen skriver om det om det håller i sig.',
  writesIn: (minutes) =>
    `Stationen skriver om det tidigast om ${minutes} ${minutes === 1 ? 'minut' : 'minuter'}, om det håller i sig.`,
  writesAt: (clock) => `Stationen skriver om det tidigast klockan ${clock}, om det håller i sig.`,
  wrote: (clock) => `Stationen skrev om det klockan ${clock}.`,
  knownAlready: 'Det är redan känt.',
  roomIn: (minutes) =>
    `Stationen skriver tidigast om ${minutes} ${minutes === 1 ? 'minut' : 'minuter'} att det finns plats igen, om det håller i sig.`,
  notRoomYet: (clock) =>
    `Stationen skrev klockan ${clock} att behållaren är full, och ändrar sig när fler säger att det finns plats.`,
  noRule: 'Stationen skriver inte själv om sådant, men de som sköter den kan se det.',
  status: {
    'has-room': 'Behållaren visas nu med plats kvar.',
    'nearly-full': 'Behållaren visas nu som nästan full.',
    full: 'Behållaren visas nu som full.',
    unknown: 'Hur full behållaren är vet vi inte just nu.',
  },
}

const en: Phrases = {
  clock: clockText,
  thanks: {
    counted: 'Thank you!',
    repeat: 'Thank you! You have reported that already, and one person counts once.',
    kept: 'Thank you! Your report has been kept.',
    undone: 'Undone. Your report no longer counts.',
    'nothing-to-undo':
      'It could not be undone: the report is gone already or too old, or many say the same just now.',
  },
  that: {
    full: 'that the container is full',
    'has-room': 'that there is room',
    litter: 'that there is litter',
    broken: 'that the container is broken',
    ice: 'that it is slippery',
  },
  voices: (n, that) =>
    n === 1
      ? `You are the only one who has reported ${that}.`
      : `${numberWord(EN_NUMBERS, n)} people have now reported ${that}.`,
  whenMoreSay: 'The station will post about it when more people say the same.',
  whenSoManySay: (n, orSensor) =>
    `The station will post about it when ${n === 1 ? 'one more person says' : 'two more people say'} the same${orSensor ? ', or when the sensor shows it' : ''}.`,
  sensorSaysOtherwise:
    'The station will not post about it yet, since something else speaks against it.',
  ifItLasts: 'The station will post about it if it lasts.',
  writesIn: (minutes) =>
    `The station will post about it in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} at the earliest, if it lasts.`,
  writesAt: (clock) => `The station will post about it at ${clock} at the earliest, if it lasts.`,
  wrote: (clock) => `The station posted about it at ${clock}.`,
  knownAlready: 'That is known already.',
  roomIn: (minutes) =>
    `The station will post that there is room again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} at the earliest, if it lasts.`,
  notRoomYet: (clock) =>
    `The station posted at ${clock} that the container is full, and will take it back when more people say that there is room.`,
  noRule: 'The station doesn’t post about such things, but those who look after it can see it.',
  status: {
    'has-room': 'The container is now shown with room left.',
    'nearly-full': 'The container is now shown as nearly full.',
    full: 'The container is now shown as full.',
    unknown: 'How full the container is we don’t know right now.',
  },
}

const fi: Phrases = {
  clock: dottedClock,
  thanks: {
    counted: 'Kiitos!',
    repeat: 'Kiitos! Olet jo ilmoittanut siitä, ja yksi ihminen lasketaan kerran.',
    kept: 'Kiitos! Ilmoituksesi on tallennettu.',
    undone: 'Peruttu. Ilmoitustasi ei enää lasketa.',
    'nothing-to-undo':
      'Peruminen ei onnistunut: ilmoitus on jo poistettu tai liian vanha, tai moni sanoo juuri nyt samaa.',
  },
  that: {
    full: 'että astia on täynnä',
    'has-room': 'että tilaa on',
    litter: 'että maassa on roskia',
    broken: 'että astia on rikki',
    ice: 'että on liukasta',
  },
  voices: (n, that) =>
    n === 1
      ? `Olet ainoa, joka on ilmoittanut, ${that}.`
      : `${numberWord(FI_NUMBERS, n)} ihmistä on nyt ilmoittanut, ${that}.`,
  whenMoreSay: 'Kierrätyspiste kirjoittaa siitä, kun useampi sanoo samaa.',
  whenSoManySay: (n, orSensor) =>
    `Kierrätyspiste kirjoittaa siitä, kun vielä ${n === 1 ? 'yksi sanoo' : 'kaksi sanoo'} samaa${orSensor ? ' tai kun anturi näyttää sen' : ''}.`,
  sensorSaysOtherwise:
    'Kierrätyspiste ei kirjoita siitä vielä, koska muu tieto puhuu sitä vastaan.',
  ifItLasts: 'Kierrätyspiste kirjoittaa siitä, jos tilanne jatkuu.',
  writesIn: (minutes) =>
    `Kierrätyspiste kirjoittaa siitä aikaisintaan ${minutes} minuutin kuluttua, jos tilanne jatkuu.`,
  writesAt: (clock) =>
    `Kierrätyspiste kirjoittaa siitä aikaisintaan klo ${clock}, jos tilanne jatkuu.`,
  wrote: (clock) => `Kierrätyspiste kirjoitti siitä klo ${clock}.`,
  knownAlready: 'Se on jo tiedossa.',
  roomIn: (minutes) =>
    `Kierrätyspiste kirjoittaa aikaisintaan ${minutes} minuutin kuluttua, että tilaa on taas, jos tilanne jatkuu.`,
  notRoomYet: (clock) =>
    `Kierrätyspiste kirjoitti klo ${clock}, että astia on täynnä, ja korjaa sen, kun useampi sanoo, että tilaa on.`,
  noRule: 'Kierrätyspiste ei kirjoita tällaisesta itse, mutta sen hoitajat näkevät sen.',
  status: {
    'has-room': 'Astiassa näkyy nyt olevan tilaa.',
    'nearly-full': 'Astia näkyy nyt melkein täytenä.',
    full: 'Astia näkyy nyt täytenä.',
    unknown: 'Emme tiedä juuri nyt, kuinka täynnä astia on.',
  },
}

const PHRASES: Readonly<Record<Language, Phrases>> = { sv, en, fi }
