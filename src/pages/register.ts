/** The pages' routes. A page is text made here and now; no script, one stylesheet. */
import { createHash } from 'node:crypto'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LANGUAGES, languageRoot, parseLanguage, type Language } from '#src/stations/fraction.ts'
import { parsePostKey, parseStationId } from '#src/stations/ids.ts'
import { isSaid } from '#src/store/contract.ts'
import { postsAbout } from '#src/store/posts-about.ts'
import { StoreBusy } from '#src/store/store-busy.ts'
import { registerBooking } from './book-form.ts'
import { aboutPage, accessibilityPage } from './about-pages.ts'
import { archivePage, findArchived, parseArchiveQuery } from './archive-page.ts'
import { apiDocsPage } from './api-docs-page.ts'
import { registerDisplay } from './display-routes.ts'
import { failedPage, notFoundPage } from './error-pages.ts'
import { postPicture, registerCards, stationPicture } from './card-routes.ts'
import { registerFollowing } from './follow-form.ts'
import { cacheHistories } from './history-cache.ts'
import { htmlText, type Html } from './html.ts'
import { knowsTag } from './known-tag.ts'
import { aboutPath, accessibilityPath, archivePath, favicon } from './layout.ts'
import { registerLoans } from './loan-form.ts'
import { registerMapArchive } from './map-archive-route.ts'
import { allowTiles, registerMapTerms } from './open-map.ts'
import { postPage } from './post-page.ts'
import { textsOf } from './query-texts.ts'
import { registerReportForm } from './report-form.ts'
import { correctionsOf } from './post-words.ts'
import { parseListQuery, stationListPage } from './station-list-page.ts'
import { stationPage, type StationFacts } from './station-page.ts'
import { registerStatistics } from './statistics-routes.ts'
import { pagesStylesheet, serveStylesheet, staffStylesheet } from './stylesheet.ts'
import { companyOf } from './where-said.ts'
import { allowScripts, openWebFiles, registerWebFiles } from './web-files.ts'
import { viewOf, type PageTools, type PagesOptions, type View } from './site.ts'
import { registerStaff } from './staff/register-staff.ts'

const LATEST_POSTS = 5
const STATION_POSTS = 10
const DECISIONS_PER_POST = 20

/** Adds the pages to an application; to be handed to the HTTP server as a plugin of its own scope. */
export function registerPages(app: FastifyInstance, options: PagesOptions): void {
  const { store, journal, clock, cards, demo } = options
  const css = pagesStylesheet(options.townCss)
  const maxAge = options.demo ? 1 : 30
  const historyOf = cacheHistories(store)
  const web = openWebFiles()
  const newsScript = web.island('station')
  const mapScript = web.island('map')

  function viewFor(request: FastifyRequest, language: Language): View {
    const path = request.url.slice(languageRoot(language).length) || '/'
    return viewOf(options, {
      language,
      here: path.startsWith('/') ? path : `/${path}`,
      paused: (request.query as Record<string, unknown>)['pause'] === '1',
      cssUrl: css.url,
    })
  }

  function send(request: FastifyRequest, reply: FastifyReply, page: Html): FastifyReply {
    const text = htmlText(page)
    const etag = `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`
    void reply
      .header('cache-control', `public, max-age=${maxAge}`)
      .header('etag', etag)
      .header('content-type', 'text/html; charset=utf-8')
    return knowsTag(request, etag) ? reply.code(304).send() : reply.send(text)
  }

  function sendNotFound(
    request: FastifyRequest,
    reply: FastifyReply,
    language: Language,
  ): FastifyReply {
    return sendOnce(reply, 404, notFoundPage(viewFor(request, language)))
  }

  /** For whoever asked and nobody else. */
  function sendOnce(reply: FastifyReply, status: number, page: Html): FastifyReply {
    return reply
      .code(status)
      .header('cache-control', 'no-store')
      .header('content-type', 'text/html; charset=utf-8')
      .send(htmlText(page))
  }

  app.setErrorHandler((error: FastifyError, request, reply) => {
    const busy = error instanceof StoreBusy
    const status = busy ? 503 : (error.statusCode ?? 500)
    if (busy) void reply.header('retry-after', '5')
    else if (status >= 500) request.log.error({ err: error, requestId: request.id }, 'page failed')
    const view = viewFor(request, languageOf(request.url))
    sendOnce(reply, status, failedPage(view, request.id))
  })

  for (const language of LANGUAGES) {
    const root = languageRoot(language)

    const list = async (request: FastifyRequest, reply: FastifyReply) => {
      const query = parseListQuery(textsOf(request.query), journal.town.stations)
      const latest = await store.posts({
        audience: 'public',
        saidBy: clock(),
        limit: LATEST_POSTS,
      })
      const corrections = await correctionsOf(store, latest, clock())
      const view = viewFor(request, language)
      allowScripts(reply)
      allowTiles(reply, view.mapSource)
      return send(request, reply, stationListPage(view, query, latest, corrections, mapScript))
    }
    app.get(`${root}/`, list)
    if (root !== '') app.get(root, list)

    app.get<{ Params: { id: string } }>(`${root}/s/:id`, async (request, reply) => {
      const station = journal.town.stations.get(parseStationId(request.params.id)!)
      if (!station) return sendNotFound(request, reply, language)
      const view = viewFor(request, language)
      const account = await options.fediverse?.(station.id)
      const facts: StationFacts = {
        station,
        history: await historyOf(station, view.now),
        posts: await postsOf(station.id),
        ...(account && { account }),
        ...(cards && { picture: stationPicture(cards, station, language) }),
        ...(!demo && { script: newsScript }),
      }
      if (!demo) allowScripts(reply)
      return send(request, reply, stationPage(view, facts))
    })

    app.get<{ Params: { key: string } }>(`${root}/p/:key`, async (request, reply) => {
      const key = parsePostKey(request.params.key)
      const post = key && (await store.post(key))
      if (!post || !isSaid(post, clock())) return sendNotFound(request, reply, language)
      const decisions = await store.decisions({ postKey: post.key, limit: 200 })
      const correction = (await correctionsOf(store, [post], clock())).get(post.key)
      const company = await companyOf(store, post, clock())
      const view = viewFor(request, language)
      const picture = cards && (await postPicture(cards, post, language, view.now))
      const account = await options.fediverse?.(post.stationId)
      const more = { ...(picture && { picture }), ...(account && { account }) }
      return send(request, reply, postPage(view, post, decisions, correction, company, more))
    })

    app.get(root + archivePath(language), async (request, reply) => {
      const query = parseArchiveQuery(textsOf(request.query), journal.town)
      const view = viewFor(request, language)
      const found = await findArchived(store, query, view.now, view.timeZone)
      const corrections = await correctionsOf(store, found.posts, view.now)
      return send(request, reply, archivePage(view, query, { ...found, corrections }))
    })

    app.get(root + aboutPath(language), (request, reply) =>
      send(request, reply, aboutPage(viewFor(request, language))),
    )
    app.get(root + accessibilityPath(language), (request, reply) =>
      send(request, reply, accessibilityPage(viewFor(request, language))),
    )
    app.get(`${root}/*`, (request, reply) => sendNotFound(request, reply, language))
  }

  if (cards) registerCards(app, { ...options, cards }, maxAge, sendNotFound)
  registerWebFiles(app)
  const tools: PageTools = { viewFor, send, sendOnce, sendNotFound, web }
  registerMapTerms(app, tools, maxAge)
  registerMapArchive(
    app,
    () => options.mapSource?.()?.pmtiles,
    (request, reply) => sendNotFound(request, reply, 'sv'),
  )
  registerReportForm(app, options, tools)
  registerDisplay(app, { ...options, css }, tools)
  registerStatistics(app, options, tools)
  registerFollowing(app, options, tools)
  const { bookings } = options
  if (bookings) registerBooking(app, { ...options, bookings }, tools)
  const { loans } = options
  if (bookings && loans) registerLoans(app, { ...options, bookings, loans }, tools)

  const { staff } = options
  if (staff) {
    const staffCss = staffStylesheet()
    serveStylesheet(app, staffCss)
    const urls = { cssUrl: css.url, staffCssUrl: staffCss.url }
    registerStaff(app, { ...options, staff }, tools, urls)
  }

  const { api, problems = {} } = options
  if (api) {
    app.get('/api/docs', (request, reply) =>
      send(request, reply, apiDocsPage(viewFor(request, 'en'), api, problems)),
    )
  }

  serveStylesheet(app, css)
  app.get('/favicon.svg', (_request, reply) =>
    reply
      .header('cache-control', 'public, max-age=86400')
      .header('content-type', 'image/svg+xml')
      .send(favicon),
  )

  async function postsOf(stationId: StationFacts['station']['id']): Promise<StationFacts['posts']> {
    const posts = await postsAbout(store, stationId, { saidBy: clock(), limit: STATION_POSTS })
    const corrections = await correctionsOf(store, posts, clock())
    return Promise.all(
      posts.map(async (post) => {
        const decisions = await store.decisions({
          postKey: post.key,
          // Of a digest those that are about this one.
          ...(post.stationId === undefined && { stationId }),
          limit: DECISIONS_PER_POST,
        })
        const correction = corrections.get(post.key)
        return { post, decisions, ...(correction && { correction }) }
      }),
    )
  }
}

function languageOf(url: string): Language {
  return parseLanguage(/^\/(\w+)(?:[/?]|$)/.exec(url)?.[1]) ?? 'sv'
}
