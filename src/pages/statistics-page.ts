/** Figures to look at: of the town or of one station. Each drawing has its table, each figure its days. */
import { FULL_PERCENT } from '#src/rules/fill-record.ts'
import { fractionName, type Language } from '#src/stations/fraction.ts'
import type { Station } from '#src/stations/station.ts'
import { DAY, HOUR, instant, plus, type EpochMs } from '#src/stations/time.ts'
import { STATISTICS_DAYS, type FillRow, type Statistics } from '#src/store/statistics.ts'
import { capital } from '#src/wording/capital.ts'
import {
  dateText,
  localeOf,
  monthText,
  shortDayText,
  spanText,
  whenText,
} from '#src/wording/status-text.ts'
import { containerTitle, swatch } from './container-marks.ts'
import { html, type Html } from './html.ts'
import { layout, withSoftHyphens } from './layout.ts'
import { link, type View } from './site.ts'
import { stationsByName } from './stations-by-name.ts'
import { bikeSection, type BikeFigures } from './statistics-bike.ts'
import { cellBar, columns, heatLegend, heatStrip, partsBar } from './statistics-charts.ts'
import { numbersTable, shareText } from './statistics-table.ts'
import { statisticsPath, stationStatisticsPath } from './statistics-path.ts'
import { STATISTICS_WORDS } from './statistics-words.ts'

export interface StatisticsFacts {
  readonly figures: Statistics
  /** Absent where they are of the whole town. */
  readonly station?: Station
  /** Of the town only, and only where it has a return bike. */
  readonly bike?: BikeFigures
}

export function statisticsPage(
  view: View,
  facts: StatisticsFacts,
  { cssUrl, script }: { readonly cssUrl: string; readonly script: Html },
): Html {
  const { language, now, timeZone, town } = view
  const { figures, station } = facts
  const words = STATISTICS_WORDS[language]
  const title = words.title(station?.name ?? town.town.name)
  const day = (at: EpochMs) => dateText(at, timeZone, language)
  const path = (other: Language) =>
    station ? stationStatisticsPath(station.id, other) : statisticsPath(other)
  return layout(view, {
    title: station ? `${title} – ${town.town.name}` : title,
    description: words.lead,
    pathInAll: path,
    cssUrl,
    body: html`
      <h1>${withSoftHyphens(title)}</h1>
      <p class="lead">${words.lead}</p>
      <p class="small">
        ${words.period(
          whenText(figures.madeAt, now, timeZone, language),
          day(figures.days[0]!),
          day(figures.madeAt),
        )}
      </p>
      ${fillSection(view, facts, script)} ${fullSection(view, facts)} ${keptSection(view, figures)}
      ${postsSection(view, figures)} ${reportsSection(view, figures)}
      ${facts.bike && bikeSection(view, facts.bike)} ${dataSection(view, facts)}
      ${
        station
          ? html`<p>
              <a href="${link(view, `/s/${station.id}`)}">${station.name}</a> ·
              <a href="${link(view, statisticsPath(language))}">${words.allOfTown}</a>
            </p>`
          : stationLinks(view)
      }
    `,
  })
}

function nameOf(row: FillRow, { language }: View, station: Station | undefined): string {
  return row.container && station
    ? containerTitle(row.container, station, language)
    : capital(fractionName(row.fraction, language))
}

function fillSection(view: View, { figures, station }: StatisticsFacts, script: Html): Html {
  const { language, timeZone } = view
  const words = STATISTICS_WORDS[language]
  const rows = figures.fill.filter(({ knownMs }) => knownMs > 0)
  const text = station ? words.fillStation : words.fillTown
  return html`<section aria-labelledby="fill">
    <h2 id="fill">${words.fillTitle}</h2>
    ${
      rows.length === 0
        ? html`<p>${words.nothing}</p>`
        : html`<p class="small">${text}</p>
            <div class="strips">
              ${rows.map((row) => {
                const known = row.highs.filter((high) => high !== undefined)
                const name = nameOf(row, view, station)
                const label = words.fillStrip(name, Math.min(...known), Math.max(...known))
                return html`<figure>
                  <figcaption>${swatch(row.fraction)} ${name}</figcaption>
                  ${heatStrip(row.highs, label)}
                </figure>`
              })}
            </div>
            <p class="ends small" aria-hidden="true">
              <span>${shortDayText(figures.days[0]!, timeZone, language)}</span>
              <strong class="told-day" data-unknown="${words.unknown}"></strong>
              <span>${shortDayText(figures.days.at(-1)!, timeZone, language)}</span>
            </p>
            ${heatLegend(words.scale, words.unknown)}
            <details>
              <summary>${words.asTable}</summary>
              ${numbersTable(language, {
                caption: words.fillCaption,
                heads: [view.say.day, ...rows.map((row) => nameOf(row, view, station))],
                rows: figures.days.map((day, i) => [
                  shortDayText(day, timeZone, language),
                  ...rows.map((row) => row.highs[i]),
                ]),
              })}
            </details>
            ${script}`
    }
  </section>`
}

function fullSection(view: View, { figures, station }: StatisticsFacts): Html | undefined {
  const { language } = view
  const words = STATISTICS_WORDS[language]
  // Of a few hours a share would say nothing.
  const rows = figures.fill.filter(({ knownMs }) => knownMs >= DAY)
  if (rows.length === 0) return undefined
  const shares = rows.map(({ fullMs, knownMs }) => fullMs / knownMs)
  const most = Math.max(...shares)
  const hours = (ms: number) =>
    words.hours((ms / HOUR).toLocaleString(localeOf(language), { maximumFractionDigits: 0 }))
  return html`<section aria-labelledby="full">
    <h2 id="full">${words.fullTitle}</h2>
    <p class="small">${words.fullText(FULL_PERCENT)}</p>
    ${numbersTable(language, {
      caption: words.fullCaption,
      heads: [view.say.container, words.times, words.perTime, words.share],
      rows: rows.map((row, i) => [
        html`${swatch(row.fraction)} ${nameOf(row, view, station)}`,
        row.fullTimes,
        row.fullTimes === 0 ? undefined : hours(row.fullMs / row.fullTimes),
        html`<span class="with-bar"
          >${shareText(shares[i]!, language)} ${cellBar(shares[i]!, most, 'bad')}</span
        >`,
      ]),
    })}
  </section>`
}

function keptSection({ language }: View, { kept }: Statistics): Html {
  const words = STATISTICS_WORDS[language]
  const parts = [
    { n: kept.kept, className: 'good', word: words.kept },
    { n: kept.late, className: 'fair', word: words.late },
    { n: kept.missed, className: 'bad', word: words.missed },
  ]
  return html`<section aria-labelledby="kept">
    <h2 id="kept">${words.keptTitle}</h2>
    <p class="small">${words.keptText}</p>
    ${
      kept.announced === 0
        ? html`<p>${words.keptNothing}</p>`
        : html`<p>${words.keptBar(kept.kept, kept.announced)}</p>
            ${partsBar(parts, words.keptBar(kept.kept, kept.announced))}
            <ul class="legend">
              ${parts.map(
                ({ n, className, word }) =>
                  html`<li>
                    <span class="key ${className}" aria-hidden="true"></span> ${n} ${word}
                  </li>`,
              )}
            </ul>
            ${kept.medianLateMs !== undefined && html`<p>${words.medianLate(spanText(kept.medianLateMs, language))}</p>`}`
    }
    ${kept.unplanned > 0 && html`<p>${words.unplanned(kept.unplanned)}</p>`}
  </section>`
}

function postsSection({ language }: View, { months }: Statistics): Html {
  const words = STATISTICS_WORDS[language]
  const counts = months.map(({ posts }) => posts)
  return html`<section aria-labelledby="said">
    <h2 id="said">${words.postsTitle}</h2>
    <p class="small">${words.postsText}</p>
    ${columns(
      months.map(({ month, posts }) => ({ name: shortMonth(month, language), n: posts })),
      words.postsChart(Math.min(...counts), Math.max(...counts)),
    )}
    <details>
      <summary>${words.asTable}</summary>
      ${numbersTable(language, {
        caption: words.postsText,
        heads: [words.month, words.posts, words.corrections],
        rows: months.map(({ month, posts, corrections }) => [
          monthText(month, language),
          posts,
          corrections,
        ]),
      })}
    </details>
  </section>`
}

function reportsSection(view: View, { reports }: Statistics): Html {
  const { language, say } = view
  const words = STATISTICS_WORDS[language]
  const { byKind, agreed, disagreed, unmeasured, followed, emptied } = reports
  const most = Math.max(...byKind.map(({ n }) => n))
  const full = agreed + disagreed + unmeasured
  return html`<section aria-labelledby="reports">
    <h2 id="reports">${words.reportsTitle}</h2>
    <p class="small">${words.reportsText}</p>
    ${
      most === 0
        ? html`<p>${words.reportsNothing}</p>`
        : numbersTable(language, {
            caption: words.reportsText,
            heads: [words.report, words.count],
            rows: byKind.map(({ kind, n }) => [
              say.reportButtons[kind as keyof typeof say.reportButtons][0]!,
              html`<span class="with-bar">${n} ${cellBar(n, most)}</span>`,
            ]),
          })
    }
    ${agreed + disagreed > 0 && html`<p>${words.cameOut(agreed, agreed + disagreed)}</p>`}
    ${full > 0 && unmeasured > 0 && html`<p>${words.unmeasured(unmeasured)}</p>`}
    ${followed > 0 && html`<p>${words.emptied(emptied, followed)}</p>`}
  </section>`
}

function dataSection({ language }: View, { figures, station, bike }: StatisticsFacts): Html {
  const { data, dataTitle, dataText } = STATISTICS_WORDS[language]
  const from = instant(figures.days[0]!)
  const span = `from=${new Date(from).toISOString()}&to=${new Date(plus(from, STATISTICS_DAYS * DAY)).toISOString()}`
  const links: readonly (readonly [string, string])[] = [
    ...(station ? [[`/api/v1/stations/${station.id}/kept?${span}`, data.kept] as const] : []),
    [station ? `/api/v1/stations/${station.id}` : '/api/v1/stations', data.stations],
    [station ? `/api/v1/posts?station=${station.id}` : '/api/v1/posts', data.posts],
    ...(bike
      ? ([
          ['/api/v1/return-bike/statistics', data.errands],
          ['/api/v1/return-bike/statistics.csv', data.errandsCsv],
          ['/api/v1/rounds/statistics', data.rounds],
        ] as const)
      : []),
  ]
  return html`<section aria-labelledby="data">
    <h2 id="data">${dataTitle}</h2>
    <p>${dataText}</p>
    <ul class="plain">
      ${links.map(([href, text]) => html`<li><a href="${href}">${text}</a></li>`)}
    </ul>
  </section>`
}

function stationLinks(view: View): Html {
  const { language, say } = view
  const stations = stationsByName(view)
  return html`<section aria-labelledby="each">
    <h2 id="each">${say.stations}</h2>
    <ul class="plain in-columns">
      ${stations.map(
        ({ id, name }) =>
          html`<li>
            <a href="${link(view, stationStatisticsPath(id, language))}">${name}</a>
          </li>`,
      )}
    </ul>
  </section>`
}

/** `maj`, `May`, `touko`. */
function shortMonth(month: string, language: Language): string {
  return Temporal.PlainYearMonth.from(month)
    .toPlainDate({ day: 1 })
    .toLocaleString(localeOf(language), { month: 'short' })
    .replace(/kuu$|\.$/, '')
}
