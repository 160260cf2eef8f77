/** A post for ever: its words, and every decision behind it. */
import { placeName } from '#src/stations/place-name.ts'
import { isoText } from '#src/stations/time.ts'
import type { Post, StoredDecision } from '#src/store/contract.ts'
import { whenText } from '#src/wording/status-text.ts'
import {
  decisionFacts,
  explanationSentence,
  explanationTables,
  readingsUrl,
} from './explanation.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import { link, type View } from './site.ts'

export function postPage(view: View, post: Post, decisions: readonly StoredDecision[]): Html {
  const { say, language, now, timeZone } = view
  const station = post.stationId === undefined ? undefined : view.town.stations.get(post.stationId)
  const name = placeName(post, view.town)
  const text = post.texts[language]
  return layout(view, {
    title: `${say.postTitle(name)} – ${view.town.town.name}`,
    description: text,
    otherLanguagePath: `/p/${post.key}`,
    body: html`
      <h1>${say.postTitle(name)}</h1>
      <blockquote class="post ${post.kind}"><p class="words">${text}</p></blockquote>
      <p>
        <time datetime="${isoText(post.at)}"
          >${say.postedAt(whenText(post.at, now, timeZone, language))}</time
        >
      </p>
      <ul class="plain">
        ${
          station &&
          html`<li><a href="${link(view, `/s/${station.id}`)}">${say.aboutStation(name)}</a></li>`
        }
        ${
          post.replyTo !== undefined &&
          html`<li><a href="${link(view, `/p/${post.replyTo}`)}">${say.followUpTo}</a></li>`
        }
      </ul>
      <section aria-labelledby="why">
        <h2 id="why">${say.why}</h2>
        ${
          decisions.length === 0
            ? html`<p>${say.noDecisions}</p>`
            : decisions.map((decision) => decisionArticle(view, decision))
        }
      </section>
      <p><a href="/api/v1/posts/${post.key}">${say.machineReadable}</a></p>
    `,
  })
}

function decisionArticle(view: View, decision: StoredDecision): Html {
  const { say, language, now, timeZone } = view
  const readings = readingsUrl(decision)
  return html`<article class="decision" id="d-${decision.id}">
    <h3>${say.decidedAt(whenText(decision.at, now, timeZone, language))}</h3>
    ${explanationSentence(view, decision)} ${decisionFacts(view, decision)}
    ${explanationTables(view, decision)}
    ${readings !== undefined && html`<p><a href="${readings}">${say.readingsBehind}</a></p>`}
  </article>`
}
