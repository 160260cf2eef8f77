/** The frame around every page of the staff: whose it is, the menu of what their role may do, the way out. */
import { html, trusted, type Html } from '../html.ts'
import { bird, demoBanner, stalledBanner } from '../layout.ts'
import type { View } from '../site.ts'
import type { Staff } from '#src/store/staff.ts'
import {
  menuFor,
  OWN,
  placeOver,
  SIGN_OUT_PATH,
  staffPath,
  START,
  type InBoth,
  type StaffLanguage,
} from './staff-menu.ts'
import { STAFF_WORDS } from './staff-words.ts'

/** A view with somebody of the staff looking. */
export interface StaffView extends View {
  readonly language: StaffLanguage
  readonly staff: Staff
  readonly staffCssUrl: string
}

/** The same before anybody is signed in. */
export type DoorView = Omit<StaffView, 'staff'> & { readonly staff?: Staff }

export interface StaffPageParts {
  readonly title: string
  readonly body: Html
  /** The page's path in both languages, with its parameters filled in; the menu marks it. */
  readonly path?: InBoth<string>
  /** What else the head holds: an island (`pages.web.island(name)`), which wants `scripts: true` of the page. */
  readonly head?: Html
  /** As wide as the window: boards and editors. */
  readonly isWide?: boolean
}

export function staffLayout(view: DoorView, page: StaffPageParts): Html {
  const { say, language, staff, staffCssUrl } = view
  const words = STAFF_WORDS[language]
  const town = view.town.town.name
  const other = language === 'sv' ? 'en' : 'sv'
  const home = staff ? staffPath(START.path, language) : language === 'sv' ? '/' : '/en/'
  return html`${trusted('<!doctype html>')}
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${page.title} – Kvitter ${town}</title>
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <link rel="stylesheet" href="${view.cssUrl}" />
        <link rel="stylesheet" href="${staffCssUrl}" />
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        ${page.head}
      </head>
      <body class="staff">
        <a class="skip" href="#content">${say.skipToContent}</a>
        <header class="top">
          <div class="${widthOf(page)} top-row">
            <a class="brand" href="${home}">
              ${bird}<span
                ><strong>Kvitter</strong> <span class="town">${town}</span>
                <span class="for-staff">${words.staff}</span></span
              >
            </a>
            <div class="who">
              ${
                page.path &&
                html`<a href="${staffPath(page.path, other)}" lang="${other}" hreflang="${other}"
                  >${words.otherLanguage}</a
                >`
              }
              ${staff && signedIn(view, staff)}
            </div>
          </div>
          ${staff && menu(view, staff, page)}
        </header>
        ${demoBanner(view, false)} ${stalledBanner(view)}
        <main id="content" class="${widthOf(page)}" tabindex="-1">${page.body}</main>
        <footer class="bottom">
          <div class="${widthOf(page)}">
            <ul class="plain">
              <li><a href="${language === 'sv' ? '/' : '/en/'}">${words.publicPages}</a></li>
              <li><a href="/api/docs" hreflang="en">${say.apiDocs}</a></li>
            </ul>
          </div>
        </footer>
      </body>
    </html>`
}

function widthOf({ isWide }: StaffPageParts): string {
  return isWide === true ? 'widest' : 'wide'
}

function signedIn({ language }: DoorView, { name, role }: Staff): Html {
  const words = STAFF_WORDS[language]
  return html`<a class="signed-in" href="${staffPath(OWN.path, language)}"
      >${words.signedInAs(name, words.roles[role])}</a
    >
    <form method="post" action="${staffPath(SIGN_OUT_PATH, language)}">
      <button>${words.signOut}</button>
    </form>`
}

/** The groups, and under them the pages of the one where the page is. */
function menu({ language }: DoorView, { role }: Staff, page: StaffPageParts): Html {
  const groups = menuFor(role)
  const place = page.path && placeOver(page.path.sv)
  const group = place && groups.find(({ places }) => places.includes(place))
  const isStart = page.path === START.path
  const isPage = place !== undefined && place.path.sv === page.path?.sv.split('?', 1)[0]
  return html`<nav class="staff-menu" aria-label="${STAFF_WORDS[language].menu}">
    <ul class="${widthOf(page)}">
      ${entry(staffPath(START.path, language), START.name[language], isStart && 'page')}
      ${groups.map((one) =>
        entry(
          staffPath(one.places[0]!.path, language),
          one.name[language],
          one === group && 'true',
        ),
      )}
    </ul>
    ${
      group &&
      html`<ul class="pages ${widthOf(page)}">
        ${group.places.map((one) =>
          entry(
            staffPath(one.path, language),
            one.name[language],
            one === place && (isPage ? 'page' : 'true'),
          ),
        )}
      </ul>`
    }
  </nav>`
}

function entry(path: string, name: string, current: 'page' | 'true' | false): Html {
  return html`<li>
    <a href="${path}" ${current !== false && html`aria-current="${current}"`}>${name}</a>
  </li>`
}
