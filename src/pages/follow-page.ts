/**
 * Following stations without an account: the form, and the pages behind the links that are mailed. All but
 * notifications works without script.
 */
import { FRACTIONS, fractionName, LANGUAGES } from '#src/stations/fraction.ts'
import type { Account, Station } from '#src/stations/station.ts'
import type { Opened } from '#src/store/subscriber-desk.ts'
import type { Wish } from '#src/store/subscribers.ts'
import { capital } from '#src/wording/capital.ts'
import { followedText } from '#src/wording/mail-text.ts'
import { followPath } from '#src/wording/follow-path.ts'
import { swatch } from './container-marks.ts'
import { followLinks } from './feed-links.ts'
import { FOLLOW_WORDS, type FollowWords } from './follow-words.ts'
import { html, type Html } from './html.ts'
import { aboutPath, layout } from './layout.ts'
import { plainPage, wayOn } from './plain-page.ts'
import { link, type FediverseAccount, type FollowWays, type View } from './site.ts'

/** What the form shows as chosen; as somebody sent it, where something was wrong. */
export interface Chosen {
  readonly language: string
  readonly stations: readonly string[]
  readonly fractions: readonly string[]
  readonly email?: string
}

export type FollowFault = keyof FollowWords['faults']

export function followPage(
  view: View,
  page: {
    readonly ways: FollowWays
    readonly script: Html
    /** The page is about this one. */
    readonly station?: Station
    /** The station's, or the town's, on the fediverse. */
    readonly account?: FediverseAccount
    readonly chosen?: Chosen
    readonly fault?: FollowFault
  },
): Html {
  const words = FOLLOW_WORDS[view.language]
  const { ways, station, fault } = page
  const title = station ? words.titleOf(station.name) : words.title
  const chosen = page.chosen ?? {
    language: view.language,
    stations: station ? [station.id] : [],
    fractions: [],
  }
  const hasForm = ways.email || ways.pushKey !== undefined
  return layout(view, {
    title: `${fault ? words.faultPrefix : ''}${title} – ${view.town.town.name}`,
    description: words.lead,
    pathInAll: (language) =>
      station ? `/s/${station.id}${followPath(language)}` : followPath(language),
    body: html`
      ${fault && faultSummary(words, fault)}
      <h1>${title}</h1>
      <p class="lead">${words.lead}</p>
      ${
        hasForm &&
        html`<form
          method="post"
          action="${link(view, followPath(view.language))}"
          class="follow"
          id="follow-form"
        >
          ${wishFields(view, chosen)} ${ways.email && emailField(words, chosen.email, fault)}
          ${ways.pushKey !== undefined && pushField(view, ways.pushKey, page.script)}
          ${privacyNote(view)}
        </form>`
      }
      ${otherWays(view, station, page.account)}
    `,
  })
}

function faultSummary(words: FollowWords, fault: FollowFault): Html {
  const field = fault === 'address' ? 'email' : 'choices'
  return html`<section class="faults" aria-labelledby="faults">
    <h2 id="faults">${words.faultTitle}</h2>
    <p><a href="#${field}">${words.faults[fault]}</a></p>
  </section>`
}

/** Stations, fractions and the language. */
function wishFields(view: View, chosen: Chosen): Html {
  const words = FOLLOW_WORDS[view.language]
  const { town, language } = view
  const byName = new Intl.Collator('sv', { numeric: true }).compare
  const stations = town.town.stations.toSorted((a, b) => byName(a.name, b.name))
  const check = (name: string, value: string, text: Html, values: readonly string[]) =>
    html`<li>
      <label
        ><input
          type="checkbox"
          name="${name}"
          value="${value}"
          ${values.includes(value) && html`checked`}
        />
        <span>${text}</span></label
      >
    </li>`
  return html`
    <fieldset id="choices" tabindex="-1">
      <legend>${words.what}</legend>
      <p>${words.whole(town.town.name)}</p>
      <details ${(chosen.stations.length > 0 || stations.length <= FEW) && html`open`}>
        <summary>${words.stations}</summary>
        <ul class="checks">
          ${stations.map(({ id, name }) => check('station', id, html`${name}`, chosen.stations))}
        </ul>
      </details>
    </fieldset>
    <fieldset>
      <legend>${words.fractions}</legend>
      <p>${words.fractionsHint}</p>
      <ul class="checks">
        ${FRACTIONS.map(({ id }) =>
          check(
            'fraction',
            id,
            html`${swatch(id)} ${capital(fractionName(id, language))}`,
            chosen.fractions,
          ),
        )}
      </ul>
    </fieldset>
    <p class="field">
      <label for="language">${words.language}</label>
      <select id="language" name="language">
        ${LANGUAGES.map(
          (id) =>
            html`<option value="${id}" ${chosen.language === id && html`selected`}>
              ${words.languages[id]}
            </option>`,
        )}
      </select>
    </p>
  `
}

/** So many are shown at once; more are behind a press. */
const FEW = 12

function emailField(words: FollowWords, email: string = '', fault: FollowFault | undefined): Html {
  const isFaulty = fault === 'address'
  return html`<section aria-labelledby="by-email">
    <h2 id="by-email">${words.byEmail}</h2>
    <p id="email-hint">${words.emailHint}</p>
    <p class="field">
      <label for="email">${words.email}</label>
      ${isFaulty && html`<strong class="fault" id="email-fault">${words.faults.address}</strong>`}
      <input
        id="email"
        name="email"
        type="email"
        autocomplete="email"
        maxlength="254"
        value="${email}"
        aria-describedby="${isFaulty ? 'email-fault ' : ''}email-hint"
        ${isFaulty && html`aria-invalid="true"`}
      />
    </p>
    <p><button>${words.sendConfirmation}</button></p>
  </section>`
}

/** The button is shown by the script, where the browser can do it. */
function pushField(view: View, key: string, script: Html): Html {
  const words = FOLLOW_WORDS[view.language]
  return html`<section aria-labelledby="by-push">
    <h2 id="by-push">${words.byPush}</h2>
    <noscript><p>${words.pushNeedsScript}</p></noscript>
    <p>${words.pushHint}</p>
    <p>
      <button
        type="button"
        id="push"
        hidden
        data-key="${key}"
        data-to="${followPath('sv')}/push"
        data-wait="${words.pushWait}"
        data-denied="${words.pushDenied}"
        data-failed="${words.pushFailed}"
        data-unknown="${words.pushUnknown}"
      >
        ${words.pushStart}
      </button>
    </p>
    <p role="status" id="push-status"></p>
    ${script}
  </section>`
}

function privacyNote(view: View): Html {
  const words = FOLLOW_WORDS[view.language]
  const about = html`<a href="${link(view, aboutPath(view.language))}#data"
    >${words.privacyMore}</a
  >`
  return html`<p class="note">${words.privacy(about)}</p>`
}

function otherWays(view: View, station: Station | undefined, account?: FediverseAccount): Html {
  const words = FOLLOW_WORDS[view.language]
  const path = station ? `/feeds/stations/${station.id}` : '/feeds/town'
  const accounts = accountsFor(view, station)
  return html`<section aria-labelledby="other-ways">
    <h2 id="other-ways">${words.otherWays}</h2>
    <p>${words.otherWaysHint}</p>
    ${followLinks(view, path, station ? `${path}/emptyings.ics` : `${path}.ics`)}
    ${
      (account !== undefined || accounts.length > 0) &&
      html`<h3>${words.accounts}</h3>
        <ul class="plain">
          ${account && html`<li>${view.say.followOnFediverse(account.handle)}</li>`}
          ${accounts.map(
            ({ url, text, language }) =>
              html`<li>
                <a href="${url}" rel="external">${text}</a> (${words.languages[language]})
              </li>`,
          )}
        </ul>`
    }
  </section>`
}

interface Followable {
  readonly url: string
  readonly text: string
  readonly language: Account['language']
}

/** The town's accounts elsewhere that speak of a station, or of the town. */
function accountsFor(view: View, station: Station | undefined): readonly Followable[] {
  const { mastodon = [], bluesky = [], x = [] } = view.town.town.channels
  const speaks = ({ stations, areas }: Account): boolean => {
    if (!stations && !areas) return true
    if (!station) return false
    const { id, areaId } = station
    return (
      stations?.includes(id) === true || (areaId !== undefined && areas?.includes(areaId)) === true
    )
  }
  const plain = (account: string) => account.replace(/^@/, '')
  return [
    ...mastodon.filter(speaks).map(({ account, server, language }) => ({
      url: `${server.replace(/\/+$/, '')}/@${plain(account).split('@')[0]}`,
      text: `Mastodon, @${plain(account)}`,
      language,
    })),
    ...bluesky.filter(speaks).map(({ account, language }) => ({
      url: `https://bsky.app/profile/${plain(account)}`,
      text: `Bluesky, @${plain(account)}`,
      language,
    })),
    ...x.filter(speaks).map(({ account, language }) => ({
      url: `https://x.com/${plain(account)}`,
      text: `X, @${plain(account)}`,
      language,
    })),
  ]
}

/** Behind the link in a letter: a press, since programs that look for harm open links too. */
export function confirmPage(view: View, wish: Wish): Html {
  const words = FOLLOW_WORDS[view.language]
  return plainPage(
    view,
    words.confirmTitle,
    words.confirmText(followedBy(view, wish)),
    html`<form method="post">
      <button name="do" value="confirm">${words.confirm}</button>
    </form>`,
  )
}

/** What somebody follows, to change or to end. */
export function managePage(
  view: View,
  { way, wish }: Opened & { kind: 'follows' },
  did?: keyof FollowWords['did'],
): Html {
  const words = FOLLOW_WORDS[view.language]
  return layout(view, {
    title: `${words.manageTitle} – ${view.town.town.name}`,
    description: words.lead,
    noIndex: true,
    body: html`
      <h1>${words.manageTitle}</h1>
      ${did && html`<p class="lead" role="status">${words.did[did]}</p>`}
      <form method="post" class="follow">
        ${wishFields(view, { stations: [], fractions: [], ...wish })}
        <p><button name="do" value="save">${words.save}</button></p>
      </form>
      <section aria-labelledby="end">
        <h2 id="end">${words.endTitle}</h2>
        <p>${words.endText[way]}</p>
        <form method="post"><button name="do" value="end">${words.end}</button></form>
      </section>
    `,
  })
}

function followedBy(view: View, { stations }: Wish): string {
  const { town, language } = view
  const named = stations?.map((id) => ({ name: town.stations.get(id)?.name ?? id }))
  return followedText(named, town.town, language)
}

/** The same whoever asked, and whether or not the address was known. */
export function askedPage(view: View): Html {
  const words = FOLLOW_WORDS[view.language]
  return plainPage(view, words.askedTitle, words.askedText)
}

export function endedPage(view: View): Html {
  const words = FOLLOW_WORDS[view.language]
  return plainPage(view, words.endedTitle, words.endedText, back(view))
}

export function goneLinkPage(view: View): Html {
  const words = FOLLOW_WORDS[view.language]
  return plainPage(view, words.goneTitle, words.goneText, back(view))
}

export function tooManyAskingsPage(view: View, minutes: number): Html {
  const words = FOLLOW_WORDS[view.language]
  return plainPage(view, words.limitedTitle, words.limitedText(minutes), back(view))
}

export function refusedAskingPage(view: View): Html {
  const words = FOLLOW_WORDS[view.language]
  return plainPage(view, words.refusedTitle, words.refusedText, back(view))
}

function back(view: View): Html {
  return wayOn(view, followPath(view.language), FOLLOW_WORDS[view.language].again)
}
