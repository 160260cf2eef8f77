/** Starts the rider's page, and lets it start again without a network. */
import { h } from './draw.ts'
import { openKeep } from './keep.ts'
import { readFacts } from './page-facts.ts'
import { openRiderPage, type RiderPage } from './rider.ts'
import { openServer } from './server.ts'
import { WORDS } from './words.ts'
// Vite puts it beside the script.
// oxlint-disable-next-line import/no-unassigned-import
import './rider.css'

const root = document.getElementById('rider')!
const facts = readFacts(root)
// The worker knows no clock but the phone's.
const onLeft = facts.demo ? () => {} : askForSync
const page = await start().catch((error: unknown) => {
  sayWhyNot(error)
  throw error
})

for (const type of ['online', 'offline']) addEventListener(type, () => void page.wake())
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') void page.wake()
})
navigator.serviceWorker?.addEventListener('message', () => void page.wake())
offerInstall(page)
void page.wake()
void navigator.storage?.persist?.()
await startWorker(page)

async function start(): Promise<RiderPage> {
  const keep = await openKeep(() => location.reload())
  return openRiderPage(root, facts, keep, openServer(), onLeft)
}

/** Where nothing can be kept a tap would be a promise that the page can't hold. */
function sayWhyNot(error: unknown): void {
  const words = WORDS[facts.language]
  root.replaceChildren(
    h('h1', { class: 'lead' }, words.noStorage),
    h('p', {}, words.noStorageFix),
    h('p', { class: 'soft', lang: 'en' }, String(error)),
  )
}

/** The worker sends it, also when the page is closed; only some browsers can. */
function askForSync(): void {
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined
  void container?.ready
    .then((registration) =>
      (registration as ServiceWorkerRegistration & Partial<Syncing>).sync?.register('told'),
    )
    .catch(() => undefined)
}

interface Syncing {
  readonly sync: { register(tag: string): Promise<void> }
}

/** The page goes on without it, as long as there is a network. */
async function startWorker({ offerUpdate }: RiderPage): Promise<void> {
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined
  const registration = await container
    ?.register(facts.worker, { scope: location.pathname })
    .catch(() => undefined)
  if (!container || !registration) return
  const offer = (worker: ServiceWorker | null) => {
    // The first one needs no leave: nothing runs by an older.
    if (!worker || !container.controller) return
    offerUpdate(() => {
      container.addEventListener('controllerchange', () => location.reload())
      worker.postMessage('take-over')
    })
  }
  offer(registration.waiting)
  registration.addEventListener('updatefound', () => {
    const { installing } = registration
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'installed') offer(installing)
    })
  })
}

/** Safari asks nobody and forgets what isn't on the home screen after a week: there it is said in words. */
function offerInstall({ offerInstall: offer }: RiderPage): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault()
    offer(() => void (event as Event & { prompt(): Promise<unknown> }).prompt())
  })
  const isOnHomeScreen = matchMedia('(display-mode: standalone)').matches
  if (/iPhone|iPad|iPod/.test(navigator.userAgent) && !isOnHomeScreen) offer('by-hand')
}
