/** All that was ever said in public, page by page: of the town or of a station, of a month or from the newest. */
import { parseStationId, type PostKey } from '#src/stations/ids.ts'
import { placeName } from '#src/stations/place-name.ts'
import type { Station } from '#src/stations/station.ts'
import { instant, isoText, wallTime, type EpochMs } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import type { Post, PostPlace, Store } from '#src/store/contract.ts'
import { parsePlace, placeText } from '#src/store/post-place.ts'
import { monthText, whenText } from '#src/wording/status-text.ts'
import { choiceField } from './choice-field.ts'
import { html, type Html } from './html.ts'
import { archivePath, layout } from './layout.ts'
import { postLine } from './post-words.ts'
import { link, type View } from './site.ts'
import { stationsByName } from './stations-by-name.ts'

const POSTS_PER_PAGE = 30
/** Older months are reached page by page. */
const MONTHS_TO_CHOOSE = 24

/** What a visitor asked for; anything that makes no sense is left out, since a page should still come. */
export interface ArchiveQuery {
  readonly station?: Station
  /** `2026-05` */
  readonly month?: string
  /** Where the page before ended. */
  readonly before?: PostPlace
}

export interface ArchiveFound {
  readonly posts: readonly Post[]
  readonly corrections: ReadonlyMap<PostKey, Post>
  /** Where the next page goes on; absent on the last one. */
  readonly next?: PostPlace
}

export function parseArchiveQuery(
  query: Readonly<Record<string, string | undefined>>,
  { stations }: TownIndex,
): ArchiveQuery {
  const station = stations.get(parseStationId(query['station'] ?? '')!)
  const month = /^\d{4}-(?:0[1-9]|1[0-2])$/.exec(query['month'] ?? '')?.[0]
  const before = parsePlace(query['before'] ?? '')
  return {
    ...(station && { station }),
    ...(month !== undefined && { month }),
    ...(before && { before }),
  }
}

/** The posts of one page. Those of a month are found from its end on, until the month before begins. */
export async function findArchived(
  store: Pick<Store, 'posts'>,
  { station, month, before }: ArchiveQuery,
  now: EpochMs,
  timeZone: string,
): Promise<Omit<ArchiveFound, 'corrections'>> {
  const span = month === undefined ? undefined : spanOf(month, timeZone)
  const from = before ?? (span && { at: span.until })
  const found = await store.posts({
    audience: 'public',
    saidBy: now,
    ...(station && { stationId: station.id }),
    ...(from && { before: from }),
    // One more than is shown tells whether there are older ones.
    limit: POSTS_PER_PAGE + 1,
  })
  const within = span ? found.filter(({ at }) => at >= span.from) : found
  const posts = within.slice(0, POSTS_PER_PAGE)
  const last = posts.at(-1)
  return { posts, ...(last && within.length > POSTS_PER_PAGE && { next: last }) }
}

function spanOf(
  month: string,
  timeZone: string,
): { readonly from: EpochMs; readonly until: EpochMs } {
  const first = Temporal.PlainYearMonth.from(month).toPlainDate({ day: 1 })
  const start = (day: Temporal.PlainDate) =>
    instant(day.toZonedDateTime({ timeZone }).epochMilliseconds)
  return { from: start(first), until: start(first.add({ months: 1 })) }
}

export function archivePage(view: View, query: ArchiveQuery, found: ArchiveFound): Html {
  const { say, now, timeZone, language } = view
  const { station, month, before } = query
  const about = [
    station?.name ?? view.town.town.name,
    ...(month === undefined ? [] : [monthText(month, language)]),
  ].join(', ')
  const title = say.archiveTitle(about)
  return layout(view, {
    title: `${title} – ${view.town.town.name}`,
    description: say.archiveLead,
    pathInAll: (other) => archivePath(other) + queryText(query),
    feeds: station ? [{ title: station.name, path: `/feeds/stations/${station.id}` }] : [],
    body: html`
      <h1>${title}</h1>
      <p class="lead">${say.archiveLead}</p>
      ${chooser(view, query)}
      <section aria-labelledby="found">
        <h2 id="found">${say.archivePosts}</h2>
        ${
          found.posts.length === 0
            ? html`<p>${say.archiveNothing}</p>`
            : html`<ol class="latest archive">
                ${found.posts.map(
                  (post) =>
                    html`<li>
                      ${postLine(view, post, found.corrections.get(post.key))}
                      <a href="${link(view, `/p/${post.key}`)}"
                        ><time datetime="${isoText(post.sendAt)}"
                          >${whenText(post.sendAt, now, timeZone, language)}</time
                        ><span class="visually-hidden">
                          – ${say.why} ${placeName(post, view.town)}</span
                        ></a
                      >
                    </li>`,
                )}
              </ol>`
        }
      </section>
      <nav aria-label="${say.archivePages}">
        <ul class="plain pages">
          ${
            before &&
            html`<li>
              <a href="${archiveLink(view, withoutPlace(query))}">${say.archiveNewest}</a>
            </li>`
          }
          ${
            found.next &&
            html`<li>
              <a href="${archiveLink(view, { ...query, before: found.next })}" rel="next"
                >${say.archiveOlder}</a
              >
            </li>`
          }
        </ul>
      </nav>
    `,
  })
}

/** An archive's address in the page's language. */
export function archiveLink(view: View, query: ArchiveQuery): string {
  return link(view, archivePath(view.language) + queryText(query))
}

function queryText({ station, month, before }: ArchiveQuery): string {
  const text = new URLSearchParams({
    ...(station && { station: station.id }),
    ...(month !== undefined && { month }),
    ...(before?.key && { before: placeText({ at: before.at, key: before.key }) }),
  }).toString()
  return text === '' ? '' : `?${text}`
}

function withoutPlace({ before: _before, ...query }: ArchiveQuery): ArchiveQuery {
  return query
}

function chooser(view: View, query: ArchiveQuery): Html {
  const { say, language, now, timeZone } = view
  const stations = stationsByName(view)
  const latest = Temporal.PlainYearMonth.from(wallTime(now, timeZone).day.slice(0, 7))
  const months = Array.from({ length: MONTHS_TO_CHOOSE }, (_, n) =>
    latest.subtract({ months: n }).toString(),
  )
  return html`<form
    class="find"
    method="get"
    action="${link(view, archivePath(language))}"
    aria-label="${say.archiveChoose}"
  >
    ${choiceField(
      'station',
      say.archiveStation,
      say.archiveWholeTown,
      stations.map(({ id, name }) => ({
        value: id,
        text: name,
        isChosen: query.station?.id === id,
      })),
    )}
    ${choiceField(
      'month',
      say.archiveMonth,
      say.archiveAllMonths,
      months.map((month) => ({
        value: month,
        text: monthText(month, language),
        isChosen: query.month === month,
      })),
    )}
    ${view.demo?.paused === true && html`<input type="hidden" name="pause" value="1" />`}
    <p class="field"><button>${say.show}</button></p>
  </form>`
}
