/** Between a screen and the service: what comes is kept, and shown again, marked as old, when nothing comes. */
declare const self: ServiceWorkerGlobalScope

const KEPT = 'kvitter-display'
const WAIT_MS = 15_000
/** After this nobody should trust what the picture says of levels. */
const TOO_OLD_MS = 2 * 3_600_000
const NOTHING_YET = '<!doctype html><meta http-equiv="refresh" content="30"><title>Kvitter</title>'

self.addEventListener('install', () => void self.skipWaiting())
self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim())
})
self.addEventListener('fetch', (event) => {
  if (event.request.method === 'GET') event.respondWith(answer(event.request))
})

async function answer({ url, mode }: Request): Promise<Response> {
  const cache = await caches.open(KEPT)
  try {
    const fresh = await fetch(url, {
      signal: AbortSignal.timeout(WAIT_MS),
      // The service is asked each time, or a broken network would go unnoticed for a while.
      cache: mode === 'navigate' ? 'no-cache' : 'default',
    })
    if (fresh.status >= 500) throw new Error(`HTTP ${fresh.status}`)
    // What isn't the screen's page doesn't come back by itself, and nobody is there to load it again.
    const isWrong = !fresh.ok || fresh.redirected
    if (isWrong && mode === 'navigate' && (await cache.match(url))) {
      throw new Error(`HTTP ${fresh.status} from ${fresh.url}`)
    }
    if (!isWrong) await cache.put(url, fresh.clone())
    return fresh
  } catch {
    const kept = await cache.match(url)
    if (mode !== 'navigate') return kept ?? Response.error()
    return kept ? marked(kept) : page(NOTHING_YET)
  }
}

async function marked(kept: Response): Promise<Response> {
  const age = Date.now() - Date.parse(kept.headers.get('date') ?? '')
  const word = age < TOO_OLD_MS ? 'off' : 'lost'
  return page((await kept.text()).replace('data-net="on"', `data-net="${word}"`))
}

function page(text: string): Response {
  return new Response(text, { headers: { 'content-type': 'text/html; charset=utf-8' } })
}
