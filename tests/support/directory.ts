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
  /** Goes there as a browser would, signs in as somebody, and gives the address it is led back to. */
  visit(url: string, login: string): Promise<string>
}

export const DIRECTORY_CLIENT = {
  clientId: 'kvitter',
  clientSecret: 'a-secret-of-32-characters-or-so!',
}

export async function startDirectory(options: {
  readonly redirectUri: string
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
      },
    ],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups'], email: [] },
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
    async visit(url, login) {
      const cookies = new Map<string, string>()
      let next: { url: string; form?: URLSearchParams } = { url }
      while (next.url.startsWith(issuer)) {
        const answer: Response = await fetch(next.url, {
          redirect: 'manual',
          headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
          ...(next.form && { method: 'POST', body: next.form }),
        })
        for (const line of answer.headers.getSetCookie()) {
          const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
          cookies.set(name!, value!)
        }
        const location = answer.headers.get('location')
        if (location !== null) {
          next = { url: new URL(location, next.url).href }
          continue
        }
        const page = await answer.text()
        const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1]
        if (prompt === undefined) throw new Error(`${answer.status} ${page}`)
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
