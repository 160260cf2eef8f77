/** One station: what has room now, where to go instead, how it has been, what it said and why. */
import { sortByFraction } from '#src/stations/container-order.ts'
import { fractionName } from '#src/stations/fraction.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import type { Container, Station } from '#src/stations/station.ts'
import { isoText, type EpochMs } from '#src/stations/time.ts'
import type { HistoryPoint, Post, StoredDecision } from '#src/store/contract.ts'
import {
  ageText,
  expectedText,
  faultText,
  shortDayText,
  whenText,
  windowText,
} from '#src/wording/status-text.ts'
import { archiveLink } from './archive-page.ts'
import type { PagePicture } from './card-routes.ts'
import { containerTitle, countStates, levelBar, swatch, wordPill } from './container-marks.ts'
import { distanceIn } from './distance.ts'
import { explanationSentence, explanationTables } from './explanation.ts'
import { dailyRanges, historyChart } from './history-chart.ts'
import { followLinks, followMore } from './feed-links.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import { nearestWithRoom } from './nearest-room.ts'
import { reportPath } from './report-page.ts'
import { postWords } from './post-words.ts'
import { link, type FediverseAccount, type View } from './site.ts'
import { newestMeasured } from './station-list-page.ts'
import { stationStatisticsPath } from './statistics-path.ts'
import { STATISTICS_WORDS } from './statistics-words.ts'

export interface StationFacts {
  readonly station: Station
  readonly history: {
    readonly from: EpochMs
    readonly to: EpochMs
    readonly byContainer: ReadonlyMap<ContainerId, readonly HistoryPoint[]>
  }
  /** Newest first, each with the decisions behind it. */
  readonly posts: readonly {
    readonly post: Post
    readonly decisions: readonly StoredDecision[]
    /** What takes it back. */
    readonly correction?: Post
  }[]
  readonly picture?: PagePicture
  readonly account?: FediverseAccount
  /** Tells when there is something new; absent where the page comes back by itself. */
  readonly script?: Html
}

export function stationPage(view: View, facts: StationFacts): Html {
  const { say } = view
  const { station } = facts
  const statuses = station.containers.map((c) => view.statusOf(c.id))
  const newest = newestMeasured(statuses)
  const state = say.stationState(countStates(statuses))
  const path = `/s/${station.id}`
  return layout(view, {
    title: `${station.name} – ${view.town.town.name}`,
    description: `${station.name}: ${state}`,
    live: true,
    pathInAll: path,
    feeds: [{ title: station.name, path: `/feeds/stations/${station.id}` }],
    ...(facts.picture && { picture: facts.picture }),
    ...(facts.account && { activityUrl: facts.account.url }),
    body: html`
      <h1>${station.name}</h1>
      ${
        facts.script &&
        html`<p id="news" class="news" role="status" data-text="${say.news}"></p>
          ${facts.script}`
      }
      ${station.address !== undefined && html`<p class="where">${station.address}</p>`}
      <p class="lead">
        ${state}
        ${newest !== undefined && say.updated(whenText(newest, view.now, view.timeZone, view.language))}
      </p>
      ${nearestSection(view, station)}
      <section aria-labelledby="now">
        <h2 id="now">${say.containersTitle}</h2>
        <ul class="containers">
          ${sortByFraction(station.containers).map((c) => containerRow(view, station, c))}
        </ul>
        <p>
          <a href="${link(view, `/?near=${station.id}`)}">${say.moreNearby}</a>
        </p>
      </section>
      ${historySection(view, facts)} ${postsSection(view, facts)}
      <section aria-labelledby="follow">
        <h2 id="follow">${say.followTitle}</h2>
        <p>${say.followText}</p>
        ${followLinks(
          view,
          `/feeds/stations/${station.id}`,
          `/feeds/stations/${station.id}/emptyings.ics`,
        )}
        ${followMore(view, `/s/${station.id}`)}
        ${facts.account && html`<p>${say.followOnFediverse(facts.account.handle)}</p>`}
      </section>
    `,
  })
}

function nearestSection(view: View, station: Station): Html | undefined {
  const { say, language } = view
  const nearest = nearestWithRoom(station, view.town.town.stations, view.statusOf)
  if (nearest.length === 0) return undefined
  return html`<section class="nearest" aria-labelledby="nearest">
    <h2 id="nearest">${say.nearestTitle}</h2>
    <ul class="plain">
      ${nearest.map(
        ({ fraction, station: other, distanceM }) =>
          html`<li>
            ${swatch(fraction)} ${say.nearestFor(fractionName(fraction, language))}
            ${
              other && distanceM !== undefined
                ? html`<a href="${link(view, `/s/${other.id}`)}"
                    >${other.name}, ${distanceIn(distanceM, language)}</a
                  >`
                : say.nearestNone
            }
          </li>`,
      )}
    </ul>
  </section>`
}

function containerRow(view: View, station: Station, container: Container): Html {
  const { say, language, now, timeZone } = view
  const status = view.statusOf(container.id)
  const notes: string[] = []
  if (status.word === 'unknown') {
    notes.push(
      status.unknownSince === undefined
        ? say.neverKnown
        : say.unknownSince(whenText(status.unknownSince, now, timeZone, language)),
    )
  } else if (status.measuredAt !== undefined) {
    notes.push(say.measured(ageText(status.measuredAt, now, language)))
  }
  if (status.source === 'reports' || status.source === 'both')
    notes.push(say.bySource[status.source])
  if (status.fault) notes.push(faultText(status.fault, language))
  if (status.emptiedAt !== undefined) {
    notes.push(say.emptied(whenText(status.emptiedAt, now, timeZone, language)))
  }
  if (status.nextEmptying) {
    notes.push(say.toBeEmptied(windowText(status.nextEmptying, now, timeZone, language)))
  }
  if (status.fullExpectedAt !== undefined) {
    notes.push(say.expectedFull(expectedText(status.fullExpectedAt, now, timeZone, language)))
  }
  const level =
    status.word === 'unknown' || status.fillPercent === undefined
      ? undefined
      : say.filled(Math.round(status.fillPercent))
  return html`<li class="container">
    <h3>${swatch(container.fraction)} ${containerTitle(container, station, language)}</h3>
    <p class="state">
      ${wordPill(status.word, language)}
      ${level !== undefined && html`<span class="level">${level}</span>`}
    </p>
    ${levelBar(status)}
    <p class="age">${notes.join(' · ')}</p>
    <p>
      <a
        href="${link(view, reportPath(container))}"
        aria-label="${say.reportThis}: ${containerTitle(container, station, language)}"
        >${say.reportThis}</a
      >
    </p>
  </li>`
}

function historySection(view: View, { station, history }: StationFacts): Html {
  const { say, language, timeZone } = view
  const { from, to, byContainer } = history
  const containers = sortByFraction(station.containers)
  const known = containers.filter((c) => (byContainer.get(c.id)?.length ?? 0) > 0)
  if (known.length === 0) {
    return html`<section aria-labelledby="history">
      <h2 id="history">${say.historyTitle}</h2>
      <p>${say.historyNothing}</p>
    </section>`
  }
  const ranges = containers.map((c) => dailyRanges(byContainer.get(c.id) ?? [], from, to, timeZone))
  const days = ranges[0]?.map((r) => r.day) ?? []
  return html`<section aria-labelledby="history">
    <h2 id="history">${say.historyTitle}</h2>
    <p class="small">${say.historyText}</p>
    <div class="charts">
      ${known.map((container) => {
        const points = byContainer.get(container.id) ?? []
        const title = containerTitle(container, station, language)
        const low = Math.round(Math.min(...points.map((p) => p.minPercent)))
        const high = Math.round(Math.max(...points.map((p) => p.maxPercent)))
        return html`<figure>
          <figcaption>${swatch(container.fraction)} ${title}</figcaption>
          ${historyChart(points, from, to, timeZone, say.historyChart(title, low, high))}
        </figure>`
      })}
    </div>
    <details>
      <summary>${say.historyTable}</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="${say.historyCaption}">
        <table class="numbers">
          <caption>
            ${say.historyCaption}
          </caption>
          <thead>
            <tr>
              <th scope="col">${say.container}</th>
              ${days.map((day) => html`<th scope="col">${shortDayText(day, timeZone, language)}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${containers.map(
              (container, i) =>
                html`<tr>
                  <th scope="row">${containerTitle(container, station, language)}</th>
                  ${ranges[i]!.map(
                    ({ low, high }) => html`<td>${low === undefined ? '–' : `${low}–${high}`}</td>`,
                  )}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>
    <p>
      <a href="${link(view, stationStatisticsPath(station.id, language))}"
        >${STATISTICS_WORDS[language].ofStation(station.name)}</a
      >
    </p>
  </section>`
}

function postsSection(view: View, { station, posts }: StationFacts): Html {
  const { say, language, now, timeZone } = view
  return html`<section aria-labelledby="posts">
    <h2 id="posts">${say.postsTitle}</h2>
    ${
      posts.length === 0
        ? html`<p>${say.noStationPosts}</p>`
        : posts.map(
            ({ post, decisions, correction }) =>
              html`<article class="post ${post.kind}" id="p-${post.key}">
                ${postWords(view, post, correction)}
                <p class="small">
                  <time datetime="${isoText(post.at)}"
                    >${capitalWhen(whenText(post.at, now, timeZone, language))}</time
                  >
                </p>
                <details>
                  <summary>${say.why}</summary>
                  ${
                    decisions.length === 0
                      ? html`<p>${say.noDecisions}</p>`
                      : decisions
                          .slice(0, 1)
                          .map(
                            (d) =>
                              html`${explanationSentence(view, d)} ${explanationTables(view, d)}`,
                          )
                  }
                  <p>
                    <a href="${link(view, `/p/${post.key}`)}"
                      >${say.permalink}${
                        decisions.length > 1 && html` (${say.moreDecisions(decisions.length - 1)})`
                      }</a
                    >
                  </p>
                </details>
              </article>`,
          )
    }
    <p><a href="${archiveLink(view, { station })}">${say.archiveOf(station.name)}</a></p>
  </section>`
}

function capitalWhen(text: string): string {
  return text.charAt(0).toLocaleUpperCase('sv') + text.slice(1)
}
