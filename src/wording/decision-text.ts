/** A decision in one plain sentence: why something was said, why not, or what it waits for. */
import type { Decision, EvidencePart, GateAnswer } from '#src/rules/decision.ts'
import type { Language } from '#src/stations/fraction.ts'
import { DAY, HOUR, MINUTE, wallTime } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import { clockText } from './wall-clock.ts'

/** Picks the language. */
type Say = (sv: string, en: string) => string

/** What a sentence is made with. */
interface Telling {
  readonly decision: Decision
  readonly say: Say
  readonly language: Language
  readonly timeZone: string
}

/**
 * One sentence for residents and staff alike, in Swedish or English, with clock times as they are in
 * the town. Every reason and every gate has its own; docs/reasons.md lists them.
 */
export function explainDecision(decision: Decision, town: TownIndex, language: Language): string {
  const say: Say = (sv, en) => (language === 'sv' ? sv : en)
  return explain({ decision, say, language, timeZone: town.town.timeZone })
}

function explain(telling: Telling): string {
  const { decision, say } = telling
  const { at, because } = decision
  const when = clockNear(telling, at)
  const held = heldText(telling)
  switch (because) {
    case 'condition-true':
      return say(
        `Började gälla ${when} eftersom ${grounds(telling)}; det måste hålla i sig innan något skrivs.`,
        `Became true at ${when} because ${grounds(telling)}; it has to last before anything is posted.`,
      )
    case 'held-long-enough':
      return say(
        `Har hållit i sig i ${held}: ${grounds(telling)}.`,
        `It has lasted for ${held}: ${grounds(telling)}.`,
      )
    case 'reset-before-for':
      return say(
        `Skrevs inte: det gick över efter ${held}, innan det hållit i sig tillräckligt länge.`,
        `Not posted: it was over after ${held}, before it had lasted long enough.`,
      )
    case 'waiting-for-data':
      return say(
        `Väntar sedan ${when}: det finns inga färska uppgifter.`,
        `Waiting since ${when}: there is no recent information.`,
      )
    case 'no-data-closed':
      return say(
        `Avslutades ${when} utan inlägg: det saknas färska uppgifter, så ingen vet hur det är.`,
        `Closed at ${when} without a post: there is no recent information, so nobody knows.`,
      )
    case 'clear-condition-true':
      return say(
        `Ser ut att vara över ${when} eftersom ${grounds(telling)}; det måste hålla i sig innan det räknas.`,
        `Seems to be over at ${when} because ${grounds(telling)}; it has to last before it counts.`,
      )
    case 'not-cleared-after-all':
      return say(
        `Var inte över: ${when} gällde det igen, eftersom ${grounds(telling)}.`,
        `Was not over after all: at ${when} it was so again, because ${grounds(telling)}.`,
      )
    case 'cleared':
      return say(
        `Är över sedan ${when}: ${grounds(telling)}.`,
        `Over at ${when}: ${grounds(telling)}.`,
      )
    case 'container-removed':
      return say(
        `Avslutades ${when} utan inlägg: kärlet eller stationen finns inte kvar.`,
        `Closed at ${when} without a post: the container or the station is no longer there.`,
      )
    case 'rule-changed':
      return say(
        `Regeln ändrades ${when}; en ändrad regel gör inget inlägg av sig själv.`,
        `The rule was changed at ${when}; changing a rule makes no post by itself.`,
      )
    case 'first-load-silent':
      return say(
        `Skrevs inte: regeln är ny eller ändrad, och det den gäller var redan så ${when}.`,
        `Not posted: the rule is new or changed, and what it is about was so already at ${when}.`,
      )
    case 'gate-held':
      return explainHold(telling, blockingGate(decision))
    case 'gate-dropped':
      return explainDrop(telling, blockingGate(decision))
    case 'resolved-while-waiting':
      return decision.evidence
        ? say(
            'Skrevs inte: det fanns plats igen innan inlägget gick ut.',
            'Not posted: there was room again before the post went out.',
          )
        : say(
            'Skrevs inte: det var över innan inlägget gick ut.',
            'Not posted: it was over before the post went out.',
          )
    case 'absorbed':
      return say(
        'Skrevs inte för sig: ett inlägg om hela stationen säger det redan.',
        'Not posted by itself: a post about the whole station says it already.',
      )
    case 'grouped':
      return say(
        'Väntar en stund på fler nyheter från stationen, så att de ryms i samma inlägg.',
        'Waiting a little for more news from the station, so that it fits in one post.',
      )
    case 'schedule-not-true':
      return say(
        `Skrevs inte ${when}: det stämde inte när det var dags.`,
        `Not posted at ${when}: it was not so when the time came.`,
      )
    case 'schedule-unknown':
      return say(
        `Skrevs inte ${when}: det saknades färska uppgifter när det var dags.`,
        `Not posted at ${when}: there was no recent information when the time came.`,
      )
    case 'digested':
      return say(
        `Skrevs ${when} i dagens sammanfattning, eftersom dagens egna inlägg var slut.`,
        `Posted at ${when} in the digest of the day, since the day's own posts were used up.`,
      )
    case 'withdrawn':
      return say(
        `Stoppades ${when} av personalen innan det gick ut.`,
        `Stopped by staff at ${when}, before it went out.`,
      )
    case 'corrected':
      return say(
        `Rättades ${when}: personalen säger att det inte stämde.`,
        `Corrected at ${when}: staff say that it was wrong.`,
      )
    case 'posted':
      return say(
        `Skrevs ${when} eftersom ${grounds(telling)} och det hållit i sig i ${held}.`,
        `Posted at ${when} because ${grounds(telling)} and it had lasted for ${held}.`,
      )
  }
}

function blockingGate(decision: Decision): GateAnswer {
  const blocking = decision.gates.find((gate) => gate.answer !== 'pass')
  return blocking ?? { gate: 'still-active', answer: 'drop' }
}

function explainHold(telling: Telling, gate: GateAnswer): string {
  const { say } = telling
  const wait = say('Väntar', 'Waiting')
  const until =
    gate.until === undefined
      ? wait
      : say(
          `${wait} till ${clockNear(telling, gate.until)}`,
          `${wait} until ${clockNear(telling, gate.until)}`,
        )
  return `${until}: ${holdReason(telling, gate)}.`
}

function holdReason({ say, language }: Telling, { gate, detail }: GateAnswer): string {
  switch (gate) {
    case 'still-active':
      return detail === 'no data'
        ? say('det finns inga färska uppgifter', 'there is no recent information')
        : say('det ser ut att vara över', 'it seems to be over')
    case 'stale':
      return say(
        'Kvitter har stått still och läser först in det som kommit under tiden',
        'Kvitter was down and first reads what came in meanwhile',
      )
    case 'suppressed':
      return detail === 'truck'
        ? say('en bil är på väg', 'a truck is on its way')
        : say(`${detail ?? 'en regel'} håller inne det`, `${detail ?? 'a rule'} holds it back`)
    case 'inhibited':
      return say(
        `regeln ${detail ?? ''} gäller redan här`.replace('  ', ' '),
        `the rule ${detail ?? ''} is in force here already`.replace('  ', ' '),
      )
    case 'quiet-hours':
      return say('tysta timmar', 'quiet hours')
    case 'silenced':
      return say('personalen vill ha tyst', 'staff want silence')
    case 'post-at':
      return say('det är inte dags på dagen än', 'it is not the time of day yet')
    case 'cooldown':
      return say('det skrevs nyligen om samma sak', 'the same thing was posted recently')
    case 'budget':
      return detail?.startsWith('min_gap')
        ? say('inläggen kommer inte för tätt', 'posts are not made too close together')
        : say(
            `dagens inlägg är slut${counts(detail, language)}`,
            `the day's posts are used up${counts(detail, language)}`,
          )
  }
}

/** `4/4, 12/30` → ` (4 av 4 för stationen, 12 av 30 för kontot)` */
function counts(detail: string | undefined, language: Language): string {
  const match = /^(\d+)\/(\d+), (\d+)\/(\d+)$/.exec(detail ?? '')
  if (!match) return ''
  const [, used, of, usedInAll, ofAll] = match
  return language === 'sv'
    ? ` (${used} av ${of} för stationen, ${usedInAll} av ${ofAll} för kontot)`
    : ` (${used} of ${of} for the station, ${usedInAll} of ${ofAll} for the account)`
}

function explainDrop(telling: Telling, { gate, detail }: GateAnswer): string {
  const { say, language } = telling
  const not = say('Skrevs inte', 'Not posted')
  switch (gate) {
    case 'still-active':
      return detail === 'no data'
        ? say(
            `${not}: det finns inga färska uppgifter, så ingen vet om det stämmer.`,
            `${not}: there is no recent information, so nobody knows whether it is so.`,
          )
        : say(
            `${not}: det stämde inte längre när inlägget skulle ut.`,
            `${not}: it was no longer so when the post was to go out.`,
          )
    case 'stale':
      return say(
        `${not}: Kvitter hade stått still, och nyheten var för gammal.`,
        `${not}: Kvitter had been down, and the news was too old.`,
      )
    case 'budget':
      return say(
        `${not}: dagens inlägg är slut${counts(detail, language)}.`,
        `${not}: the day's posts are used up${counts(detail, language)}.`,
      )
    case 'silenced':
    case 'suppressed':
    case 'inhibited':
    case 'quiet-hours':
    case 'post-at':
    case 'cooldown':
      return `${not}: ${holdReason(telling, { gate, answer: 'drop', ...(detail !== undefined && { detail }) })}.`
  }
}

/** What it rests on: what the sensor shows and residents say, counts at the station, or the condition itself. */
function grounds(telling: Telling): string {
  const { decision } = telling
  const parts = decision.evidence?.parts
  if (parts && parts.length > 1) return evidenceText(telling, parts)
  const facts = Object.assign({}, ...decision.clauses.map((clause) => clause.facts)) as Readonly<
    Record<string, number | boolean | string | null>
  >
  const { say, language } = telling
  const full = facts['s.full']
  const containers = facts['s.containers']
  if (typeof full === 'number' && typeof containers === 'number') {
    return say(
      `${full} av ${containers} kärl är fulla`,
      `${full} of ${containers} containers are full`,
    )
  }
  if (typeof full === 'number') {
    return say(
      `${full} kärl är fulla`,
      full === 1 ? '1 container is full' : `${full} containers are full`,
    )
  }
  const silentMin = facts['c.sensor_silent_min']
  if (typeof silentMin === 'number') {
    const span = durationText(silentMin * MINUTE, language)
    return say(
      `givaren hördes senast för ${span} sedan`,
      `the sensor was last heard of ${span} ago`,
    )
  }
  const source = decision.clauses.map((clause) => clause.source).join('; ')
  return source === ''
    ? say('villkoret är uppfyllt', 'the condition is met')
    : say(`villkoret (${source}) är uppfyllt`, `the condition (${source}) is met`)
}

/** Reports first where they weigh more than a low sensor; who said so is never told. */
function evidenceText(telling: Telling, parts: readonly EvidencePart[]): string {
  const { say, language } = telling
  const sensor = parts.find((part) => part.what === 'sensor')
  const shown =
    sensor?.fillPercent === undefined ? undefined : percentText(sensor.fillPercent, language)
  const said = parts.filter((part) => part.what === 'report' || part.what === 'staff')
  if (said.length === 0) {
    return shown === undefined
      ? say('uppgifterna säger det', 'the information says so')
      : say(`givaren visar ${shown}`, `the sensor shows ${shown}`)
  }
  const told = reportsText(telling, said)
  if (shown === undefined) return told
  const sum = said.reduce((weight, part) => weight + part.weight, 0)
  const agrees = sum > 0 === sensor!.weight > 0
  if (agrees)
    return say(`givaren visar ${shown} och ${told}`, `the sensor shows ${shown} and ${told}`)
  return say(`${told} medan givaren visar ${shown}`, `${told} while the sensor shows ${shown}`)
}

function reportsText(telling: Telling, said: readonly EvidencePart[]): string {
  const { say, language } = telling
  const tell = (
    parts: readonly EvidencePart[],
    who: 'report' | 'staff',
    isFull: boolean,
  ): string[] => {
    const found = parts.filter((part) => part.what === who && part.weight > 0 === isFull)
    if (found.length === 0) return []
    const times = found
      .flatMap((part) => (part.at === undefined ? [] : [part.at]))
      .sort((a, b) => a - b)
      .map((at) => clockNear(telling, at))
      .join(', ')
    const number = numberText(found.length, language)
    const people =
      who === 'staff'
        ? say('personalen har', 'the staff have')
        : say(
            `${number} boende har`,
            found.length === 1 ? `${number} resident has` : `${number} residents have`,
          )
    const what = isFull
      ? say('rapporterat fullt', 'reported it full')
      : say('rapporterat att det finns plats', 'reported that there is room')
    return [`${people} ${what} (${times})`]
  }
  return [
    ...tell(said, 'staff', true),
    ...tell(said, 'report', true),
    ...tell(said, 'staff', false),
    ...tell(said, 'report', false),
  ].join(say(' och ', ' and '))
}

const NUMBERS: Readonly<Record<Language, readonly string[]>> = {
  sv: ['inga', 'en', 'två', 'tre'],
  en: ['no', 'one', 'two', 'three'],
}

function numberText(n: number, language: Language): string {
  return NUMBERS[language][n] ?? String(n)
}

function percentText(percent: number, language: Language): string {
  const whole = Math.round(percent)
  return language === 'sv' ? `${whole} %` : `${whole}%`
}

function heldText({ decision, language }: Telling): string {
  return durationText(decision.heldMs ?? 0, language)
}

/** `45 minuter`, `2 timmar`, `1 timme och 30 minuter`, `3 dagar` */
function durationText(ms: number, language: Language): string {
  const minutes = Math.round(ms / MINUTE)
  if (minutes < 1) return language === 'sv' ? 'mindre än en minut' : 'less than a minute'
  if (ms >= 2 * DAY) return unitText(Math.round(ms / DAY), 'day', language)
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  const parts = [
    ...(hours > 0 ? [unitText(hours, 'hour', language)] : []),
    ...(rest > 0 && hours < 12 ? [unitText(rest, 'minute', language)] : []),
  ]
  return parts.join(language === 'sv' ? ' och ' : ' and ')
}

const UNITS = {
  sv: { minute: ['minut', 'minuter'], hour: ['timme', 'timmar'], day: ['dag', 'dagar'] },
  en: { minute: ['minute', 'minutes'], hour: ['hour', 'hours'], day: ['day', 'days'] },
} as const

function unitText(n: number, unit: 'minute' | 'hour' | 'day', language: Language): string {
  return `${n} ${UNITS[language][unit][n === 1 ? 0 : 1]}`
}

const MONTHS: Readonly<Record<Language, readonly string[]>> = {
  sv: ['jan', 'feb', 'mars', 'april', 'maj', 'juni', 'juli', 'aug', 'sep', 'okt', 'nov', 'dec'],
  en: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'June', 'July', 'Aug', 'Sept', 'Oct', 'Nov', 'Dec'],
}

/** `12:45`; with the day, `12 maj 12:45`, where that is a day or more away from the decision. */
function clockNear({ decision, language, timeZone }: Telling, at: EpochMs): string {
  const clock = clockText(at, timeZone)
  if (Math.abs(at - decision.at) < 24 * HOUR) return clock
  const [, month, date] = wallTime(at, timeZone).day.split('-')
  return `${Number(date)} ${MONTHS[language][Number(month) - 1]} ${clock}`
}
