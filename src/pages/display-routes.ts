/** The screens' routes, and what keeps their last picture. */
import type { FastifyInstance } from 'fastify'
import { LANGUAGES, languageRoot } from '#src/stations/fraction.ts'
import { parseStationId } from '#src/stations/ids.ts'
import { DAY, plus } from '#src/stations/time.ts'
import { findCorrection, type Post } from '#src/store/contract.ts'
import { displayPage, displayPath, parseDisplayQuery } from './display-page.ts'
import { textsOf } from './query-texts.ts'
import type { PagesOptions, PageTools, View } from './site.ts'
import { displayStylesheet, serveStylesheet, type Stylesheet } from './stylesheet.ts'
import { allowScripts, sendWorker } from './web-files.ts'

/** What was said longer ago is no news at the station. */
const NEWS_MS = DAY
const LOOKED_AT = 5

export function registerDisplay(
  app: FastifyInstance,
  options: PagesOptions & {
    readonly css: Stylesheet
  },
  pages: Pick<PageTools, 'viewFor' | 'send' | 'sendNotFound' | 'web'>,
): void {
  const { journal, store } = options
  const { viewFor, send, sendNotFound, web } = pages
  const css = displayStylesheet(options.css)
  const files = { cssUrl: css.url, script: web.island('display') }
  const worker = web.worker('display-worker')

  for (const language of LANGUAGES) {
    app.get<{ Params: { id: string } }>(
      `${languageRoot(language)}${displayPath(language)}/:id`,
      async (request, reply) => {
        const station = journal.town.stations.get(parseStationId(request.params.id)!)
        if (!station) return sendNotFound(request, reply, language)
        const view = viewFor(request, language)
        const posts = await store.posts({
          stationId: station.id,
          audience: 'public',
          saidBy: view.now,
          limit: LOOKED_AT,
        })
        const latest = posts.find((post) => isNews(post, view))
        allowScripts(reply)
        return send(
          request,
          reply,
          displayPage(
            view,
            parseDisplayQuery(textsOf(request.query)),
            { station, ...(latest && { latest }) },
            files,
          ),
        )
      },
    )
  }

  serveStylesheet(app, css)
  app.get('/display-worker.js', (_request, reply) => sendWorker(reply, worker))
}

/** What was wrong is not shown where nobody can ask. */
function isNews(post: Post, { now }: View): boolean {
  return post.at >= plus(now, -NEWS_MS) && post.kind !== 'correction' && !findCorrection(post, now)
}
