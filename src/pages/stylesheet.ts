/** The pages' look: ours, then the municipality's own. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'

export interface Stylesheet {
  readonly text: string
  /** Changes with the text, so that a change is fetched at once. */
  readonly url: string
}

export function pagesStylesheet(townCss: string | undefined): Stylesheet {
  const own = ownCss('kvitter.css')
  return named('kvitter', townCss === undefined ? own : `${own}\n${townCss}`)
}

/** What the staff's pages have beside it. */
export function staffStylesheet(): Stylesheet {
  return named('staff', ownCss('staff/staff.css'))
}

/** What only some pages need, beside the pages' own. */
export function pageStylesheet(name: string): Stylesheet {
  return named(name, ownCss(`${name}.css`))
}

/** For the screens: they are dark at night whatever the browser prefers, the municipality's way. */
export function displayStylesheet(pages: Stylesheet): Stylesheet {
  const dark = pages.text.matchAll(
    /@media \(prefers-color-scheme: dark\)\s*\{\s*:root\s*\{(?<properties>[^}]*)\}/g,
  )
  const night = [...dark].map(({ groups }) => groups!['properties']!.trim()).join('\n')
  return named('display', `${ownCss('display.css')}\n.night {\ncolor-scheme: dark;\n${night}\n}\n`)
}

export function serveStylesheet(app: FastifyInstance, { text, url }: Stylesheet): void {
  app.get(url, (_request, reply) =>
    reply
      .header('cache-control', 'public, max-age=31536000, immutable')
      .header('content-type', 'text/css; charset=utf-8')
      .send(text),
  )
}

function ownCss(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8')
}

function named(name: string, text: string): Stylesheet {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12)
  return { text, url: `/assets/${name}.${hash}.css` }
}
