/**
 * Registers the staff's pages, each for its roles and in both languages. Who isn't signed in is led to sign
 * in and back; who has another role is told so. What changes something has come from our own pages: the
 * session counts for nothing else (src/store/staff-desk.ts).
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { reaches, type Staff } from '#src/store/staff.ts'
import type { StaffDesk } from '#src/store/staff-desk.ts'
import { html, htmlText, type Html } from '../html.ts'
import { seeOther } from '../report-form.ts'
import type { PageTools } from '../site.ts'
import { allowScripts, type WebFiles } from '../web-files.ts'
import { staffLayout, type DoorView, type StaffView } from './staff-layout.ts'
import {
  signInPath,
  STAFF_LANGUAGES,
  staffPath,
  START,
  type StaffLanguage,
  type StaffPlace,
} from './staff-menu.ts'
import { STAFF_WORDS } from './staff-words.ts'

const MOST_FORM_BYTES = 64 * 1024

export interface StaffRequest extends FastifyRequest {
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, unknown>>
}

export interface RegisteredPlace extends StaffPlace {
  /** Our own scripts run there: the page has an island. */
  readonly scripts?: true
}

/** A page, sent as it is for nobody to keep; or the reply, when it has been answered. */
export type StaffHandler = (
  view: StaffView,
  request: StaffRequest,
  reply: FastifyReply,
) => Html | FastifyReply | Promise<Html | FastifyReply>

export type StaffFormHandler = (
  view: StaffView,
  form: URLSearchParams,
  request: StaffRequest,
  reply: FastifyReply,
) => Html | FastifyReply | Promise<Html | FastifyReply>

export interface StaffPages {
  get(place: RegisteredPlace, handler: StaffHandler): void
  /** A form's; answer with `seeOther` when it is done, or a page with its faults and `reply.code(400)`. */
  post(place: RegisteredPlace, handler: StaffFormHandler): void
  viewFor(request: FastifyRequest, language: StaffLanguage): DoorView
  send(reply: FastifyReply, page: Html): FastifyReply
  readonly web: WebFiles
}

export function staffPages(
  app: FastifyInstance,
  options: {
    readonly desk: Pick<StaffDesk, 'who'>
    readonly tools: Pick<PageTools, 'viewFor' | 'web'>
    readonly staffCssUrl: string
  },
): StaffPages {
  const { desk, staffCssUrl, tools } = options
  const pages: StaffPages = {
    viewFor(request, language) {
      const staff = desk.who(request.raw)
      const view = tools.viewFor(request, language)
      return { ...view, language, staffCssUrl, ...(staff && { staff }) }
    },
    send: sendStaffPage,
    web: tools.web,
    get(place, handler) {
      for (const language of STAFF_LANGUAGES) {
        app.get(staffPath(place.path, language), async (request, reply) => {
          const view = enter(place, language, request, reply)
          if (!view) return reply
          return answer(reply, await handler(view, request as StaffRequest, reply))
        })
      }
    },
    post(place, handler) {
      for (const language of STAFF_LANGUAGES) {
        app.post(
          staffPath(place.path, language),
          { bodyLimit: MOST_FORM_BYTES },
          async (request, reply) => {
            const view = enter(place, language, request, reply)
            if (!view) return reply
            const form =
              request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
            return answer(reply, await handler(view, form, request as StaffRequest, reply))
          },
        )
      }
    },
  }

  /** Undefined when the request has been answered. */
  function enter(
    { needs, scripts }: RegisteredPlace,
    language: StaffLanguage,
    request: FastifyRequest,
    reply: FastifyReply,
  ): StaffView | undefined {
    const view = pages.viewFor(request, language)
    const { staff } = view
    if (!staff) {
      seeOther(reply, signInPath(language, request.url))
      return undefined
    }
    if (!reaches(staff.role, needs)) {
      sendStaffPage(reply.code(403), forbiddenPage({ ...view, staff }))
      return undefined
    }
    if (scripts === true) allowScripts(reply)
    return { ...view, staff }
  }

  return pages
}

function answer(reply: FastifyReply, given: Html | FastifyReply | undefined): FastifyReply {
  // A reply that was waited for is undefined: it resolves when it has been sent.
  return reply.sent || given === reply ? reply : sendStaffPage(reply, given as Html)
}

/** Where to go after signing in: a path of our own, and nothing that a browser could take for another site. */
export function safeTill(till: unknown): string | undefined {
  if (typeof till !== 'string' || till.length > 500) return undefined
  return /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(till) ? till : undefined
}

function sendStaffPage(reply: FastifyReply, page: Html): FastifyReply {
  return reply
    .header('cache-control', 'no-store')
    .header('content-type', 'text/html; charset=utf-8')
    .send(htmlText(page))
}

function forbiddenPage(view: StaffView & { readonly staff: Staff }): Html {
  const words = STAFF_WORDS[view.language]
  return staffLayout(view, {
    title: words.forbiddenTitle,
    body: html`<div class="prose">
      <h1>${words.forbiddenTitle}</h1>
      <p class="lead">${words.forbidden(words.roles[view.staff.role])}</p>
      <p><a class="button" href="${staffPath(START.path, view.language)}">${words.toStart}</a></p>
    </div>`,
  })
}
