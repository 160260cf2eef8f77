/** Where feeds are found: for readers in the page's head, for people in its text. */
import { FRACTIONS, fractionName } from '#src/stations/fraction.ts'
import { FEED_WORDS } from '#src/wording/feed-words.ts'
import { capital } from '#src/wording/capital.ts'
import { followPath } from '#src/wording/follow-path.ts'
import { FOLLOW_WORDS } from './follow-words.ts'
import { html, type Html } from './html.ts'
import { link, type View } from './site.ts'

/** A feed by its path, without language and format: `/feeds/town`. */
export interface FeedPlace {
  readonly title: string
  readonly path: string
}

const FORMATS = [
  ['atom', 'application/atom+xml'],
  ['rss', 'application/rss+xml'],
  ['json', 'application/feed+json'],
] as const

/** For the head of a page: feed readers look there. */
export function feedDiscovery(view: View, feeds: readonly FeedPlace[]): readonly Html[] {
  return feeds.flatMap(({ title, path }) =>
    FORMATS.map(
      ([format, type]) =>
        html`<link
          rel="alternate"
          type="${type}"
          title="${title}"
          href="${link(view, path)}.${format}"
        />`,
    ),
  )
}

/** The feed in each format and the calendar of emptyings, for a page that is about one thing. */
export function followLinks(view: View, path: string, calendarPath: string): Html {
  return html`<ul class="plain">
    ${FORMATS.map(
      ([format]) =>
        html`<li><a href="${link(view, path)}.${format}">${view.say.feedFormats[format]}</a></li>`,
    )}
    <li><a href="${link(view, calendarPath)}">${view.say.emptyingCalendar}</a></li>
  </ul>`
}

/** The way to mail and notifications, where the town has them, and to its accounts; `of` is a station's path. */
export function followMore(view: View, of = ''): Html {
  const { language, town } = view
  const { email, push } = town.town.channels
  const words = FOLLOW_WORDS[language]
  return html`<p>
    <a href="${link(view, of + followPath(language))}"
      >${email || push ? words.link : words.linkPlain}</a
    >
  </p>`
}

/** What is kept of those who follow, for the page about the service; nothing where nobody can. */
export function followPrivacy({ language, town }: View): Html | undefined {
  const { email, push } = town.town.channels
  return email || push ? html`<p>${FOLLOW_WORDS[language].about}</p>` : undefined
}

/** Every feed that is not one station's own, for the page about the service. */
export function feedSection(view: View): Html {
  const { say, language, town } = view
  const [account] = town.town.channels.activitypub ?? []
  const feeds = [
    { title: FEED_WORDS[language].town(town.town.name), path: '/feeds/town' },
    ...FRACTIONS.map(({ id }) => ({
      title: capital(fractionName(id, language)),
      path: `/feeds/fractions/${id}`,
    })),
  ]
  return html`<h2 id="feeds">${say.feedsTitle}</h2>
    <p>${say.feedsText}</p>
    ${account && html`<p>${say.followOnFediverse(`@${account.account}@${new URL(view.publicUrl).host}`)} ${say.fediversePrivacy}</p>`}
    <ul class="feeds">
      ${feeds.map(
        ({ title, path }) =>
          html`<li>
            <span>${title}</span>
            ${FORMATS.map(
              ([format]) =>
                html`<a href="${link(view, path)}.${format}"
                  >${say.feedNames[format]}<span class="visually-hidden">: ${title}</span></a
                > `,
            )}
          </li>`,
      )}
      <li>
        <a href="${link(view, '/feeds/town.ics')}">${say.emptyingCalendar}</a>
      </li>
      ${
        town.town.serviceDays &&
        html`<li><a href="${link(view, '/feeds/bike.ics')}">${say.bikeCalendar}</a></li>`
      }
    </ul>`
}
