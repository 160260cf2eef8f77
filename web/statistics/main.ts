/**
 * The strips of days by keyboard: each is one stop, arrow keys go from day to day, and every day has its
 * name. What they say is read from the table of the same numbers; without this the strips are pictures.
 */
const section = document.querySelector<HTMLElement>('section[aria-labelledby="fill"]')
const strips = [...(section?.querySelectorAll<SVGSVGElement>('.strips .heat') ?? [])]
const days = [...(section?.querySelectorAll<HTMLTableRowElement>('tbody tr') ?? [])]
const told = section?.querySelector<HTMLElement>('.told-day')

const percent = new Intl.NumberFormat(document.documentElement.lang, { style: 'percent' })
for (const [i, strip] of strips.entries()) openStrip(strip, i + 1)

function openStrip(strip: SVGSVGElement, column: number): void {
  const squares = [...strip.querySelectorAll<SVGElement>('.day')]
  const ring = addRing(strip, squares.length)
  strip.setAttribute('role', 'group')
  for (const [i, square] of squares.entries()) {
    const name = nameOf(days[i]!, column)
    square.setAttribute('role', 'img')
    square.setAttribute('aria-label', name)
    square.addEventListener('pointerenter', () => tell(name))
    square.addEventListener('focus', () => {
      for (const one of squares) one.tabIndex = one === square ? 0 : -1
      ring.setAttribute('x', String(i * ring.width.baseVal.value))
      tell(name)
    })
  }
  for (const square of squares) square.tabIndex = -1
  squares.at(-1)!.tabIndex = 0
  strip.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const at = squares.findIndex((square) => square === document.activeElement)
    const to = whereTo(event.key, at, squares.length - 1)
    if (to === undefined) return
    event.preventDefault()
    squares[to]!.focus()
  })
}

/** Around the day that has focus, drawn over its neighbours, which would hide half of an outline. */
function addRing(strip: SVGSVGElement, days: number): SVGRectElement {
  const { width, height } = strip.viewBox.baseVal
  const ring = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
  ring.classList.add('ring')
  ring.setAttribute('width', String(width / days))
  ring.setAttribute('height', String(height))
  strip.append(ring)
  return ring
}

/** `sön 3 maj: 38 %`. */
function nameOf({ cells }: HTMLTableRowElement, column: number): string {
  const level = Number(cells[column]!.textContent)
  const text = Number.isNaN(level) ? told?.dataset['unknown'] : percent.format(level / 100)
  return `${cells[0]!.textContent.trim()}: ${text}`
}

function whereTo(key: string, at: number, last: number): number | undefined {
  switch (key) {
    case 'ArrowLeft':
      return Math.max(0, at - 1)
    case 'ArrowRight':
      return Math.min(last, at + 1)
    case 'Home':
      return 0
    case 'End':
      return last
    default:
      return undefined
  }
}

function tell(name: string): void {
  if (told) told.textContent = name
}
