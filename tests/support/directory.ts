/** A municipality's directory on loopback: a real OpenID provider, with people and their groups. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'

export interface DirectoryPerson {
  readonly name: string
  readonly preferred_username?: string
  readonly groups: readonly string[]
}

export interface Directory extends AsyncDisposable {
  readonly issuer: string
  /**
   * Goes there as a browser would, with the cookies that it has of it, and gives the address it is led back to.
   * Signs in as somebody when asked who it is; throws when that isn't said. Signs out when asked whether it wants to.
   */
  visit(url: string, login?: string, cookies?: Map<string, string>): Promise<string>
}

export const DIRECTORY_CLIENT = {
  clientId: 'kvitter',
  clientSecret: 'a-secret-of-32-characters-or-so!',
}

export async function startDirectory(options: {
  readonly redirectUri: string
  /** Where browsers may be led that have signed out; without it the directory announces no such thing. */
  readonly signedOutUri?: string
  /** Puts all that it knows of somebody into their token. */
  readonly wordyTokens?: boolean
  readonly people: Record<string, DirectoryPerson>
}): Promise<Directory> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: DIRECTORY_CLIENT.clientId,
        client_secret: DIRECTORY_CLIENT.clientSecret,
        redirect_uris: [options.redirectUri],
        ...(options.signedOutUri !== undefined && {
          post_logout_redirect_uris: [options.signedOutUri],
        }),
      },
    ],
    features: { rpInitiatedLogout: { enabled: options.signedOutUri !== undefined } },
    claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups'], email: [] },
    conformIdTokenClaims: options.wordyTokens !== true,
    cookies: { keys: ['only for tests'] },
    pkce: { required: () => true },
    findAccount: (_context: unknown, sub: string) => {
      const person = options.people[sub]
      return person && { accountId: sub, claims: async () => ({ sub, ...person }) }
    },
  })
  const answer = provider.callback()
  server.on('request', (request, response) => void answer(request, response))

  return {
    issuer,
    async visit(url, login, cookies = new Map()) {
      let next: { url: string; form?: URLSearchParams } = { url }
      while (next.url.startsWith(issuer)) {
        const answer: Response = await fetch(next.url, {
          redirect: 'manual',
          headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
          ...(next.form && { method: 'POST', body: next.form }),
        })
        for (const line of answer.headers.getSetCookie()) {
          const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
          if (value === '') cookies.delete(name!)
          else cookies.set(name!, value!)
        }
        const location = answer.headers.get('location')
        if (location !== null) {
          next = { url: new URL(location, next.url).href }
          continue
        }
        const page = await answer.text()
        const xsrf = /name="xsrf" value="(\w+)"/.exec(page)?.[1]
        if (xsrf !== undefined) {
          const action = /<form id="op.logoutForm" method="post" action="([^"]+)"/.exec(page)![1]!
          next = { url: action, form: new URLSearchParams({ xsrf, logout: 'yes' }) }
          continue
        }
        const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1]
        if (prompt === undefined) throw new Error(`${answer.status} ${page}`)
        if (login === undefined) throw new Error('the directory asks who it is')
        next = { url: next.url, form: new URLSearchParams({ prompt, login, password: 'x' }) }
      }
      return next.url
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
