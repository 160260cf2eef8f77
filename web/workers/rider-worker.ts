/**
 * Lets the rider's page start without a network: the network first, else what was kept of it. It sees to
 * that page and its files and to nothing else. Where the browser can, it also sends what waits when the
 * network is back and the page is closed.
 */
import { openKeep } from '../rider/keep.ts'
import { openSender } from '../rider/send.ts'
import { openServer } from '../rider/server.ts'
import { instant } from '#src/stations/time.ts'

/** What the server writes below this file (src/pages/staff/rider-page.ts). */
interface Shell {
  readonly version: string
  /** Paths of what the page needs: scripts and styles, each for ever the same. */
  readonly files: readonly string[]
}
declare const self: ServiceWorkerGlobalScope & { readonly shell: Shell }

/** After that a network that is hardly one counts as none. */
const PATIENCE_MS = 4000
const PROXY_FAULTS = new Set([502, 503, 504])

const page = () => new URL(self.registration.scope).pathname
const cachesOfPage = () => `kvitter ${page()} `
const cacheName = () => cachesOfPage() + self.shell.version

self.addEventListener('install', (event) => {
  event.waitUntil(fill())
})
self.addEventListener('activate', (event) => {
  event.waitUntil(takeOver())
})
self.addEventListener('message', (event) => {
  if (event.data === 'take-over') void self.skipWaiting()
})
self.addEventListener('fetch', (event) => {
  const { request } = event
  const { pathname, origin } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin) return
  if (pathname === page()) event.respondWith(networkFirst(request))
  else if (self.shell.files.includes(pathname)) event.respondWith(cacheFirst(request))
})
self.addEventListener('sync' as 'message', (event) => {
  event.waitUntil(sendWhatWaits())
})

async function fill(): Promise<void> {
  const cache = await caches.open(cacheName())
  await cache.addAll([...self.shell.files])
  await keepPage(await fetch(page()))
}

async function takeOver(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(cachesOfPage()) && name !== cacheName()) await caches.delete(name)
  }
  await self.clients.claim()
}

/** Only a page that goes with the files that are kept: another's would have none without a network. */
async function keepPage(answer: Response): Promise<void> {
  if (answer.status !== 200 || answer.headers.get('kvitter-shell') !== self.shell.version) return
  const cache = await caches.open(cacheName())
  // By this the page knows that it is old, and how old.
  const html = (await answer.text()).replace('id="rider"', `$& data-kept-at="${Date.now()}"`)
  const headers = new Headers(answer.headers)
  headers.delete('content-encoding')
  headers.delete('content-length')
  await cache.put(page(), new Response(html, { headers }))
}

async function networkFirst(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName())
  const kept = await cache.match(page())
  const signal = kept ? AbortSignal.timeout(PATIENCE_MS) : null
  try {
    const answer = await fetch(request, { signal })
    if (kept && PROXY_FAULTS.has(answer.status)) return kept
    await keepPage(answer.clone()).catch((error: unknown) => {
      // It may be the page that broke off, and not the phone that is full.
      if (kept) throw error
    })
    return answer
  } catch {
    return kept ?? Response.error()
  }
}

async function cacheFirst(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName())
  const kept = await cache.match(request)
  if (kept) return kept
  // Whoever signed out has taken them away. A phone that is full goes on without.
  const answer = await fetch(request)
  if (answer.ok) await cache.put(request, answer.clone()).catch(() => undefined)
  return answer
}

/** What is left makes the browser try again later. */
async function sendWhatWaits(): Promise<void> {
  const keep = await openKeep(() => {})
  const sender = openSender(
    keep,
    openServer(),
    () => instant(Date.now()),
    () => {},
  )
  const { kind } = await sender.flush(true)
  for (const client of await self.clients.matchAll()) client.postMessage('sent')
  if (kind === 'later') throw new Error('some of it still waits')
}
