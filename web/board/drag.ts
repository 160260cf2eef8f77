/** Dragging a row by its handle with any pointer. Rows aren't drawn anew meanwhile; only classes are set. */
import type { Target } from './moves.ts'

const STARTS_AFTER_PX = 5
const EDGE_PX = 64
const SCROLL_PX = 12

/** Follows a pointer that was pressed on a handle. `drop` is called once, where it was let go over a round. */
export function startDrag(pressed: PointerEvent, drop: (target: Target) => void): void {
  const handle = pressed.currentTarget as HTMLElement
  const row = handle.closest<HTMLElement>('[data-stop]')!
  const startY = pressed.clientY + scrollY
  let at = { x: pressed.clientX, y: pressed.clientY }
  let isDragging = false
  let marked: Element | undefined
  let frame = 0

  handle.setPointerCapture(pressed.pointerId)
  const stop = new AbortController()
  const { signal } = stop
  handle.addEventListener('pointermove', onMove, { signal })
  handle.addEventListener('pointerup', () => finish(true), { signal })
  handle.addEventListener('pointercancel', () => finish(false), { signal })
  // The plan changed under the drag, and the row was drawn elsewhere or is locked now.
  addEventListener(
    'lostpointercapture',
    ({ pointerId }) => pointerId === pressed.pointerId && finish(false, true),
    { signal },
  )
  addEventListener('keydown', (event) => event.key === 'Escape' && finish(false, true), { signal })

  function onMove(event: PointerEvent): void {
    at = { x: event.clientX, y: event.clientY }
    if (!isDragging) {
      if (Math.abs(event.clientY - pressed.clientY) < STARTS_AFTER_PX) return
      isDragging = true
      row.classList.add('dragging')
      frame = requestAnimationFrame(scroll)
    }
    follow()
  }

  function follow(): void {
    row.style.transform = `translateY(${at.y + scrollY - startY}px)`
    marked?.classList.remove('drop-before', 'drop-after')
    const under = rowUnder()
    marked = under?.element
    if (under) marked?.classList.add(under.isAfter ? 'drop-after' : 'drop-before')
  }

  /** Near an edge the page moves on under the pointer. */
  function scroll(): void {
    const by = at.y < EDGE_PX ? -SCROLL_PX : at.y > innerHeight - EDGE_PX ? SCROLL_PX : 0
    if (by !== 0) {
      scrollBy(0, by)
      follow()
    }
    frame = requestAnimationFrame(scroll)
  }

  function rowUnder() {
    for (const element of document.elementsFromPoint(at.x, at.y)) {
      const found = element.closest<HTMLElement>('[data-place]')
      if (!found || found === row) continue
      const { top, height } = found.getBoundingClientRect()
      return { element: found, isAfter: at.y > top + height / 2 }
    }
    return undefined
  }

  function finish(isDropped: boolean, isStillPressed = false): void {
    stop.abort()
    cancelAnimationFrame(frame)
    const under = isDragging && isDropped ? rowUnder() : undefined
    row.classList.remove('dragging')
    row.style.transform = ''
    marked?.classList.remove('drop-before', 'drop-after')
    if (!isDragging) return
    // What was dragged wasn't pressed.
    const quiet = new AbortController()
    handle.addEventListener('click', (event) => event.stopImmediatePropagation(), {
      capture: true,
      signal: quiet.signal,
    })
    const speakAgain = () => void setTimeout(() => quiet.abort())
    if (isStillPressed) addEventListener('pointerup', speakAgain, { once: true })
    else speakAgain()
    const { bike, place } = under?.element.dataset ?? {}
    if (bike === undefined || place === undefined) return
    drop({ bike, before: Number(place) + (under!.isAfter ? 1 : 0) })
  }
}
