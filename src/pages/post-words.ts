/** A post's words on a page. One that was wrong is struck through, with what takes it back beside it. */
import type { PostKey } from '#src/stations/ids.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { findCorrection, type Post, type Store } from '#src/store/contract.ts'
import { whenText } from '#src/wording/status-text.ts'
import { html, type Html } from './html.ts'
import { link, type View } from './site.ts'

/** The corrections of some posts that anybody may have seen, by the key of what they take back. */
export async function correctionsOf(
  store: Pick<Store, 'post'>,
  posts: readonly Post[],
  by: EpochMs,
): Promise<ReadonlyMap<PostKey, Post>> {
  const found = new Map<PostKey, Post>()
  for (const post of posts) {
    const key = findCorrection(post, by)?.key
    const correction = key && (await store.post(key))
    if (correction) found.set(post.key, correction)
  }
  return found
}

/** The words alone, or what is wrong with them, the words, and the correction. */
export function postWords(view: View, post: Post, correction: Post | undefined): Html {
  const { say, language } = view
  const words = post.texts[language]
  if (!correction) return html`<p class="words">${words}</p>`
  return html`<p class="wrong">${say.wasWrong}</p>
    <p class="words"><s>${words}</s></p>
    <p class="correction">${correction.texts[language]} ${correctionLink(view, correction)}</p>`
}

/** The same where there is room for a line only. */
export function postLine(view: View, post: Post, correction: Post | undefined): Html {
  const { say, language } = view
  const words = post.texts[language]
  if (!correction) return html`<p>${words}</p>`
  return html`<p>
    <strong class="wrong">${say.wasWrong}</strong>
    <s>${words}</s> ${correctionLink(view, correction)}
  </p>`
}

function correctionLink(view: View, { key, at }: Post): Html {
  const { say, language, now, timeZone } = view
  const when = whenText(at, now, timeZone, language)
  return html`<a href="${link(view, `/p/${key}`)}">${say.correctedAt(when)}</a>`
}
