/** Signing in and out, by forms that need no script. In a demo, any role by one tap. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { originOf } from '#src/store/own-origin.ts'
import { parseRole, ROLES } from '#src/store/staff.ts'
import type { SignedIn, StaffDesk } from '#src/store/staff-desk.ts'
import { html, type Html } from '../html.ts'
import { seeOther, tellWait } from '../report-form.ts'
import { faultNote, faultSummary, hidden, textField } from './form-parts.ts'
import { staffLayout, type DoorView } from './staff-layout.ts'
import {
  homePath,
  SIGN_IN_PATH,
  SIGN_OUT_PATH,
  SINGLE_SIGN_ON_PATH,
  STAFF_LANGUAGES,
  staffPath,
  type StaffLanguage,
} from './staff-menu.ts'
import { safeTill, type StaffPages } from './staff-page.ts'
import { doneNote } from './staff-parts.ts'
import { STAFF_WORDS } from './staff-words.ts'

const MOST_FORM_BYTES = 4096

export interface Tried {
  readonly till?: string | undefined
  readonly login?: string
  readonly fault?: string
  readonly did?: string
}

/** Where the municipality's directory lets people in as well. */
export interface Directory {
  /** Sends a browser on that has signed out here. */
  signOut(reply: FastifyReply, language: StaffLanguage, idToken: string): FastifyReply
}

export function registerSignIn(
  app: FastifyInstance,
  pages: StaffPages,
  options: {
    readonly desk: StaffDesk
    readonly publicUrl: string
    readonly isDemo: boolean
    readonly directory: Directory | undefined
  },
): void {
  const { desk, publicUrl, isDemo, directory } = options
  const ways = { isDemo, hasSingleSignOn: directory !== undefined }
  const isOwn = ({ headers }: FastifyRequest) => originOf(headers, publicUrl) === 'own'

  for (const language of STAFF_LANGUAGES) {
    const words = STAFF_WORDS[language]
    const show = (request: FastifyRequest, reply: FastifyReply, tried: Tried) =>
      pages.send(reply, signInPage(pages.viewFor(request, language), ways, tried))

    app.get<{ Querystring: Record<string, unknown> }>(
      staffPath(SIGN_IN_PATH, language),
      (request, reply) => {
        const till = safeTill(request.query['till'])
        const staff = desk.who(request.raw)
        if (staff && till === undefined) return seeOther(reply, homePath(staff.role, language))
        const notes = new Map<unknown, string>([
          ['out', words.signedOut],
          ['alone', words.signedOutAlone],
        ])
        const did = notes.get(request.query['did'])
        return show(request, reply, { till, ...(did !== undefined && { did }) })
      },
    )

    app.post(
      staffPath(SIGN_IN_PATH, language),
      { bodyLimit: MOST_FORM_BYTES },
      async (request, reply) => {
        const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
        const till = safeTill(form.get('till'))
        const login = (form.get('login') ?? '').slice(0, 100)
        const again = (status: number, fault: string) =>
          show(request, reply.code(status), { till, login, fault })
        const askCode = (tried: Tried & { readonly ticket: string }) =>
          pages.send(reply, codePage(pages.viewFor(request, language), tried))
        if (!isOwn(request)) return again(403, words.elsewhere)

        const ticket = form.get('ticket')
        const role = isDemo ? parseRole(form.get('role') ?? undefined) : undefined
        const signed =
          role !== undefined
            ? await desk.signInAs(role)
            : ticket !== null
              ? await desk.signInByCode(ticket, form.get('code') ?? '', request.ip)
              : await desk.signIn(login, form.get('password') ?? '', request.ip)
        if (signed.kind === 'code-needed') return askCode({ till, ticket: signed.ticket })
        if (signed.kind === 'refused' && ticket !== null) {
          void reply.code(400)
          return askCode({ till, ticket, fault: words.wrongCode })
        }
        if (signed.kind === 'refused') return again(400, words.wrong)
        if (signed.kind === 'limited') {
          return again(429, words.wait(tellWait(reply, signed.afterMs)))
        }
        return goIn(reply, signed, language, till)
      },
    )

    app.get(staffPath(SIGN_OUT_PATH, language), (request, reply) =>
      pages.send(reply, signOutPage(pages.viewFor(request, language))),
    )
    app.post(
      staffPath(SIGN_OUT_PATH, language),
      { bodyLimit: MOST_FORM_BYTES },
      async (request, reply) => {
        if (!isOwn(request)) {
          return pages.send(reply.code(403), signOutPage(pages.viewFor(request, language)))
        }
        const { setCookie, idToken } = await desk.signOut(request.raw)
        void reply.header('set-cookie', setCookie)
        return directory && idToken !== undefined
          ? directory.signOut(reply, language, idToken)
          : seeOther(reply, signedOutPath(language, 'out'))
      },
    )
  }
}

/** `alone`: not at the directory. */
export function signedOutPath(language: StaffLanguage, did: 'out' | 'alone'): string {
  return `${staffPath(SIGN_IN_PATH, language)}?did=${did}`
}

export function goIn(
  reply: FastifyReply,
  { staff, setCookie }: SignedIn & { kind: 'in' },
  language: StaffLanguage,
  till: string | undefined,
): FastifyReply {
  void reply.header('set-cookie', setCookie)
  return seeOther(reply, till ?? homePath(staff.role, language))
}

export function signInPage(
  view: DoorView,
  ways: { readonly isDemo: boolean; readonly hasSingleSignOn: boolean },
  tried: Tried,
): Html {
  const { language } = view
  const words = STAFF_WORDS[language]
  const { fault, login = '', did } = tried
  const action = staffPath(SIGN_IN_PATH, language)
  const till = tried.till !== undefined && hidden('till', tried.till)
  return staffLayout(view, {
    title: fault === undefined ? words.signIn : `${words.faultPrefix} ${words.signIn}`,
    path: SIGN_IN_PATH,
    body: html`<div class="sign-in">
      ${faultNote(words.errorTitle, fault)} ${doneNote(did)}
      <h1>${words.signIn}</h1>
      <p class="lead">${words.signInLead}</p>
      ${ways.isDemo && demoPart(view, till)}
      ${ways.hasSingleSignOn && directoryPart(view, tried.till)}
      <form method="post" action="${action}" class="panel">
        ${till}
        <p class="field">
          <label for="login">${words.login}</label>
          <input
            id="login"
            name="login"
            value="${login}"
            autocomplete="username"
            autocapitalize="none"
            spellcheck="false"
            required
          />
        </p>
        <p class="field">
          <label for="password">${words.password}</label>
          <input
            id="password"
            name="password"
            type="password"
            autocomplete="current-password"
            required
          />
        </p>
        <p><button>${words.signIn}</button></p>
      </form>
      <p class="small">${words.forgotten}</p>
    </div>`,
  })
}

/** After a password that fits: the code of an app, or one on paper. */
function codePage(view: DoorView, tried: Tried & { readonly ticket: string }): Html {
  const { language } = view
  const words = STAFF_WORDS[language]
  const { fault, ticket, till } = tried
  const faults = fault === undefined ? [] : [{ field: 'code', text: fault }]
  return staffLayout(view, {
    title: fault === undefined ? words.codeTitle : `${words.faultPrefix} ${words.codeTitle}`,
    body: html`<div class="sign-in">
      ${faultSummary(words.errorTitle, faults)}
      <h1>${words.codeTitle}</h1>
      <p class="lead">${words.codeLead}</p>
      <form method="post" action="${staffPath(SIGN_IN_PATH, language)}" class="panel">
        ${till !== undefined && hidden('till', till)} ${hidden('ticket', ticket)}
        ${textField({
          name: 'code',
          label: words.code,
          hint: words.codeHint,
          autocomplete: 'one-time-code',
          faults,
        })}
        <p><button>${words.signIn}</button></p>
      </form>
      <p><a href="${staffPath(SIGN_IN_PATH, language)}">${words.startOver}</a></p>
    </div>`,
  })
}

function directoryPart({ language }: DoorView, till: string | undefined): Html {
  const path = staffPath(SINGLE_SIGN_ON_PATH, language)
  const query = till === undefined ? '' : `?till=${encodeURIComponent(till)}`
  return html`<p>
    <a class="button" href="${path + query}">${STAFF_WORDS[language].byDirectory}</a>
  </p>`
}

function demoPart({ language }: DoorView, till: Html | false): Html {
  const words = STAFF_WORDS[language]
  return html`<form
    method="post"
    action="${staffPath(SIGN_IN_PATH, language)}"
    class="panel demo-roles"
    aria-labelledby="demo"
  >
    <h2 id="demo">${words.demoTitle}</h2>
    <p>${words.demoLead}</p>
    ${till}
    <p class="choices">
      ${ROLES.map((role) => html`<button name="role" value="${role}">${words.demoAs[role]}</button>`)}
    </p>
  </form>`
}

function signOutPage(view: DoorView): Html {
  const words = STAFF_WORDS[view.language]
  return staffLayout(view, {
    title: words.signOut,
    path: SIGN_OUT_PATH,
    body: html`<div class="sign-in">
      <h1>${words.signOutTitle}</h1>
      <form method="post" action="${staffPath(SIGN_OUT_PATH, view.language)}">
        <p><button>${words.signOut}</button></p>
      </form>
    </div>`,
  })
}
