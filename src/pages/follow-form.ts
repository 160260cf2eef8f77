/** The routes of following: the form, what was sent, the links in letters, and what browsers' scripts fetch. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LANGUAGES, languageRoot, type Language } from '#src/stations/fraction.ts'
import { parseStationId, type StationId } from '#src/stations/ids.ts'
import { parseWish, type SubscriberDesk } from '#src/store/subscriber-desk.ts'
import { followLink, followPath } from '#src/wording/follow-path.ts'
import {
  askedPage,
  confirmPage,
  endedPage,
  followPage,
  goneLinkPage,
  managePage,
  refusedAskingPage,
  tooManyAskingsPage,
  type Chosen,
  type FollowFault,
} from './follow-page.ts'
import { isFromElsewhere, seeOther, tellWait } from './report-form.ts'
import { link, type FollowWays, type PageTools, type PagesOptions } from './site.ts'
import { allowScripts, sendWorker } from './web-files.ts'

/** Every station of a county, checked. */
const MOST_FORM_BYTES = 64 * 1024
const NO_WAYS: FollowWays = { email: false }

type Tokened = { Params: { readonly token: string }; Querystring: Record<string, unknown> }

export function registerFollowing(
  app: FastifyInstance,
  options: PagesOptions,
  pages: PageTools,
): void {
  const { journal, follow: following, publicUrl } = options
  const { viewFor, send, sendOnce, sendNotFound } = pages
  const ways = following?.ways ?? NO_WAYS
  const { web } = pages
  const script = web.island('follow')

  /** Only notifications need a script. */
  function allowScript(reply: FastifyReply): void {
    if (ways.pushKey !== undefined) allowScripts(reply)
  }

  async function accountOf(station?: StationId) {
    const account = await options.fediverse?.(station)
    return account && { account }
  }

  for (const language of LANGUAGES) {
    const root = languageRoot(language)
    const path = root + followPath(language)

    app.get(path, async (request, reply) => {
      const account = await accountOf()
      allowScript(reply)
      const view = viewFor(request, language)
      return send(request, reply, followPage(view, { ways, script, ...account }))
    })

    app.get<{ Params: { id: string } }>(
      `${root}/s/:id${followPath(language)}`,
      async (request, reply) => {
        const station = journal.town.stations.get(parseStationId(request.params.id)!)
        if (!station) return sendNotFound(request, reply, language)
        const account = await accountOf(station.id)
        allowScript(reply)
        const view = viewFor(request, language)
        return send(request, reply, followPage(view, { ways, script, station, ...account }))
      },
    )
    if (following) registerLanguage(language, path, following.desk)
  }

  function registerLanguage(language: Language, path: string, desk: SubscriberDesk): void {
    const refuse = (request: FastifyRequest, reply: FastifyReply) =>
      sendOnce(reply, 403, refusedAskingPage(viewFor(request, language)))

    app.post(path, { bodyLimit: MOST_FORM_BYTES }, async (request, reply) => {
      if (!ways.email) return sendNotFound(request, reply, language)
      if (isFromElsewhere(request, publicUrl)) return refuse(request, reply)
      const view = viewFor(request, language)
      const chosen = chosenIn(request.body)
      const sayAgain = (fault: FollowFault) => {
        allowScript(reply)
        return sendOnce(reply, 400, followPage(view, { ways, script, chosen, fault }))
      }
      const parsed = parseWish(chosen, journal.town)
      if (parsed.kind === 'faulty') return sayAgain('choice')
      const asked = await desk.askByEmail(chosen.email ?? '', parsed.wish, request.ip)
      if (asked.kind === 'refused') return sayAgain('address')
      if (asked.kind === 'limited') {
        const minutes = tellWait(reply, asked.afterMs)
        return sendOnce(reply, 429, tooManyAskingsPage(view, minutes))
      }
      return seeOther(reply, link(view, `${followPath(language)}/asked`))
    })
    app.get(`${path}/asked`, (request, reply) =>
      sendOnce(reply, 200, askedPage(viewFor(request, language))),
    )
    app.get(`${path}/ended`, (request, reply) =>
      sendOnce(reply, 200, endedPage(viewFor(request, language))),
    )

    app.get<Tokened>(`${path}/:token`, async (request, reply) => {
      const view = viewFor(request, language)
      const opened = await desk.open(request.params.token)
      if (!opened) return sendOnce(reply, 404, goneLinkPage(view))
      if (opened.kind === 'to-confirm') return sendOnce(reply, 200, confirmPage(view, opened.wish))
      const did = (['confirmed', 'saved'] as const).find((word) => word === request.query['did'])
      return sendOnce(reply, 200, managePage(view, opened, did))
    })

    app.post<Tokened>(`${path}/:token`, { bodyLimit: MOST_FORM_BYTES }, async (request, reply) => {
      if (isFromElsewhere(request, publicUrl)) return refuse(request, reply)
      const view = viewFor(request, language)
      const { token } = request.params
      const toPage = (token: string, did: string) =>
        seeOther(reply, link(view, `${followPath(language)}/${token}?did=${did}`))
      const gone = () => sendOnce(reply, 404, goneLinkPage(view))
      switch (textIn(request.body, 'do')) {
        case 'confirm': {
          const toManage = await desk.confirm(token)
          return toManage === undefined ? gone() : toPage(toManage, 'confirmed')
        }
        case 'save': {
          const parsed = parseWish(chosenIn(request.body), journal.town)
          if (parsed.kind === 'faulty') return refuse(request, reply)
          return (await desk.change(token, parsed.wish)) ? toPage(token, 'saved') : gone()
        }
        case 'end':
          await desk.end(token)
          return seeOther(reply, link(view, `${followPath(language)}/ended`))
        default:
          return refuse(request, reply)
      }
    })
  }

  if (!following) return
  const { desk } = following

  // Mail programs press for whoever reads (RFC 8058): from anywhere, with either kind of form.
  app.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer', bodyLimit: 4096 },
    (_request, _body, done) => done(null, undefined),
  )
  app.post<Tokened>(`${followPath('sv')}/:token/end`, async (request, reply) => {
    await desk.end(request.params.token)
    return reply
      .header('cache-control', 'no-store')
      .header('content-type', 'text/plain; charset=utf-8')
      .send('OK\n')
  })
  app.get<Tokened>(`${followPath('sv')}/:token/end`, (request, reply) =>
    seeOther(reply, `${followPath('sv')}/${encodeURIComponent(request.params.token)}`),
  )

  if (ways.pushKey === undefined) return
  app.post(`${followPath('sv')}/push`, { bodyLimit: MOST_FORM_BYTES }, async (request, reply) => {
    void reply.header('cache-control', 'no-store')
    if (isFromElsewhere(request, publicUrl)) return reply.code(403).send({ kind: 'refused' })
    const said = subscriptionIn(request.body)
    const parsed = said && parseWish(said.wish, journal.town)
    if (parsed?.kind !== 'ok') return reply.code(400).send({ kind: 'refused' })
    const asked = await desk.askByPush(said!.target, parsed.wish, request.ip)
    if (asked.kind === 'limited') tellWait(reply, asked.afterMs)
    if (asked.kind !== 'follows') {
      return reply.code(asked.kind === 'limited' ? 429 : 400).send({ kind: 'refused' })
    }
    const url = followLink('', parsed.wish.language, asked.token)
    return reply.send({ url: `${url}?did=confirmed` })
  })
  const worker = web.worker('push-worker')
  app.get('/push-worker.js', (_request, reply) => sendWorker(reply, worker))
}

function textIn(body: unknown, name: string): string {
  return body instanceof URLSearchParams ? (body.get(name) ?? '') : ''
}

function chosenIn(body: unknown): Chosen {
  const all = (name: string) => (body instanceof URLSearchParams ? body.getAll(name) : [])
  return {
    language: textIn(body, 'language'),
    stations: all('station'),
    fractions: all('fraction'),
    email: textIn(body, 'email').slice(0, 300),
  }
}

/** What our script sends; undefined for anything else. */
function subscriptionIn(body: unknown) {
  if (typeof body !== 'object' || body === null) return undefined
  const { endpoint, p256dh, auth, language, stations, fractions } = body as Record<string, unknown>
  const isText = (value: unknown): value is string => typeof value === 'string'
  const areTexts = (value: unknown): value is string[] =>
    Array.isArray(value) && value.every(isText)
  if (!isText(endpoint) || !isText(p256dh) || !isText(auth) || !isText(language)) return undefined
  if (!areTexts(stations) || !areTexts(fractions)) return undefined
  return { target: { endpoint, p256dh, auth }, wish: { language, stations, fractions } }
}
