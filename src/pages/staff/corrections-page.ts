/** Posts that were wrong: found among the latest, taken back with a word for the staff. */
import { parsePostKey, type PostKey } from '#src/stations/ids.ts'
import { placeName } from '#src/stations/place-name.ts'
import { isoText, type EpochMs } from '#src/stations/time.ts'
import type { Post, PostPlace, Store } from '#src/store/contract.ts'
import { findCorrection } from '#src/store/contract.ts'
import { parsePlace, placeText } from '#src/store/post-place.ts'
import { whenText } from '#src/wording/status-text.ts'
import { html, type Html } from '../html.ts'
import { textsOf } from '../query-texts.ts'
import { link } from '../site.ts'
import { faultNote, hidden } from './form-parts.ts'
import { pressField } from './pressed-once.ts'
import { staffLayout, type StaffView } from './staff-layout.ts'
import { CORRECTIONS, staffPath } from './staff-menu.ts'
import { doneNote } from './staff-parts.ts'
import { WHY_WORDS, type WhyWords } from './why-words.ts'

const POSTS_PER_PAGE = 20

export interface CorrectionQuery {
  readonly key?: PostKey
  readonly before?: PostPlace
  readonly did?: 'withdrawn' | 'corrected'
}

export function parseCorrectionQuery(query: Readonly<Record<string, unknown>>): CorrectionQuery {
  const texts = textsOf(query)
  const key = parsePostKey(texts['post'] ?? '')
  const before = parsePlace(texts['before'] ?? '')
  const did = (['withdrawn', 'corrected'] as const).find((one) => one === texts['did'])
  return { ...(key && { key }), ...(before && { before }), ...(did && { did }) }
}

export interface CorrectionsFound {
  readonly posts: readonly Post[]
  /** The last one, where there are older ones. */
  readonly next?: Post
  /** The one to be corrected. */
  readonly chosen?: Post
  readonly fault?: string
  /** What was written and not taken. */
  readonly why?: string
}

/** Those that wait as well, since these can be stopped unseen. */
export async function findPosts(
  store: Pick<Store, 'posts'>,
  { before }: CorrectionQuery,
): Promise<Pick<CorrectionsFound, 'posts' | 'next'>> {
  const found = await store.posts({
    audience: 'public',
    ...(before && { before }),
    limit: POSTS_PER_PAGE + 1,
  })
  const posts = found.slice(0, POSTS_PER_PAGE)
  const last = posts.at(-1)
  return { posts, ...(last && found.length > POSTS_PER_PAGE && { next: last }) }
}

type PostState = keyof WhyWords['postStates']

function stateOf(post: Post, now: EpochMs): PostState {
  if (post.withdrawnAt !== undefined) return 'stopped'
  if (post.kind === 'correction') return 'correction'
  if (findCorrection(post, now)) return 'corrected'
  return post.sendAt > now ? 'waiting' : 'said'
}

function canBeCorrected(state: PostState): boolean {
  return state === 'said' || state === 'waiting'
}

export function correctionsPage(
  view: StaffView,
  query: CorrectionQuery,
  found: CorrectionsFound,
): Html {
  const { language } = view
  const words = WHY_WORDS[language]
  const { posts, next, chosen, fault } = found
  const here = staffPath(CORRECTIONS.path, language)
  return staffLayout(view, {
    title: words.correctTitle,
    path: CORRECTIONS.path,
    body: html`
      ${faultNote(words.errorTitle, fault)}
      <h1>${words.correctTitle}</h1>
      <p class="lead">${words.correctLead}</p>
      ${doneNote(query.did && (query.did === 'withdrawn' ? words.didWithdraw : words.didCorrect))}
      ${chosen && chosenPart(view, chosen, found)}
      <section aria-labelledby="latest">
        <h2 id="latest">${words.latestPosts}</h2>
        ${
          posts.length === 0
            ? html`<p>${words.noPosts}</p>`
            : html`<ol class="why-list">
                ${posts.map((post) => postLine(view, post))}
              </ol>`
        }
      </section>
      ${
        next &&
        html`<p>
          <a href="${here}?before=${encodeURIComponent(placeText(next))}" rel="next"
            >${words.olderPosts}</a
          >
        </p>`
      }
    `,
  })
}

function chosenPart(view: StaffView, post: Post, { why = '' }: CorrectionsFound): Html {
  const { language, now, timeZone } = view
  const words = WHY_WORDS[language]
  const here = staffPath(CORRECTIONS.path, language)
  const isUnseen = post.sendAt > now
  return html`<section class="panel" aria-labelledby="chosen">
    <h2 id="chosen">${words.correctPost(whenText(post.sendAt, now, timeZone, language))}</h2>
    <blockquote class="post ${post.kind}">${post.texts[language]}</blockquote>
    <p><a href="${link(view, `/p/${post.key}`)}">${words.whyWasSaid}</a></p>
    <form method="post" action="${here}">
      ${pressField()} ${hidden('post', post.key)}
      <p class="field">
        <label for="why">${words.whyWrong}</label>
        <span id="why-hint" class="hint">${words.whyHint}</span>
        <textarea id="why" name="why" rows="3" maxlength="500" aria-describedby="why-hint">
${why}</textarea>
      </p>
      <p>${isUnseen ? words.correctUnseen : words.correctSeen}</p>
      <p class="buttons">
        <button>${words.doCorrect}</button> <a href="${here}">${words.cancel}</a>
      </p>
    </form>
  </section>`
}

function postLine(view: StaffView, post: Post): Html {
  const { language, now, timeZone, town } = view
  const words = WHY_WORDS[language]
  const state = stateOf(post, now)
  const correction = findCorrection(post, now)
  const when = whenText(post.sendAt, now, timeZone, language)
  return html`<li>
    <p class="why-head">
      <a href="${link(view, `/p/${post.key}`)}"
        ><time datetime="${isoText(post.sendAt)}">${when}</time></a
      >
      <strong>${placeName(post, town)}</strong>
      <span class="outcome ${state}">${words.postStates[state]}</span>
    </p>
    <p>${post.texts[language]}</p>
    ${
      correction &&
      html`<p><a href="${link(view, `/p/${correction.key}`)}">${words.correctionLink}</a></p>`
    }
    ${
      canBeCorrected(state) &&
      html`<p>
        <a href="${staffPath(CORRECTIONS.path, language)}?post=${post.key}"
          >${words.correctThis}<span class="visually-hidden">
            ${placeName(post, town)}, ${when}</span
          ></a
        >
      </p>`
    }
  </li>`
}
