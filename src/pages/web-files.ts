/** What runs in browsers: built from `web/` by `web/build.ts`, served for ever under names of their content. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { html, type Html } from './html.ts'

const DIST = fileURLToPath(new URL('../../web/dist/', import.meta.url))
const ROOT = '/assets/web/'
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json; charset=utf-8',
}

export interface WebFiles {
  /** What a page puts into its head to have `web/NAME/main.ts` run in it. Throws when there is none. */
  island(name: string): Html
  /** Paths of all that an island needs, for whoever keeps it for later. */
  files(name: string): readonly string[]
  /** A service worker's text, `web/workers/NAME.ts`; to be served where its scope is. Throws when there is none. */
  worker(name: string): string
}

interface Entry {
  readonly file: string
  readonly css?: readonly string[]
  readonly imports?: readonly string[]
}

/** Throws when nothing has been built. */
export function openWebFiles(folder = DIST): WebFiles {
  const manifest = readManifest(folder, 'manifest.json')
  const entry = (...sources: readonly string[]): Entry => {
    const found = sources.map((source) => manifest[source]).find((one) => one !== undefined)
    if (!found) throw new Error(`${sources[0]} has not been built: “npm run web”`)
    return found
  }
  /** An entry and what it can't run without. */
  const withImports = (one: Entry): readonly Entry[] => [
    one,
    ...(one.imports ?? []).flatMap((name) => withImports(entry(name))),
  ]

  const partsOf = (name: string) => {
    const [main, ...rest] = withImports(entry(`${name}/main.ts`, `${name}/main.tsx`))
    const styles = new Set([main!, ...rest].flatMap(({ css }) => css ?? []))
    return { main: main!, styles, preloads: new Set(rest.map(({ file }) => file)) }
  }

  return {
    island(name) {
      const { main, styles, preloads } = partsOf(name)
      return html`${[...styles].map(
          (file) => html`<link rel="stylesheet" href="${ROOT}${file}" />`,
        )}
        ${[...preloads].map((file) => html`<link rel="modulepreload" href="${ROOT}${file}" />`)}
        <script type="module" src="${ROOT}${main.file}"></script>`
    },
    files(name) {
      const { main, styles, preloads } = partsOf(name)
      return [main.file, ...preloads, ...styles].map((file) => ROOT + file)
    },
    worker(name) {
      const { file } = readManifest(folder, `${name}.manifest.json`)[`workers/${name}.ts`]!
      return readFileSync(join(folder, file), 'utf8')
    },
  }
}

function readManifest(folder: string, name: string): Readonly<Record<string, Entry>> {
  const path = join(folder, name)
  if (!existsSync(path)) {
    throw new Error(`there is no ${path}: build what runs in browsers by “npm run web”`)
  }
  return JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, Entry>>
}

/** Serves what was built. */
export function registerWebFiles(app: FastifyInstance, folder = DIST): void {
  for (const name of readdirSync(folder)) {
    const type = TYPES[extname(name)]
    if (type === undefined || name.endsWith('manifest.json')) continue
    const path = join(folder, name)
    const body = readFileSync(path)
    const packed = existsSync(`${path}.br`) ? readFileSync(`${path}.br`) : undefined
    app.get(ROOT + name, (request, reply) => {
      void reply
        .header('cache-control', 'public, max-age=31536000, immutable')
        .header('content-type', type)
      if (!packed) return reply.send(body)
      void reply.header('vary', 'accept-encoding')
      return takesBrotli(request)
        ? reply.header('content-encoding', 'br').send(packed)
        : reply.send(body)
    })
  }
}

function takesBrotli({ headers }: FastifyRequest): boolean {
  return /(?:^|,)\s*br\s*(?:,|$|;\s*q=(?!0(?:\.0*)?\s*(?:,|$)))/.test(
    headers['accept-encoding'] ?? '',
  )
}

/** A service worker changes under its address, so browsers ask for it each time. */
export function sendWorker(reply: FastifyReply, text: string): FastifyReply {
  return reply
    .header('cache-control', 'no-cache')
    .header('content-type', 'text/javascript; charset=utf-8')
    .send(text)
}

/** On a page with an island our own scripts may run; nothing else may. */
export function allowScripts(reply: FastifyReply): void {
  const policy = String(reply.getHeader('content-security-policy') ?? '')
  void reply.header(
    'content-security-policy',
    policy.replace("script-src 'none'", "script-src 'self'; worker-src 'self'"),
  )
}
