/**
 * Sign-in by the municipality's own directory (OpenID Connect, authorization code with PKCE). It tells who
 * somebody is and which groups they are in; what a group may do is ours to say.
 */
import * as client from 'openid-client'
import type { Role } from '#src/store/staff.ts'

export interface OidcSettings {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** The claim that holds the groups, such as `groups`. */
  readonly claim: string
  /** What each group may do; of several the first counts. */
  readonly roles: readonly { readonly group: string; readonly role: Role }[]
  /** Whether signing out here signs out there. */
  readonly signsOut: boolean
}

/** What the browser keeps while it is away at the directory's. */
export interface Begun {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

export type Known =
  | {
      readonly kind: 'known'
      /** Names somebody for good, wherever they move: issuer and subject. */
      readonly subject: string
      readonly name: string
      /** What they could be called here. */
      readonly login: string
      readonly role: Role
      /** To be shown there when they sign out; absent where nobody wants to see it. */
      readonly idToken?: string
    }
  /** They are who they are, and none of their groups may do anything here. */
  | { readonly kind: 'no-role'; readonly name: string }
  /** Not from where it was begun, too late, or called off. */
  | { readonly kind: 'refused'; readonly because: string }

export interface SingleSignOn {
  /** Where to send the browser. Throws when the directory doesn't answer. */
  begin(redirectUri: string): Promise<{ readonly url: string; readonly begun: Begun }>
  /** `url` is the one that the browser came back to, as the world sees it. */
  finish(url: string, begun: Begun): Promise<Known>
  /**
   * Where to send a browser to be signed out there as well (OpenID Connect RP-Initiated Logout 1.0), undefined
   * where that isn't done. It comes back to `backTo` with `state`. Throws when the directory doesn't answer soon.
   */
  end(idToken: string, backTo: string, state: string): Promise<string | undefined>
}

const SCOPE = 'openid profile email'
const TIMEOUT_SECONDS = 10
/** Whoever goes home doesn't wait as long. */
const END_WITHIN_MS = 3000

export function openOidc(settings: OidcSettings): SingleSignOn {
  let found: Promise<client.Configuration> | undefined
  /** Asked when it is needed, so that we start while it is away; and again after it was. */
  const configuration = (): Promise<client.Configuration> => {
    const asked = (found ??= discover(settings))
    asked.catch(() => {
      if (found === asked) found = undefined
    })
    return asked
  }

  return {
    async begin(redirectUri) {
      const config = await configuration()
      const begun = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      }
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: SCOPE,
        state: begun.state,
        nonce: begun.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(begun.verifier),
        code_challenge_method: 'S256',
      })
      return { url: url.href, begun }
    },

    async finish(url, { state, nonce, verifier }) {
      let claims: Readonly<Record<string, unknown>>
      let idToken: string | undefined
      try {
        // Asked anew when we were started in between.
        const config = await configuration()
        const tokens = await client.authorizationCodeGrant(config, new URL(url), {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        })
        const told = tokens.claims()!
        claims = told
        if (settings.signsOut && config.serverMetadata().end_session_endpoint !== undefined) {
          idToken = tokens.id_token
        }
        // Some directories put no more than the subject into the token.
        if (told[settings.claim] === undefined && config.serverMetadata().userinfo_endpoint) {
          const more = await client.fetchUserInfo(config, tokens.access_token, told.sub)
          claims = { ...more, ...told }
        }
      } catch (error) {
        return { kind: 'refused', because: (error as Error).message }
      }
      const known = knownBy(claims, settings)
      return known.kind === 'known' && idToken !== undefined ? { ...known, idToken } : known
    },

    async end(idToken, backTo, state) {
      if (!settings.signsOut) return undefined
      const config = await within(END_WITHIN_MS, configuration())
      if (config.serverMetadata().end_session_endpoint === undefined) return undefined
      const { href } = client.buildEndSessionUrl(config, {
        post_logout_redirect_uri: backTo,
        state,
        ...(idToken !== '' && { id_token_hint: idToken }),
      })
      return href
    },
  }
}

/** Rejects when it takes longer. */
async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    reject(new Error(`no answer within ${ms / 1000} s`))
  }, ms)
  return Promise.race([answer, promise]).finally(() => {
    clearTimeout(timer)
  })
}

function discover({ issuer, clientId, clientSecret }: OidcSettings): Promise<client.Configuration> {
  const isPlain = issuer.startsWith('http:')
  return client.discovery(new URL(issuer), clientId, clientSecret, undefined, {
    timeout: TIMEOUT_SECONDS,
    // Only on this machine: config.ts lets no other address without TLS through.
    ...(isPlain && { execute: [client.allowInsecureRequests] }),
  })
}

function knownBy(claims: Readonly<Record<string, unknown>>, { claim, roles }: OidcSettings): Known {
  const text = (name: string) => (typeof claims[name] === 'string' ? claims[name].trim() : '')
  const groups = [claims[claim]].flat().filter((group) => typeof group === 'string')
  const login = text('preferred_username') || text('email') || text('sub')
  const name = (text('name') || login).slice(0, 80)
  const role = roles.find(({ group }) => groups.includes(group))?.role
  if (!role) return { kind: 'no-role', name }
  return { kind: 'known', subject: `${text('iss')} ${text('sub')}`, name, login, role }
}
