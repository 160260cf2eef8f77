/** All stations: search, filter by what one wants to leave, sort by name or distance, each with its state in words. */
import { FRACTIONS, fractionName, parseFraction, type Fraction } from '#src/stations/fraction.ts'
import { parseStationId, type PostKey } from '#src/stations/ids.ts'
import { placeName } from '#src/stations/place-name.ts'
import { distanceM, type Place, type Station } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Post } from '#src/store/contract.ts'
import { capital } from '#src/wording/capital.ts'
import { FEED_WORDS } from '#src/wording/feed-words.ts'
import { ageText, whenText, type StatusWord } from '#src/wording/status-text.ts'
import { archiveLink } from './archive-page.ts'
import { choiceField } from './choice-field.ts'
import { countStates, stationBars, statusPill, swatch } from './container-marks.ts'
import { distanceIn } from './distance.ts'
import { followLinks, followMore, type FeedPlace } from './feed-links.ts'
import { html, type Html } from './html.ts'
import { aboutPath, layout, withSoftHyphens } from './layout.ts'
import { legendMark, townMap } from './town-map.ts'
import { postLine } from './post-words.ts'
import { pictureWithMap } from './open-map.ts'
import { link, type View } from './site.ts'
import { containersOf, stateText, wordOf } from './station-state.ts'

/** What a visitor asked for; anything that makes no sense is left out, since a page should still come. */
export interface ListQuery {
  readonly search: string
  readonly fraction?: Fraction
  readonly sort: 'name' | 'distance'
  /** Where distances are counted from. */
  readonly from?: Place
  /** The station that `from` is the place of, when it was given by name. */
  readonly near?: Station
}

const MAX_SEARCH = 80

export function parseListQuery(
  query: Readonly<Record<string, string | undefined>>,
  stations: ReadonlyMap<string, Station>,
): ListQuery {
  const near = stations.get(parseStationId(query['near'] ?? '') ?? '')
  const from = near?.place ?? parsePlace(query['lat'], query['lon'])
  const fraction = parseFraction(query['fraction'] ?? '')
  return {
    search: (query['q'] ?? '').trim().slice(0, MAX_SEARCH),
    ...(fraction && { fraction }),
    sort: from && query['sort'] !== 'name' ? 'distance' : 'name',
    ...(from && { from }),
    ...(near && { near }),
  }
}

function parsePlace(lat: string | undefined, lon: string | undefined): Place | undefined {
  const number = (text: string | undefined, limit: number) => {
    if (text === undefined || !/^-?\d{1,3}(?:[.,]\d{1,15})?$/.test(text)) return undefined
    const value = Number(text.replace(',', '.'))
    return Math.abs(value) <= limit ? value : undefined
  }
  const place = { lat: number(lat, 90), lon: number(lon, 180) }
  return place.lat === undefined || place.lon === undefined
    ? undefined
    : { lat: place.lat, lon: place.lon }
}

interface Row {
  readonly station: Station
  readonly distanceM?: number
  readonly word: StatusWord
}

export function stationListPage(
  view: View,
  query: ListQuery,
  latest: readonly Post[],
  corrections: ReadonlyMap<PostKey, Post>,
  mapScript: Html,
): Html {
  const { say, town, language } = view
  const all = town.town.stations
  const counts = countStates(all.flatMap((s) => s.containers).map((c) => view.statusOf(c.id)))
  const rows = findRows(view, query)
  const title = say.townTitle(town.town.name)
  const map = townMap(
    all.map((station) => ({ station, word: wordOf(view, station, query.fraction) })),
    view.mapBase,
  )
  return layout(view, {
    title,
    description: say.townLead(counts, all.length),
    live: true,
    pathInAll: view.here,
    feeds: [{ title, path: '/feeds/town' }, ...fractionFeeds(view, query)],
    body: html`
      <h1>${withSoftHyphens(title)}</h1>
      <p class="lead">${say.townLead(counts, all.length)} ${updatedText(view)}</p>
      ${findForm(view, query)}
      <div class="columns">
        <section class="main-column" aria-labelledby="list">
          ${
            query.fraction === undefined
              ? html`<div class="section-head">
                    <h2 id="list">${say.allStations}</h2>
                    <p>${say.found(rows.length)}</p>
                  </div>
                  ${query.near && html`<p>${say.nearTo(query.near.name)}</p>`}
                  ${rowList(view, rows, query)}`
              : html`<h2 id="list">
                    ${swatch(query.fraction)}
                    ${say.whereNow(fractionName(query.fraction, language))}
                  </h2>
                  ${query.near && html`<p>${say.nearTo(query.near.name)}</p>`}
                  ${groupedRows(view, rows, query)}`
          }
          ${
            rows.length === 0 &&
            html`<p>${say.nothingFound} <a href="${link(view, '/')}">${say.reset}</a></p>`
          }
        </section>
        <div class="side-column">
          <section aria-labelledby="latest">
            <h2 id="latest">${say.latestPosts}</h2>
            ${latestPosts(view, latest, corrections)}
            <p><a href="${archiveLink(view, {})}">${say.archiveAll}</a></p>
          </section>
          ${
            map &&
            html`<section aria-labelledby="map">
              <h2 id="map">${say.mapTitle}</h2>
              ${pictureWithMap(view, map, query.fraction, mapScript)}
              <ul class="legend" aria-label="${say.mapLegend}">
                ${legend(view, query.fraction).map(([word, text]) => html`<li>${legendMark(word)} ${text}</li>`)}
              </ul>
              <p class="small">${say.mapText}</p>
            </section>`
          }
          <section aria-labelledby="follow">
            <h2 id="follow">${say.followTown}</h2>
            <p class="small">${say.followText}</p>
            ${followLinks(view, '/feeds/town', '/feeds/town.ics')} ${followMore(view)}
            <p>
              <a href="${link(view, aboutPath(language))}#feeds">${say.moreFeeds}</a>
            </p>
          </section>
        </div>
      </div>
    `,
  })
}

/** Of what the visitor wants to leave. */
function fractionFeeds({ language, town }: View, { fraction }: ListQuery): readonly FeedPlace[] {
  if (fraction === undefined) return []
  const title = FEED_WORDS[language].fraction(fractionName(fraction, language), town.town.name)
  return [{ title, path: `/feeds/fractions/${fraction}` }]
}

function legend(
  { say }: View,
  fraction: Fraction | undefined,
): readonly (readonly [StatusWord, string])[] {
  const all = fraction === undefined
  return [
    ['full', all ? say.mapSomeFull : say.groupFull],
    ['nearly-full', all ? say.mapNearly : say.groupNearlyFull],
    ['has-room', all ? say.mapRoom : say.groupHasRoom],
    ['unknown', say.mapUnknown],
  ]
}

function findRows(view: View, query: ListQuery): readonly Row[] {
  const { search, fraction, from } = query
  const wanted = search.toLocaleLowerCase('sv')
  const rows = view.town.town.stations
    .filter((s) => fraction === undefined || s.containers.some((c) => c.fraction === fraction))
    .filter((s) => `${s.name} ${s.address ?? ''}`.toLocaleLowerCase('sv').includes(wanted))
    .map((station): Row => ({
      station,
      word: wordOf(view, station, fraction),
      ...(from && { distanceM: distanceM(from, station.place) }),
    }))
  const byName = new Intl.Collator('sv', { numeric: true }).compare
  return query.sort === 'distance'
    ? rows.sort((a, b) => (a.distanceM ?? 0) - (b.distanceM ?? 0))
    : rows.sort((a, b) => byName(a.station.name, b.station.name))
}

function groupedRows(view: View, rows: readonly Row[], query: ListQuery): readonly Html[] {
  const { say } = view
  const groups = [
    ['has-room', say.groupHasRoom],
    ['nearly-full', say.groupNearlyFull],
    ['full', say.groupFull],
    ['unknown', say.groupUnknown],
  ] as const
  return groups.flatMap(([word, heading]) => {
    const within = rows.filter((r) => r.word === word)
    if (within.length === 0) return []
    return html`<div class="section-head">
        <h3>${heading}</h3>
        <p>${say.found(within.length)}</p>
      </div>
      ${rowList(view, within, query)}`
  })
}

function rowList(view: View, rows: readonly Row[], query: ListQuery): Html {
  const { language, say } = view
  const { fraction } = query
  return html`<ul class="stations">
    ${rows.map(({ station, distanceM, word }) => {
      const containers = containersOf(station, fraction)
      const statuses = containers.map((c) => view.statusOf(c.id))
      const state = stateText(view, station, fraction)
      const newest = newestMeasured(statuses)
      const where = [
        station.address,
        distanceM === undefined || station === query.near ? '' : distanceIn(distanceM, language),
      ]
      return html`<li class="station">
        <a class="name" href="${link(view, `/s/${station.id}`)}">${station.name}</a>
        <span class="where">${where.filter(Boolean).join(' · ')}</span>
        ${statusPill(word, state)}
        <span class="foot">
          ${stationBars(containers, view.statusOf)}
          <span class="age">
            ${newest === undefined ? say.neverMeasured : say.measured(ageText(newest, view.now, language))}
          </span>
        </span>
      </li>`
    })}
  </ul>`
}

export function newestMeasured(
  statuses: readonly { readonly measuredAt?: EpochMs }[],
): EpochMs | undefined {
  return statuses.reduce<EpochMs | undefined>(
    (newest, { measuredAt }) =>
      measuredAt !== undefined && (newest === undefined || measuredAt > newest)
        ? measuredAt
        : newest,
    undefined,
  )
}

function updatedText(view: View): string {
  const newest = newestMeasured([...view.town.containers.keys()].map((id) => view.statusOf(id)))
  return newest === undefined
    ? ''
    : view.say.updated(whenText(newest, view.now, view.timeZone, view.language))
}

function latestPosts(
  view: View,
  posts: readonly Post[],
  corrections: ReadonlyMap<PostKey, Post>,
): Html {
  if (posts.length === 0) return html`<p>${view.say.noPosts}</p>`
  return html`<ol class="latest">
    ${posts.map(
      (post) =>
        html`<li>
          ${postLine(view, post, corrections.get(post.key))}
          <a href="${link(view, `/p/${post.key}`)}">
            ${ageText(post.at, view.now, view.language)}<span class="visually-hidden">
              – ${view.say.why} ${placeName(post, view.town)}</span
            >
          </a>
        </li>`,
    )}
  </ol>`
}

function findForm(view: View, query: ListQuery): Html {
  const { say, language } = view
  const hidden: readonly (readonly [string, string | undefined])[] = query.near
    ? [['near', query.near.id]]
    : [
        ['lat', query.from && String(query.from.lat)],
        ['lon', query.from && String(query.from.lon)],
      ]
  return html`<form
    class="find"
    method="get"
    action="${link(view, '/')}"
    role="search"
    aria-label="${say.findTitle}"
  >
    ${choiceField(
      'fraction',
      say.fractionLabel,
      say.anything,
      FRACTIONS.map(({ id }) => ({
        value: id,
        text: capital(fractionName(id, language)),
        isChosen: query.fraction === id,
      })),
    )}
    <p class="field">
      <label for="q">${say.searchLabel}</label>
      <input id="q" name="q" type="search" maxlength="${MAX_SEARCH}" value="${query.search}" />
    </p>
    ${
      query.from &&
      html`<p class="field">
        <label for="sort">${say.sortLabel}</label>
        <select id="sort" name="sort">
          <option value="distance" ${query.sort === 'distance' && html`selected`}>
            ${say.sortDistance}
          </option>
          <option value="name" ${query.sort === 'name' && html`selected`}>${say.sortName}</option>
        </select>
      </p>`
    }
    ${hidden.map(
      ([name, value]) =>
        value !== undefined && html`<input type="hidden" name="${name}" value="${value}" />`,
    )}
    ${view.demo?.paused === true && html`<input type="hidden" name="pause" value="1" />`}
    <p class="field"><button>${say.show}</button></p>
  </form>`
}
