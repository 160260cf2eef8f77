/** Silences that staff have asked for: which hold, how to ask for one, and how each ended. */
import { isSilent, type ToldSilence } from '#src/rules/silences.ts'
import { parseContainerId, parseStationId } from '#src/stations/ids.ts'
import { sortByFraction } from '#src/stations/container-order.ts'
import { parseDuration, parseWall, plus, type EpochMs } from '#src/stations/time.ts'
import { LONGEST_SILENCE_MS, type SilenceWish } from '#src/store/staff-says.ts'
import { whenText } from '#src/wording/status-text.ts'
import { choiceField } from '../choice-field.ts'
import { containerTitle } from '../container-marks.ts'
import { html, type Html } from '../html.ts'
import { stationsByName } from '../stations-by-name.ts'
import { faultNote, hidden } from './form-parts.ts'
import { pressField } from './pressed-once.ts'
import { staffLayout, type StaffView } from './staff-layout.ts'
import { SILENCES, staffPath } from './staff-menu.ts'
import { doneNote, when } from './staff-parts.ts'
import { WHY_WORDS, type WhyWords } from './why-words.ts'

const MOST_OVER = 20
const LONGEST_WHY = 500

export type SilenceFault = keyof WhyWords['faults']
export type ReadWish =
  { readonly wish: Omit<SilenceWish, 'actor'> } | { readonly fault: SilenceFault }

/** What the form asks for. A time of its own goes before a span chosen from the list. */
export function readWish(
  form: URLSearchParams,
  view: StaffView,
  ruleIds: readonly string[],
): ReadWish {
  const text = (name: string): string => (form.get(name) ?? '').trim()
  const { stations, containers } = view.town
  const container = containers.get(parseContainerId(text('container'))!)
  const station = stations.get(parseStationId(text('station'))!)
  if (text('station') !== '' && !station) return { fault: 'station' }
  if (text('container') !== '' && (!container || (station && container.stationId !== station.id))) {
    return { fault: 'container' }
  }
  const ruleId = text('rule') === '' ? undefined : text('rule')
  if (ruleId !== undefined && !ruleIds.includes(ruleId)) return { fault: 'rule' }
  const until = untilOf(text('until'), text('span'), view)
  if (until === undefined || until <= view.now || until > plus(view.now, LONGEST_SILENCE_MS)) {
    return { fault: 'until' }
  }
  const why = text('why')
  if (why.length > LONGEST_WHY) return { fault: 'why' }
  const isAboutAll = !station && !container && ruleId === undefined
  if (isAboutAll && why === '') return { fault: 'town' }
  return {
    wish: {
      ...(station && { stationId: station.id }),
      ...(container && { stationId: container.stationId, containerId: container.id }),
      ...(ruleId !== undefined && { ruleId }),
      until,
      ...(why !== '' && { why }),
    },
  }
}

/** `2026-05-05T18:00` by the town's clock, or a span such as `2h`. */
function untilOf(
  wall: string,
  span: string,
  { now, timeZone }: Pick<StaffView, 'now' | 'timeZone'>,
): EpochMs | undefined {
  if (wall === '') {
    const ms = parseDuration(span)
    return ms === undefined ? undefined : plus(now, ms)
  }
  return parseWall(wall, timeZone)
}

export interface SilencesFound {
  readonly told: readonly ToldSilence[]
  readonly ruleIds: readonly string[]
  readonly did?: 'silenced' | 'ended'
  readonly fault?: string
  /** What was filled in and not taken. */
  readonly form?: URLSearchParams
}

export function silencesPage(view: StaffView, found: SilencesFound): Html {
  const { language, now } = view
  const words = WHY_WORDS[language]
  const { told, did, fault } = found
  const holding = told.filter((silence) => isSilent(silence, now))
  const over = told.filter((silence) => !isSilent(silence, now)).slice(0, MOST_OVER)
  return staffLayout(view, {
    title: words.silenceTitle,
    path: SILENCES.path,
    body: html`
      ${faultNote(words.errorTitle, fault)}
      <h1>${words.silenceTitle}</h1>
      <p class="lead">${words.silenceLead}</p>
      ${doneNote(did && (did === 'silenced' ? words.didSilence : words.didEnd))}
      <section aria-labelledby="holding">
        <h2 id="holding">${words.silentNow}</h2>
        ${
          holding.length === 0
            ? html`<p>${words.silentNothing}</p>`
            : html`<ul class="why-list">
                ${holding.map((silence) => silenceLine(view, silence))}
              </ul>`
        }
      </section>
      ${wishForm(view, found)}
      ${
        over.length > 0 &&
        html`<section aria-labelledby="over">
          <h2 id="over">${words.over}</h2>
          <ul class="why-list">
            ${over.map((silence) => silenceLine(view, silence))}
          </ul>
        </section>`
      }
    `,
  })
}

function silenceLine(view: StaffView, silence: ToldSilence): Html {
  const { language, now, timeZone } = view
  const words = WHY_WORDS[language]
  const { said, ended } = silence
  const holds = isSilent(silence, now)
  const about = aboutText(view, silence)
  return html`<li>
    <p class="why-head"><strong>${about}</strong></p>
    <dl class="facts">
      <div>
        <dt>${words.since}</dt>
        <dd>${when(view, said.at)}</dd>
      </div>
      <div>
        <dt>${words.till}</dt>
        <dd>${when(view, said.until)}</dd>
      </div>
      <div>
        <dt>${words.by}</dt>
        <dd>${said.actor}</dd>
      </div>
      ${
        said.why !== undefined &&
        html`<div>
          <dt>${words.reason}</dt>
          <dd>${said.why}</dd>
        </div>`
      }
    </dl>
    ${
      holds
        ? html`<form method="post" action="${staffPath(SILENCES.path, language)}">
            ${pressField()} ${hidden('end', said.id)}
            <button class="quiet">
              ${words.endSilence}<span class="visually-hidden"> ${about}</span>
            </button>
          </form>`
        : html`<p class="small">
            ${
              ended
                ? words.endedAt(whenText(ended.at, now, timeZone, language), ended.actor)
                : words.ranOut
            }
          </p>`
    }
  </li>`
}

function aboutText(view: StaffView, { said }: ToldSilence): string {
  const { town, language } = view
  const words = WHY_WORDS[language]
  const station = said.stationId && town.stations.get(said.stationId)
  const container = said.containerId && town.containers.get(said.containerId)
  const at = container ? town.stations.get(container.stationId) : station
  return [
    at?.name ?? said.containerId ?? said.stationId ?? words.wholeTown,
    ...(container && at ? [containerTitle(container, at, language)] : []),
    ...(said.ruleId === undefined ? [] : [said.ruleId]),
  ].join(', ')
}

function wishForm(view: StaffView, { ruleIds, form }: SilencesFound): Html {
  const { language } = view
  const words = WHY_WORDS[language]
  const filled = (name: string): string => form?.get(name) ?? ''
  const stations = stationsByName(view)
  const spans = Object.entries(words.spans)
  return html`<section class="panel" aria-labelledby="new">
    <h2 id="new">${words.newSilence}</h2>
    <form method="post" action="${staffPath(SILENCES.path, language)}">
      ${pressField()}
      ${choiceField(
        'station',
        words.station,
        words.wholeTown,
        stations.map(({ id, name }) => ({
          value: id,
          text: name,
          isChosen: filled('station') === id,
        })),
      )}
      <p class="field">
        <label for="container">${words.container}</label>
        <select id="container" name="container">
          <option value="">${words.anyContainer}</option>
          ${stations.map(
            (station) =>
              html`<optgroup label="${station.name}">
                ${sortByFraction(station.containers).map(
                  (container) =>
                    html`<option
                      value="${container.id}"
                      ${filled('container') === container.id && html`selected`}
                    >
                      ${containerTitle(container, station, language)}
                    </option>`,
                )}
              </optgroup>`,
          )}
        </select>
      </p>
      ${choiceField(
        'rule',
        words.rule,
        words.anyRule,
        ruleIds.map((id) => ({ value: id, text: id, isChosen: filled('rule') === id })),
      )}
      <p class="field">
        <label for="span">${words.howLong}</label>
        <select id="span" name="span">
          ${spans.map(
            ([span, name]) =>
              html`<option value="${span}" ${filled('span') === span && html`selected`}>
                ${name}
              </option>`,
          )}
        </select>
      </p>
      <p class="field">
        <label for="until">${words.orUntil}</label>
        <input id="until" name="until" type="datetime-local" value="${filled('until')}" />
      </p>
      <p class="field">
        <label for="why">${words.whySilent}</label>
        <input id="why" name="why" maxlength="${LONGEST_WHY}" value="${filled('why')}" />
      </p>
      <p><button>${words.doSilence}</button></p>
    </form>
  </section>`
}
