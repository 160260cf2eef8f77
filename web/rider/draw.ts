/** Elements by function, without markup in text; and parts of a page that are drawn anew only when they differ. */

type Child = Node | string | number | false | null | undefined
export type Children = readonly (Child | readonly Child[])[]

interface Props {
  readonly class?: string | false
  /** Tells the same thing after the part has been drawn anew, so that it keeps the focus. */
  readonly id?: string
  readonly onclick?: () => void
  readonly [attribute: string]: string | number | boolean | (() => void) | undefined
}

export function h<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  props: Props = {},
  ...children: Children
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === false) continue
    if (typeof value === 'function') element.addEventListener(key.slice(2), value)
    else element.setAttribute(key, value === true ? '' : String(value))
  }
  element.append(...nodes(children))
  return element
}

function nodes(children: Children): (Node | string)[] {
  return children.flat().flatMap((child): (Node | string)[] => {
    if (child === undefined || child === null || child === false) return []
    return [typeof child === 'number' ? String(child) : child]
  })
}

const drawn = new WeakMap<Element, string>()

/** Draws a part when what it shows has changed; whoever had the focus in it has it again. */
export function draw(part: Element, shows: unknown, children: () => Children): void {
  const text = JSON.stringify(shows)
  if (drawn.get(part) === text) return
  drawn.set(part, text)
  const { activeElement } = document
  const focused = activeElement && part.contains(activeElement) ? activeElement.id : ''
  part.replaceChildren(...nodes(children()))
  if (focused !== '') document.getElementById(focused)?.focus({ preventScroll: true })
}
