/**
 * Offers a map to move in, where the browser can draw one. Nothing of it is fetched before somebody asks; the
 * picture that the server drew stays until the map is there, and stays when it can't be.
 */
import type { MapTerms } from '#src/wording/map-terms.ts'

const place = document.querySelector<HTMLElement>('#map-place')!
const offer = document.querySelector<HTMLElement>('#map-offer')!
const button = document.querySelector<HTMLButtonElement>('#open-map')!
const said = document.querySelector<HTMLElement>('#map-said')!
const openWord = button.textContent
let close: (() => void) | undefined

// Asking for a context takes a phone a while, so the page comes first.
if ('requestIdleCallback' in window) requestIdleCallback(begin)
else setTimeout(begin, 500)

function begin(): void {
  if (!canDraw()) return
  offer.hidden = false
  button.addEventListener('click', () => {
    if (button.ariaBusy !== 'true') void (close ? shut() : open())
  })
  if (location.hash === '#open-map') {
    // Once: whoever closes the map and loads the page again wants the page.
    history.replaceState(null, '', location.pathname + location.search)
    button.focus()
    void open()
  }
}

function canDraw(): boolean {
  const context = document.createElement('canvas').getContext('webgl2')
  context?.getExtension('WEBGL_lose_context')?.loseContext()
  return context !== null
}

async function open(): Promise<void> {
  const { pause } = place.dataset
  if (pause !== undefined) {
    location.assign(`${pause}#open-map`)
    return
  }
  say('loading')
  button.ariaBusy = 'true'
  try {
    const [{ drawMap }, terms] = await Promise.all([import('./draw-map.ts'), fetchTerms()])
    close = await drawMap(place, terms, (words) => {
      said.textContent = words
    })
    button.textContent = place.dataset['close']!
    place.scrollIntoView({ block: 'nearest' })
    if (said.textContent === place.dataset['loading']) say('opened')
  } catch (error) {
    reportError(error)
    say('failed')
  } finally {
    button.ariaBusy = null
  }
}

function shut(): void {
  close?.()
  close = undefined
  button.textContent = openWord
  said.textContent = ''
}

async function fetchTerms(): Promise<MapTerms> {
  const answer = await fetch(place.dataset['terms']!)
  if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}`)
  return (await answer.json()) as MapTerms
}

function say(name: 'loading' | 'opened' | 'failed'): void {
  said.textContent = place.dataset[name]!
}
