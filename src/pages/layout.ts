/** The frame around every page: head, banners, menu, footer. */
import { LANGUAGES, type Language } from '#src/stations/fraction.ts'
import { HOUR } from '#src/stations/time.ts'
import { bookPath } from '#src/wording/book-path.ts'
import { spanText, weekdayText, whenText } from '#src/wording/status-text.ts'
import { clipGraphemes } from '#src/wording/graphemes.ts'
import { clockText } from '#src/wording/wall-clock.ts'
import { CARD_HEIGHT, CARD_WIDTH } from '#src/wording/cards/draw-card.ts'
import type { PagePicture } from './card-routes.ts'
import { feedDiscovery, type FeedPlace } from './feed-links.ts'
import { html, trusted, type Html } from './html.ts'
import { loanPath } from './loan-path.ts'
import { LOAN_WORDS } from './loan-words.ts'
import { link, type View } from './site.ts'
import { statisticsPath } from './statistics-path.ts'
import { STATISTICS_WORDS } from './statistics-words.ts'

export interface PageParts {
  readonly title: string
  readonly description: string
  readonly body: Html
  /** Comes back by itself in a demo. Pages that are read at leisure don't. */
  readonly live?: boolean
  /** The page's path without the language, where it exists in every language: the same in each, or of its own. */
  readonly pathInAll?: string | ((language: Language) => string)
  /** Feeds that tell the same, by path without the language. */
  readonly feeds?: readonly FeedPlace[]
  /** Keeps the page out of search engines. */
  readonly noIndex?: boolean
  /** The same for servers of the fediverse. */
  readonly activityUrl?: string
  /** A stylesheet beside the pages' own. */
  readonly cssUrl?: string
  /** Shown where the page is shared. */
  readonly picture?: PagePicture
}

const DEMO_REFRESH_SECONDS = 5

export function layout(view: View, page: PageParts): Html {
  const { say, language, demo } = view
  const others = otherLanguages(view, page)
  const town = view.town.town.name
  const refreshes = page.live === true && demo !== undefined && !demo.paused
  return html`${trusted('<!doctype html>')}
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${page.title}</title>
        <meta name="description" content="${page.description}" />
        <meta name="color-scheme" content="light dark" />
        ${page.noIndex === true && html`<meta name="robots" content="noindex" />`}
        ${refreshes && html`<meta http-equiv="refresh" content="${DEMO_REFRESH_SECONDS}" />`}
        <link rel="stylesheet" href="${view.cssUrl}" />
        ${page.cssUrl !== undefined && html`<link rel="stylesheet" href="${page.cssUrl}" />`}
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        ${previewTags(view, page)}
        ${(page.noIndex === true ? [] : others).map(
          (other) =>
            html`<link
              rel="alternate"
              hreflang="${other.language}"
              href="${view.publicUrl}${other.path}"
            />`,
        )}
        ${feedDiscovery(view, page.feeds ?? [])}
        ${
          page.activityUrl !== undefined &&
          html`<link rel="alternate" type="application/activity+json" href="${page.activityUrl}" />`
        }
      </head>
      <body>
        <a class="skip" href="#content">${say.skipToContent}</a>
        <header class="top">
          <div class="wide top-row">
            <a class="brand" href="${link(view, '/')}">
              ${bird}<span><strong>Kvitter</strong> <span class="town">${town}</span></span>
            </a>
            <nav aria-label="${say.mainMenu}">
              <a href="${link(view, '/')}">${say.stations}</a>
              ${
                view.takesBookings &&
                html`<a href="${link(view, bookPath(language))}">${say.book}</a>`
              }
              ${
                view.lends &&
                html`<a href="${link(view, loanPath(language))}">${LOAN_WORDS[language].link}</a>`
              }
              <a href="${link(view, aboutPath(language))}">${say.about}</a>
              ${others.map(
                (other) =>
                  html`<a href="${other.path}" lang="${other.language}" hreflang="${other.language}"
                    >${IN_LANGUAGE[other.language]}</a
                  >`,
              )}
            </nav>
          </div>
        </header>
        ${demoBanner(view, page.live === true)} ${stalledBanner(view)}
        <main id="content" class="wide" tabindex="-1">${page.body}</main>
        <footer class="bottom">
          <div class="wide">
            <p>${say.operatedBy(operatorName(view))}</p>
            <ul class="plain">
              <li><a href="${link(view, accessibilityPath(language))}">${say.accessibility}</a></li>
              <li><a href="${link(view, aboutPath(language))}">${say.about}</a></li>
              <li><a href="${link(view, archivePath(language))}">${say.archive}</a></li>
              <li>
                <a href="${link(view, statisticsPath(language))}"
                  >${STATISTICS_WORDS[language].link}</a
                >
              </li>
              <li><a href="/api/docs" hreflang="en">${say.apiDocs}</a></li>
            </ul>
          </div>
        </footer>
      </body>
    </html>`
}

const LOCALES: Readonly<Record<Language, string>> = { sv: 'sv_SE', en: 'en_GB', fi: 'fi_FI' }

/** What others show where somebody shares the page (Open Graph). */
function previewTags(view: View, page: PageParts): Html | undefined {
  const { pathInAll: path, title, description } = page
  if (path === undefined || page.noIndex === true) return undefined
  const { language, publicUrl, town } = view
  const url = publicUrl + link(view, typeof path === 'string' ? path : path(language))
  return html`<meta property="og:title" content="${title}" />
    <meta property="og:description" content="${description}" />
    <meta property="og:type" content="website" />
    <meta property="og:url" content="${url}" />
    <meta property="og:locale" content="${LOCALES[language]}" />
    <meta property="og:site_name" content="Kvitter ${town.town.name}" />
    ${pictureTags(view, page.picture)}`
}

function pictureTags({ publicUrl }: View, picture: PagePicture | undefined): Html {
  if (!picture) return html`<meta name="twitter:card" content="summary" />`
  return html`<meta property="og:image" content="${publicUrl}${picture.path}" />
    <meta property="og:image:type" content="image/png" />
    <meta property="og:image:width" content="${CARD_WIDTH}" />
    <meta property="og:image:height" content="${CARD_HEIGHT}" />
    <meta property="og:image:alt" content="${picture.alt}" />
    <meta name="twitter:card" content="summary_large_image" />
    <meta name="twitter:image:alt" content="${clipGraphemes(picture.alt, TWITTER_ALT)}" />`
}

/** What X reads of a page's picture. */
const TWITTER_ALT = 420

const IN_LANGUAGE: Readonly<Record<Language, string>> = {
  sv: 'På svenska',
  en: 'In English',
  fi: 'Suomeksi',
}

function otherLanguages(
  { language }: View,
  { pathInAll: path }: PageParts,
): readonly { readonly language: Language; readonly path: string }[] {
  if (path === undefined) return []
  return LANGUAGES.filter((other) => other !== language).map((other) => ({
    language: other,
    path: link({ language: other }, typeof path === 'string' ? path : path(other)),
  }))
}

/** Lets the long words of our headings break where Swedish would break them, on narrow screens. */
export function withSoftHyphens(heading: string): string {
  return heading.replace(/(Återvinnings|Tillgänglighets|Saavutettavuus)(?=[a-zåäö])/g, '$1\u00AD')
}

/** Who runs the service, linked to their own site where there is one. */
export function operatorName({ operator: { name, url } }: View): Html {
  return url === undefined ? html`${name}` : html`<a href="${url}">${name}</a>`
}

export function aboutPath(language: Language): string {
  return { sv: '/om', en: '/about', fi: '/tietoja' }[language]
}

export function archivePath(language: Language): string {
  return { sv: '/arkiv', en: '/archive', fi: '/arkisto' }[language]
}

export function accessibilityPath(language: Language): string {
  return { sv: '/tillganglighet', en: '/accessibility', fi: '/saavutettavuus' }[language]
}

/** What a demo says of itself. */
export function demoBanner(view: View, live: boolean): Html | undefined {
  const { demo, say, language, now, timeZone } = view
  if (!demo) return undefined
  const pace = spanText(HOUR / demo.speed, language)
  const text = say.demo(pace, clockText(now, timeZone), weekdayText(now, timeZone, language))
  const toggle = pauseToggle(view, demo)
  return html`<section class="banner demo" aria-label="${say.demoLabel}">
    <p class="wide">
      ${text}
      ${live && html`<a href="${toggle}">${demo.paused ? say.demoResume : say.demoPause}</a>`}
    </p>
  </section>`
}

/** Where the page stands still in a demo, or goes on again. */
export function pauseToggle(view: View, { paused }: { readonly paused: boolean }): string {
  const path = link(view, view.here)
  return paused
    ? path.replace(/([?&])pause=1&?/, '$1').replace(/[?&]$/, '')
    : `${path}${path.includes('?') ? '&' : '?'}pause=1`
}

export function stalledBanner(view: View): Html | undefined {
  const text = stalledText(view)
  if (!text) return undefined
  return html`<section class="banner stalled" aria-label="${view.say.stalledTitle}">
    <p class="wide">${text}</p>
  </section>`
}

/** That nothing new has come for a while, in words; undefined while all is well. */
export function stalledText({ stalled, say, now, timeZone, language }: View): Html | undefined {
  if (!stalled) return undefined
  const text =
    stalled.since === undefined
      ? say.stalledEver
      : say.stalledSince(whenText(stalled.since, now, timeZone, language))
  return html`<strong>${say.stalledTitle}.</strong> ${text}`
}

/** A small bird with an open beak, drawn with two shapes. */
const BIRD_PATH =
  'M4 19c0-8 6-13 13-13 3 0 5 1 7 3l5-1-3 4c1 8-5 14-12 14-3 0-5-1-7-2l-5 1 4-4c-1-1-2-1-2-2z'

export const bird = trusted(
  `<svg class="bird" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false"><path d="${BIRD_PATH}"/><circle cx="21" cy="12" r="1.6"/></svg>`,
)

/** The same bird for browsers' tabs. */
export const favicon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0d4f49"/><path fill="#ffd76a" d="${BIRD_PATH}"/><circle cx="21" cy="12" r="1.6" fill="#0d4f49"/></svg>`

/** The same on a ground without corners, for a phone's home screen, which cuts them as it likes. */
export function appIcon(sizePx: number): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-6 -6 44 44" width="${sizePx}" height="${sizePx}"><rect x="-6" y="-6" width="44" height="44" fill="#0d4f49"/><path fill="#ffd76a" d="${BIRD_PATH}"/><circle cx="21" cy="12" r="1.6" fill="#0d4f49"/></svg>`
}
