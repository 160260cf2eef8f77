/**
 * Builds what runs in browsers: every `web/NAME/main.ts` or `.tsx` becomes `web/dist/NAME-HASH.js` with
 * its styles. Run as a program it builds only when a source has changed since.
 */
import { createHash } from 'node:crypto'
import { globSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const WEB = join(ROOT, 'web')
const DIST = join(WEB, 'dist')
const STAMP = 'built-from'

/** Builds into `web/dist`; true when there was something to do. Throws what Vite finds wrong. */
export async function buildWeb(): Promise<boolean> {
  const sources = digestOfSources()
  const stamp = join(DIST, STAMP)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return false
  // Only whoever builds needs the builder in memory.
  const { build } = await import('vite')
  const making = `${DIST}.${process.pid}`
  const buildAll = (input: Record<string, string>, manifest: string) =>
    build({
      configFile: false,
      root: WEB,
      base: '/assets/web/',
      publicDir: false,
      logLevel: 'warn',
      oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
      // The content policy lets no text be run as a script; the map's thread would, for what isn't used here.
      define: { 'globalThis.eval': 'undefined' },
      worker: { format: 'es' },
      build: {
        outDir: making,
        emptyOutDir: false,
        assetsDir: '',
        manifest,
        target: 'es2022',
        // The content policy lets no data: address in.
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        reportCompressedSize: false,
        chunkSizeWarningLimit: 2000,
        rolldownOptions: { input },
      },
    })
  await buildAll(pages(), 'manifest.json')
  // Each by itself, so that none shares a file with others: a worker is one script.
  for (const [name, path] of Object.entries(workers())) {
    await buildAll({ [name]: path }, `${name}.manifest.json`)
  }
  packLarge(making)
  writeFileSync(join(making, STAMP), sources)
  replaceDist(making)
  return true
}

/** Bytes. What is larger is packed here once, and better than there is time for at each request. */
const LARGE = 100_000

function packLarge(folder: string): void {
  for (const name of globSync('*.js', { cwd: folder })) {
    const text = readFileSync(join(folder, name))
    if (text.length < LARGE) continue
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9 }
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(text, { params }))
  }
}

/** By the folder. */
function pages(): Record<string, string> {
  return Object.fromEntries(
    globSync('*/main.{ts,tsx}', { cwd: WEB }).map((path) => [
      basename(dirname(path)),
      join(WEB, path),
    ]),
  )
}

/** By the file. */
function workers(): Record<string, string> {
  return Object.fromEntries(
    globSync('workers/*.ts', { cwd: WEB }).map((path) => [basename(path, '.ts'), join(WEB, path)]),
  )
}

/** Of everything that the outcome may depend on. */
function digestOfSources(): string {
  const hash = createHash('sha256')
  const paths = globSync(
    [
      'web/**/*.{ts,tsx,css,svg,json}',
      'src/{stations,pickups,wording}/**/*.ts',
      'package-lock.json',
    ],
    { cwd: ROOT, exclude: (path) => /^web[\\/]dist/.test(path) },
  )
  for (const path of paths.sort()) {
    hash.update(`${path}\0`)
    hash.update(readFileSync(join(ROOT, path)))
  }
  return hash.digest('hex')
}

/** Whoever builds at the same time makes the same, so either may be the one that stays. */
function replaceDist(made: string): void {
  const old = `${made}.old`
  try {
    if (existsSync(DIST)) renameSync(DIST, old)
    renameSync(made, DIST)
  } finally {
    rmSync(old, { recursive: true, force: true })
    rmSync(made, { recursive: true, force: true })
  }
}

if (import.meta.main) await buildWeb()
