/** Signing in by the municipality's own directory: away, and back. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { StaffDesk } from '#src/store/staff-desk.ts'
import { seeOther } from '../report-form.ts'
import type { BegunSignOn, SingleSignOn } from '../site.ts'
import { goIn, signInPage, type Tried } from './sign-in.ts'
import {
  SINGLE_SIGN_ON_PATH,
  STAFF_LANGUAGES,
  staffPath,
  type StaffLanguage,
} from './staff-menu.ts'
import { safeTill, type StaffPages } from './staff-page.ts'
import { STAFF_WORDS } from './staff-words.ts'

/** The one address that the directory is told to lead back to. */
const BACK = `${SINGLE_SIGN_ON_PATH.sv}/svar`
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
): void {
  const { desk, singleSignOn } = options
  const root = options.publicUrl.replace(/\/+$/, '')
  const away = cookieOfAway(root.startsWith('https:'))
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
          void reply.header('set-cookie', away.set(kept))
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
    const kept = away.in(request)
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
}

/** A cookie of its own, gone when one is back. Whoever reads it is the one who began. */
function cookieOfAway(isTls: boolean) {
  const name = isTls ? '__Host-kvitter-away' : 'kvitter_away'
  const pattern = new RegExp(`(?:^|;\\s*)${name}=([A-Za-z0-9_-]{20,3000})(?:;|$)`)
  const line = (value: string, seconds: number) =>
    `${name}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${isTls ? '; Secure' : ''}`
  return {
    set: (kept: Away) =>
      line(Buffer.from(JSON.stringify(kept)).toString('base64url'), MINUTES_AWAY * 60),
    over: line('', 0),
    in({ headers }: FastifyRequest): Away | undefined {
      const value = pattern.exec(headers.cookie ?? '')?.[1]
      return value === undefined ? undefined : parseAway(value)
    },
  }
}

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
