/** A post for ever: its words, and every decision behind it. */
import { stationsOf } from '#src/rules/post.ts'
import { placeName } from '#src/stations/place-name.ts'
import { isoText } from '#src/stations/time.ts'
import type { Post, StoredDecision } from '#src/store/contract.ts'
import { whenText } from '#src/wording/status-text.ts'
import type { PagePicture } from './card-routes.ts'
import {
  decisionFacts,
  explanationSentence,
  explanationTables,
  readingsUrl,
} from './explanation.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import { postWords } from './post-words.ts'
import { link, type FediverseAccount, type View } from './site.ts'
import { followUpLinks, whereSaid, type PostCompany } from './where-said.ts'

export function postPage(
  view: View,
  post: Post,
  decisions: readonly StoredDecision[],
  correction: Post | undefined,
  company: PostCompany,
  more: { readonly picture?: PagePicture; readonly account?: FediverseAccount } = {},
): Html {
  const { say, language, now, timeZone } = view
  const { picture, account } = more
  const station = post.stationId === undefined ? undefined : view.town.stations.get(post.stationId)
  const name = placeName(post, view.town)
  const text = post.texts[language]
  return layout(view, {
    title: `${say.postTitle(name)} – ${view.town.town.name}`,
    description: correction ? `${say.wasWrong} ${text}` : text,
    pathInAll: `/p/${post.key}`,
    ...(picture && { picture }),
    ...(account && { activityUrl: `${account.url}/notes/${post.key}` }),
    body: html`
      <h1>${say.postTitle(name)}</h1>
      <blockquote class="post ${post.kind}">${postWords(view, post, correction)}</blockquote>
      ${goneLine(view, post)}
      <p>
        <time datetime="${isoText(post.at)}"
          >${say.postedAt(whenText(post.at, now, timeZone, language))}</time
        >
      </p>
      <ul class="plain">
        ${
          station
            ? html`<li>
                <a href="${link(view, `/s/${station.id}`)}">${say.aboutStation(name)}</a>
              </li>`
            : html`<li><a href="${link(view, '/')}">${say.aboutTown}</a></li>`
        }
        ${
          post.corrects !== undefined &&
          html`<li><a href="${link(view, `/p/${post.corrects}`)}">${say.corrects}</a></li>`
        }
        ${
          post.replyTo !== undefined &&
          post.replyTo !== post.corrects &&
          html`<li><a href="${link(view, `/p/${post.replyTo}`)}">${say.followUpTo}</a></li>`
        }
        ${followUpLinks(view, company)}
      </ul>
      ${stationsMeant(view, post)} ${whereSaid(view, post, company)}
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

/** Where all that a post speaks of has been taken away, nobody should go there for it. */
function goneLine({ say, town }: View, { items }: Post): Html | undefined {
  const ids = new Set(items.flatMap(({ containerId }) => containerId ?? []))
  if (ids.size === 0 || [...ids].some((id) => town.containers.has(id))) return undefined
  return html`<p class="gone">${ids.size === 1 ? say.isGone : say.areGone}</p>`
}

/** A digest speaks of many; each has its page. */
function stationsMeant(view: View, post: Post): Html | undefined {
  if (post.stationId !== undefined) return undefined
  const stations = stationsOf(post).flatMap((id) => view.town.stations.get(id) ?? [])
  if (stations.length === 0) return undefined
  return html`<section aria-labelledby="meant">
    <h2 id="meant">${view.say.stationsMeant}</h2>
    <ul class="plain">
      ${stations.map(({ id, name }) => html`<li><a href="${link(view, `/s/${id}`)}">${name}</a></li>`)}
    </ul>
  </section>`
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
