/** A screen at a station: what has room, where to go instead, readable from five metres. Nothing to press. */
import type { ContainerStatus } from '#src/rules/decision.ts'
import { bearingDeg, compassPoint } from '#src/stations/bearing.ts'
import { sortByFraction } from '#src/stations/container-order.ts'
import { isNight } from '#src/stations/daylight.ts'
import {
  FRACTIONS,
  fractionName,
  LANGUAGES,
  parseLanguage,
  type Fraction,
  type Language,
} from '#src/stations/fraction.ts'
import type { Container, Station } from '#src/stations/station.ts'
import type { Post } from '#src/store/contract.ts'
import { capital } from '#src/wording/capital.ts'
import { ageText, longDayText, whenText } from '#src/wording/status-text.ts'
import { clockText } from '#src/wording/wall-clock.ts'
import { bestStatus, containerTitle, fractionSign, levelBar, wordPill } from './container-marks.ts'
import { DISPLAY_WORDS } from './display-words.ts'
import { distanceIn } from './distance.ts'
import { html, trusted, type Html } from './html.ts'
import { stalledText } from './layout.ts'
import { nearestFor } from './nearest-room.ts'
import { link, type View } from './site.ts'
import { qrCode } from './qr-code.ts'

/** What the screen's address may ask for; anything that makes no sense is left out. */
export interface DisplayQuery {
  /** Shown in turn; empty to stay with one. */
  readonly languages: readonly Language[]
  /** Which way a reader of the screen looks, degrees from north: turns the arrows. */
  readonly facingDeg?: number
}

/** More boxes than this are told by fraction, of which there are eight at most. */
const MOST_ROWS = 8
/** Longer names are written smaller. */
const LONG_NAME = 24
const REFRESH_SECONDS = 60
/** Nobody waits a minute for their language. */
const TURN_SECONDS = 15
const DEMO_REFRESH_SECONDS = 10

const PATHS: Readonly<Record<Language, string>> = { sv: '/skarm', en: '/display', fi: '/naytto' }

/** Without the language's root. */
export function displayPath(language: Language): string {
  return PATHS[language]
}

export function parseDisplayQuery(
  query: Readonly<Record<string, string | undefined>>,
): DisplayQuery {
  const languages = (query['sprak'] ?? '').split(',').flatMap((text) => {
    const known = parseLanguage(text.trim())
    return known === undefined ? [] : [known]
  })
  const facing = /^\d{1,3}$/.exec(query['mot'] ?? '')?.[0]
  return {
    languages: LANGUAGES.filter((language) => languages.includes(language)),
    ...(facing !== undefined && Number(facing) <= 360 && { facingDeg: Number(facing) }),
  }
}

export function displayPage(
  view: View,
  query: DisplayQuery,
  facts: { readonly station: Station; readonly latest?: Post },
  files: { readonly cssUrl: string; readonly script: Html },
): Html {
  const { language, now, timeZone, demo } = view
  const { station, latest } = facts
  const words = DISPLAY_WORDS[language]
  const rows = rowsOf(view, station)
  const clock = clockText(now, timeZone)
  const stalled = stalledText(view)
  return html`${trusted('<!doctype html>')}
    <html lang="${language}" class="${isNight(now, station.place) && 'night'}" data-net="on">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${words.title(station.name)}</title>
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        ${
          demo?.paused !== true &&
          html`<meta http-equiv="refresh" content="${refreshOf(view, query, station)}" />`
        }
        <link rel="stylesheet" href="${view.cssUrl}" />
        <link rel="stylesheet" href="${files.cssUrl}" />
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        ${files.script}
      </head>
      <body class="display">
        <header>
          <h1 class="${station.name.length > LONG_NAME && 'long'}">${station.name}</h1>
          <p class="when">
            <strong>${clock}</strong>
            <span>${longDayText(now, timeZone, language)}</span>
          </p>
        </header>
        <main>
          <p class="banner cut-off">${words.cutOff(clock)}</p>
          ${stalled && html`<p class="banner stalled">${stalled}</p>`}
          <ul class="rows ${gridOf(rows.length)}">
            ${rows.map((row) => rowItem(view, query, station, row))}
          </ul>
        </main>
        <footer>
          <div class="said">${latest && latestSaid(view, latest)}</div>
          <p class="scan">
            <span>${words.scan}</span>
            ${qrCode(`${view.publicUrl}${link(view, `/s/${station.id}`)}`)}
          </p>
        </footer>
      </body>
    </html>`
}

/** One column or, of more than three on a screen that lies, two; and how many lie above each other then. */
function gridOf(rows: number): string {
  return rows <= 3 ? `high-${rows}` : `many high-${Math.ceil(rows / 2)}`
}

/** To the next language in turn, or to itself. */
function refreshOf(
  { language, demo }: View,
  { languages, facingDeg }: DisplayQuery,
  station: Station,
): string {
  const takesTurns = languages.length > 1 || (languages.length === 1 && languages[0] !== language)
  const seconds = demo ? DEMO_REFRESH_SECONDS : takesTurns ? TURN_SECONDS : REFRESH_SECONDS
  if (!takesTurns) return String(seconds)
  const next = languages[(languages.indexOf(language) + 1) % languages.length]!
  const facing = facingDeg === undefined ? '' : `&mot=${facingDeg}`
  const path = link({ language: next }, `${displayPath(next)}/${station.id}`)
  return `${seconds};url=${path}?sprak=${languages.join(',')}${facing}`
}

interface Row {
  readonly fraction: Fraction
  readonly title: string
  /** Of the one box, or of the best of several. */
  readonly status: ContainerStatus
  readonly boxes: number
  readonly full: number
}

function rowsOf(view: View, station: Station): readonly Row[] {
  const { language } = view
  const rowOf = (title: string, fraction: Fraction, boxes: readonly Container[]): Row => {
    const statuses = boxes.map((box) => view.statusOf(box.id))
    const full = statuses.filter(({ word }) => word === 'full').length
    return { fraction, title, status: bestStatus(statuses)!, boxes: boxes.length, full }
  }
  if (station.containers.length <= MOST_ROWS) {
    return sortByFraction(station.containers).map((box) =>
      rowOf(containerTitle(box, station, language), box.fraction, [box]),
    )
  }
  return FRACTIONS.flatMap(({ id }) => {
    const boxes = station.containers.filter(({ fraction }) => fraction === id)
    return boxes.length === 0 ? [] : rowOf(capital(fractionName(id, language)), id, boxes)
  })
}

function rowItem(view: View, query: DisplayQuery, station: Station, row: Row): Html {
  const { word } = row.status
  return html`<li class="row">
    ${fractionSign(row.fraction)}
    <div class="what">
      <h2>${row.title}</h2>
      <p class="word">${wordPill(word, view.language)}</p>
      ${word === 'full' ? instead(view, query, station, row) : noteOf(view, row)}
      ${levelBar(row.status)}
    </div>
  </li>`
}

function noteOf({ say, language, now, timeZone }: View, { status, boxes, full }: Row): Html {
  const { fillPercent, measuredAt, unknownSince } = status
  const notes: string[] = []
  if (full > 0) notes.push(DISPLAY_WORDS[language].someFull(full, boxes))
  if (status.word === 'unknown') {
    notes.push(
      unknownSince === undefined
        ? say.neverKnown
        : say.unknownSince(whenText(unknownSince, now, timeZone, language)),
    )
  } else {
    if (fillPercent !== undefined && boxes === 1) notes.push(say.filled(Math.round(fillPercent)))
    if (measuredAt !== undefined) notes.push(say.measured(ageText(measuredAt, now, language)))
  }
  return html`<p class="note">${notes.join(' · ')}</p>`
}

function instead(view: View, { facingDeg }: DisplayQuery, here: Station, { fraction }: Row): Html {
  const { language } = view
  const words = DISPLAY_WORDS[language]
  const { station, distanceM } = nearestFor(fraction, here, view.town.town.stations, view.statusOf)
  if (!station || distanceM === undefined) return html`<p class="note">${words.nowhere}</p>`
  const bearing = bearingDeg(here.place, station.place)
  const way = words.ways[compassPoint(bearing)]!
  return html`<p class="note go">
    ${facingDeg !== undefined && arrow(bearing - facingDeg)}
    ${words.roomAt(station.name, distanceIn(distanceM, language), way)}
  </p>`
}

/** Straight up is the way the reader looks. */
function arrow(turnDeg: number): Html {
  const turn = Math.round(((turnDeg % 360) + 360) % 360)
  return trusted(
    `<svg class="arrow" viewBox="-12 -12 24 24" aria-hidden="true" focusable="false"><path transform="rotate(${turn})" d="M0-10 8 2H3v8h-6V2h-5z"/></svg>`,
  )
}

function latestSaid(view: View, post: Post): Html {
  const { language, now } = view
  return html`<p class="small">
      ${DISPLAY_WORDS[language].saidLast}, ${ageText(post.at, now, language)}
    </p>
    <p class="words">${post.texts[language]}</p>`
}
