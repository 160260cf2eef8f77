/** Signing in and out by the municipality's own directory: away, and back. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { MOST_ID_TOKEN, type StaffDesk } from '#src/store/staff-desk.ts'
import { html, type Html } from '../html.ts'
import { seeOther } from '../report-form.ts'
import type { BegunSignOn, SingleSignOn } from '../site.ts'
import { goIn, signedOutPath, signInPage, type Directory, type Tried } from './sign-in.ts'
import { staffLayout, type DoorView } from './staff-layout.ts'
import {
  SIGN_IN_PATH,
  SIGN_OUT_PATH,
  SIGN_OUT_THERE_PATH,
  SINGLE_SIGN_ON_PATH,
  STAFF_LANGUAGES,
  staffPath,
  type StaffLanguage,
} from './staff-menu.ts'
import { safeTill, type StaffPages } from './staff-page.ts'
import { STAFF_WORDS } from './staff-words.ts'

/** The addresses that the directory is told to lead back to, in and out. */
const BACK = `${SINGLE_SIGN_ON_PATH.sv}/svar`
const SIGNED_OUT = `${SIGN_OUT_PATH.sv}/klar`
/** Nothing to be known by: the directory asks. */
const NO_TOKEN = '-'
const MINUTES_AWAY = 10

interface Away extends BegunSignOn {
  readonly language: StaffLanguage
  readonly till?: string
}

export function registerSingleSignOn(
  app: FastifyInstance,
  pages: StaffPages,
  options: {
    readonly desk: StaffDesk
    readonly publicUrl: string
    readonly singleSignOn: SingleSignOn
  },
): Directory {
  const { desk, singleSignOn } = options
  const root = options.publicUrl.replace(/\/+$/, '')
  const isTls = root.startsWith('https:')
  const [away, leaving] = [shortCookie('away', isTls), shortCookie('leaving', isTls)]
  const again = (request: FastifyRequest, language: StaffLanguage, tried: Tried) =>
    signInPage(pages.viewFor(request, language), { isDemo: false, hasSingleSignOn: true }, tried)

  for (const language of STAFF_LANGUAGES) {
    app.get<{ Querystring: Record<string, unknown> }>(
      staffPath(SINGLE_SIGN_ON_PATH, language),
      async (request, reply) => {
        const till = safeTill(request.query['till'])
        try {
          const { url, begun } = await singleSignOn.begin(root + BACK)
          const kept: Away = { ...begun, language, ...(till !== undefined && { till }) }
          void reply.header('set-cookie', away.set(writeAway(kept)))
          return seeOther(reply, url)
        } catch (error) {
          request.log.error({ err: error }, 'the directory for sign-in does not answer')
          const fault = STAFF_WORDS[language].directoryAway
          return pages.send(reply.code(503), again(request, language, { till, fault }))
        }
      },
    )
  }

  app.get(BACK, async (request, reply) => {
    const kept = parseAway(away.in(request) ?? '')
    const { language = 'sv', till } = kept ?? {}
    const words = STAFF_WORDS[language]
    const refuse = (status: number, fault: string) =>
      pages.send(reply.code(status), again(request, language, { till, fault }))
    void reply.header('set-cookie', away.over)
    if (!kept) return refuse(400, words.directoryRefused)
    const person = await singleSignOn.finish(root + request.url, kept)
    if (person.kind === 'refused') {
      request.log.warn({ because: person.because }, 'a sign-in by the directory was refused')
      return refuse(400, words.directoryRefused)
    }
    if (person.kind === 'no-role') return refuse(403, words.noRole(person.name))
    const signed = await desk.signInKnown(person)
    if (signed.kind !== 'in') return refuse(403, words.directoryRefused)
    return goIn(reply, signed, language, till)
  })

  const over = (reply: FastifyReply, language: StaffLanguage, did: 'out' | 'alone') => {
    void reply.header('set-cookie', leaving.over)
    return seeOther(reply, signedOutPath(language, did))
  }
  for (const language of STAFF_LANGUAGES) {
    app.get(staffPath(SIGN_OUT_THERE_PATH, language), async (request, reply) => {
      const kept = leaving.in(request)
      if (kept === undefined) return seeOther(reply, staffPath(SIGN_IN_PATH, language))
      const idToken = kept === NO_TOKEN ? '' : kept
      try {
        const url = await singleSignOn.end(idToken, root + SIGNED_OUT, language)
        if (url === undefined) return over(reply, language, 'out')
        // Not by a redirect: browsers hold a form, and where it leads on to, to the page's content policy.
        void reply.header('refresh', `0; url=${url}`)
        return pages.send(reply, leavingPage(pages.viewFor(request, language), url))
      } catch (error) {
        request.log.warn(
          { err: error },
          'the directory for sign-in does not answer; signed out here',
        )
        return over(reply, language, 'alone')
      }
    })
  }

  app.get<{ Querystring: Record<string, unknown> }>(SIGNED_OUT, (request, reply) => {
    const language = STAFF_LANGUAGES.find((one) => one === request.query['state']) ?? 'sv'
    return over(reply, language, 'out')
  })

  return {
    signOut(reply, language, idToken) {
      void reply.header('set-cookie', leaving.set(idToken || NO_TOKEN))
      return seeOther(reply, staffPath(SIGN_OUT_THERE_PATH, language))
    },
  }
}

function leavingPage(view: DoorView, url: string): Html {
  const words = STAFF_WORDS[view.language]
  return staffLayout(view, {
    title: words.signedOutHere,
    body: html`<div class="sign-in">
      <h1>${words.signedOutHere}</h1>
      <p class="lead">${words.signOutThereLead}</p>
      <p><a class="button" href="${url}">${words.signOutThere}</a></p>
    </div>`,
  })
}

/** Of those who are on their way: to the directory, or out. Gone when they are back. */
function shortCookie(name: string, isTls: boolean) {
  const full = isTls ? `__Host-kvitter-${name}` : `kvitter_${name}`
  const pattern = new RegExp(`(?:^|;\\s*)${full}=([A-Za-z0-9._-]{1,${MOST_ID_TOKEN}})(?:;|$)`)
  const line = (value: string, seconds: number) =>
    `${full}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${isTls ? '; Secure' : ''}`
  return {
    set: (value: string) => line(value, MINUTES_AWAY * 60),
    over: line('', 0),
    in: ({ headers }: FastifyRequest) => pattern.exec(headers.cookie ?? '')?.[1],
  }
}

const writeAway = (kept: Away) => Buffer.from(JSON.stringify(kept)).toString('base64url')

/** Undefined for what nobody here wrote. */
function parseAway(value: string): Away | undefined {
  try {
    const kept = JSON.parse(Buffer.from(value, 'base64url').toString()) as Partial<Away>
    const { state, nonce, verifier } = kept
    const language = STAFF_LANGUAGES.find((one) => one === kept.language)
    if (!state || !nonce || !verifier || !language) return undefined
    const till = safeTill(kept.till)
    return { state, nonce, verifier, language, ...(till !== undefined && { till }) }
  } catch {
    return undefined
  }
}
