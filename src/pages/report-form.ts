/** The routes of the QR codes: the page, the press of a button, and what it did. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { RESIDENT_KINDS } from '#src/rules/record.ts'
import { LANGUAGES, languageRoot } from '#src/stations/fraction.ts'
import {
  type ContainerId,
  parseContainerId,
  parseStationId,
  stationIdIn,
} from '#src/stations/ids.ts'
import type { Container, Station } from '#src/stations/station.ts'
import { DAY, MINUTE, SECOND } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import { originOf } from '#src/store/own-origin.ts'
import type { Client } from '#src/store/reporters.ts'
import {
  isNotTaken,
  type NotTaken,
  type ResidentKind,
  standingsAbout,
} from '#src/store/report-desk.ts'
import {
  refusedReportPage,
  reportPage,
  reportPath,
  toldPage,
  TOLD,
  tooManyReportsPage,
  unknownCodePage,
  type Labelled,
} from './report-page.ts'
import { link, type PageTools, type PagesOptions } from './site.ts'

/** Set when somebody reports, and at no other time: the same phone counts once. */
const COOKIE = 'kvitter_report'
const COOKIE_SECONDS = DAY / SECOND
const MOST_FORM_BYTES = 1024

interface Coded {
  readonly Params: { readonly code: string }
}

export function registerReportForm(
  app: FastifyInstance,
  options: PagesOptions,
  pages: PageTools,
): void {
  const { journal, reports } = options
  const { sendOnce } = pages
  const isTls = options.publicUrl.startsWith('https:')

  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: MOST_FORM_BYTES },
    (_request, body, done) => done(null, new URLSearchParams(body as string)),
  )

  for (const language of LANGUAGES) {
    const root = languageRoot(language)

    const sendUnknown = (request: FastifyRequest<Coded>, reply: FastifyReply) => {
      const station = findStation(journal.town, request.params.code)
      return sendOnce(reply, 404, unknownCodePage(pages.viewFor(request, language), station))
    }

    app.get<Coded>(`${root}/q/:code`, (request, reply) => {
      const labelled = findLabelled(journal.town, request.params.code)
      if (!labelled) return sendUnknown(request, reply)
      return pages.send(request, reply, reportPage(pages.viewFor(request, language), labelled))
    })

    /** What a button says of a container: refused here where it can't be done, else settled by who asked. */
    const onPress = <Taken extends { readonly kind: string }>(
      path: string,
      act: (
        container: ContainerId,
        kind: ResidentKind,
        client: Client,
      ) => Promise<Taken | NotTaken>,
      settle: (reply: FastifyReply, taken: Taken) => string,
    ) => {
      app.post<Coded>(path, async (request, reply) => {
        const labelled = findLabelled(journal.town, request.params.code)
        if (!labelled) return sendUnknown(request, reply)
        const view = pages.viewFor(request, language)
        const kind = kindIn(request.body)
        if (kind === undefined || isFromElsewhere(request, options.publicUrl)) {
          return sendOnce(reply, kind === undefined ? 400 : 403, refusedReportPage(view, labelled))
        }
        const answer = await act(labelled.container.id, kind, clientOf(request))
        if (isNotTaken(answer)) {
          if (answer.kind === 'no-such-container') return sendUnknown(request, reply)
          const minutes = tellWait(reply, answer.afterMs)
          return sendOnce(reply, 429, tooManyReportsPage(view, labelled, minutes))
        }
        const did = settle(reply, answer)
        const told = link(view, reportPath(labelled.container))
        return seeOther(reply, `${told}/told?kind=${kind}&did=${did}`)
      })
    }

    onPress(
      `${root}/q/:code`,
      (...asked) => reports.report(...asked),
      (reply, { did, token }) => {
        const secure = isTls ? '; Secure' : ''
        void reply.header(
          'set-cookie',
          `${COOKIE}=${token}; Path=/; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Lax${secure}`,
        )
        return did
      },
    )

    onPress(
      `${root}/q/:code/undo`,
      (...asked) => reports.undo(...asked),
      (_reply, { kind }) => kind,
    )

    app.get<Coded & { Querystring: Record<string, unknown> }>(
      `${root}/q/:code/told`,
      (request, reply) => {
        const labelled = findLabelled(journal.town, request.params.code)
        if (!labelled) return sendUnknown(request, reply)
        const view = pages.viewFor(request, language)
        const kind = RESIDENT_KINDS.find((word) => word === request.query['kind'])
        const did = TOLD.find((word) => word === request.query['did'])
        if (!kind || !did) return reply.redirect(link(view, reportPath(labelled.container)), 303)
        const standings = standingsAbout(journal, labelled.container.id)
        return sendOnce(reply, 200, toldPage(view, labelled, { kind, did, standings }))
      },
    )
  }
}

/** By the code as it is printed, or as somebody typed it. */
function findLabelled(town: TownIndex, code: string): Labelled | undefined {
  const id = parseContainerId(code)
  const container = (id && town.containers.get(id)) ?? findTyped(town, code.trim().toLowerCase())
  const station = container && town.stations.get(container.stationId)
  return station && { container, station }
}

function findTyped(town: TownIndex, typed: string): Container | undefined {
  for (const [id, container] of town.containers) if (id.toLowerCase() === typed) return container
  return undefined
}

/** The station that a code begins with, though it has no such container. */
function findStation(town: TownIndex, code: string): Station | undefined {
  const container = parseContainerId(code)
  const id = parseStationId(code) ?? (container && stationIdIn(container))
  return id && town.stations.get(id)
}

function kindIn(body: unknown) {
  const said = body instanceof URLSearchParams ? body.get('kind') : undefined
  return RESIDENT_KINDS.find((kind) => kind === said)
}

/** Another site's form must not speak for whoever looks at it. */
export function isFromElsewhere(request: FastifyRequest, publicUrl: string): boolean {
  return originOf(request.headers, publicUrl) === 'elsewhere'
}

/** Pages that tell no referrer send no origin either. What their address holds nobody else knows. */
export function isForeignPress(request: FastifyRequest, publicUrl: string): boolean {
  const isMute =
    request.headers.origin === 'null' && request.headers['sec-fetch-site'] === undefined
  return !isMute && isFromElsewhere(request, publicUrl)
}

/** After a form, a page that can be loaded again without sending it again. */
export function seeOther(reply: FastifyReply, path: string): FastifyReply {
  return reply.code(303).header('cache-control', 'no-store').header('location', path).send()
}

/** Says when to ask again, and gives it in whole minutes, for a person. */
export function tellWait(reply: FastifyReply, afterMs: number): number {
  void reply.header('retry-after', String(Math.ceil(afterMs / SECOND)))
  return Math.ceil(afterMs / MINUTE)
}

function clientOf(request: FastifyRequest): Client {
  const token = tokenIn(request)
  return {
    address: request.ip,
    userAgent: request.headers['user-agent'] ?? '',
    ...(token !== undefined && { token }),
  }
}

function tokenIn(request: FastifyRequest): string | undefined {
  const cookies = request.headers.cookie ?? ''
  return new RegExp(`(?:^|;\\s*)${COOKIE}=([A-Za-z0-9_-]{22})(?:;|$)`).exec(cookies)?.[1]
}
