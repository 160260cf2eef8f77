/** What a running town has to look at: its newest post, a booking of our own by the pages' forms, and the staff's. */
import { parse } from 'node:querystring'
import type { Places } from './page-list.ts'

/** `stations` are those to be looked at; the rest is found. */
export async function findPlaces(
  url: string,
  stations: Pick<Places, 'station' | 'longName' | 'many' | 'unknown'>,
): Promise<Places> {
  const { posts } = (await (await fetch(`${url}/api/v1/posts?limit=50`)).json()) as {
    readonly posts: readonly { readonly key: string; readonly stationId: string | null }[]
  }
  const ofStation = posts.find(({ stationId }) => stationId !== null)
  if (!ofStation) throw new Error('nothing was said of a station yet')
  return {
    ...stations,
    container: await codeAt(url, stations.station),
    login: await addUser(url),
    device: await deviceAt(url),
    unknownContainer: await codeAt(url, stations.unknown),
    post: ofStation.key,
    ...(await book(url)),
    ...(await borrow(url)),
    decision: await decisionAt(url),
  }
}

async function codeAt(url: string, station: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/stations/${station}`)
  const { station: found } = (await answer.json()) as {
    readonly station: { readonly containers: readonly { readonly id: string }[] }
  }
  return found.containers[0]!.id
}

async function deviceAt(url: string): Promise<string> {
  const page = await fetch(`${url}/enheter`, { headers: { cookie: await signIn(url) } })
  return /\/enheter\/((?!ny"|basstation")[\w.:-]+)"/.exec(await page.text())![1]!
}

async function addUser(url: string): Promise<string> {
  const login = 'prova'
  const fields = { do: 'add-user', login, name: 'Prova Provsson', role: 'editor' }
  const answer = await fetch(`${url}/anvandare`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: await signIn(url), origin: url },
    body: new URLSearchParams({ ...fields, password: 'a-password-of-four-words' }),
  })
  if (answer.status >= 400) throw new Error(`/anvandare: ${answer.status}`)
  return login
}

async function decisionAt(url: string): Promise<string> {
  const page = await fetch(`${url}/beslut`, { headers: { cookie: await signIn(url) } })
  return /\/beslut\/(\d+)/.exec(await page.text())![1]!
}

/** Answers the questions as a resident would: one thing, an address of the list, the first time there is. */
async function book(url: string): Promise<Pick<Places, 'draft' | 'booking'>> {
  const { read, send } = formsAt(url)
  const [thing] = /n-[\w-]+/.exec(await read('/boka'))!
  const where = await send('/boka', { [thing]: '1' })
  const when = await send(where, { address: 'Provgatan 1', apartment: '1101' })
  const slot = firstOf('slot', await read(when))
  const who = await send(when, { slot })
  const check = await send(who, PERSON)
  const own = await send(check, {})
  return { draft: String(parse(check.split('?')[1]!)['f']), booking: ownOf(own) }
}

async function borrow(url: string): Promise<Pick<Places, 'lending' | 'loan'>> {
  const { read, send } = formsAt(url)
  const firstFree = async () => {
    const thing = firstOf('thing', await read('/lana'))
    const from = firstOf('from', await read(`/lana?thing=${thing}`))
    const until = firstOf('until', await read(`/lana?thing=${thing}&from=${from}`))
    return { thing, from, until }
  }
  const lending = await firstFree()
  const address = { address: 'Provgatan 2', apartment: '1201' }
  const own = await send(`/lana?${new URLSearchParams(lending).toString()}`, {
    ...PERSON,
    ...address,
  })
  // Those days are taken now.
  return { lending: await firstFree(), loan: ownOf(own) }
}

const PERSON = { name: 'Prova Provsson', phone: '070-000 00 01', language: 'sv' }

function formsAt(url: string) {
  return {
    read: async (path: string): Promise<string> => (await fetch(url + path)).text(),
    /** Where it leads on to. */
    send: async (path: string, fields: Readonly<Record<string, string>>): Promise<string> => {
      const answer = await fetch(url + path, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams(fields),
      })
      if (answer.status !== 303) throw new Error(`${path}: ${answer.status}`)
      return answer.headers.get('location')!
    },
  }
}

/** The first radio button's value that isn't shut; a place on the waiting list is none. */
function firstOf(name: string, page: string): string {
  const found = new RegExp(`name="${name}"\\s+value="([^"]*)"`, 'g')
  return [...page.matchAll(found)].map(([, value]) => value!).find((value) => value !== 'wait')!
}

function ownOf(path: string): { readonly reference: string; readonly secret: string } {
  const [, reference, secret] = /\/(?:boka|lana)\/([^/?]+)\/([^/?]+)/.exec(path)!
  return { reference: reference!, secret: secret! }
}

/** Comes in as an administrator, as anybody may in a demo; gives the cookie to be sent along. */
export async function signIn(url: string): Promise<string> {
  const answer = await fetch(`${url}/logga-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: url },
    body: new URLSearchParams({ role: 'admin' }),
  })
  const [cookie] = answer.headers.getSetCookie()
  if (answer.status !== 303 || cookie === undefined) throw new Error(`/logga-in: ${answer.status}`)
  return cookie.split(';')[0]!
}
