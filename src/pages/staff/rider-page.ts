/**
 * The rider's page and what makes an app of it: a worker that keeps it for when there is no network, a
 * manifest, icons. What it shows is drawn in the browser (web/rider).
 */
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { openRenderer } from '#src/cards/renderer.ts'
import { DAY, SECOND } from '#src/stations/time.ts'
import { html, trusted, type Html } from '../html.ts'
import { appIcon, bird } from '../layout.ts'
import { sendWorker, type WebFiles } from '../web-files.ts'
import {
  RIDER,
  SIGN_OUT_PATH,
  signInPath,
  STAFF_LANGUAGES,
  staffPath,
  type StaffLanguage,
} from './staff-menu.ts'
import type { StaffView } from './staff-layout.ts'
import type { StaffPages } from './staff-page.ts'
import { STAFF_WORDS } from './staff-words.ts'

const WORKER = '/rider/worker.js'
const ICON_SIZES = [192, 512] as const
const iconPath = (size: number) => `/rider/icon-${size}.png`
const manifestPath = (language: StaffLanguage) =>
  `${staffPath(RIDER.path, language)}/manifest.webmanifest`

const WORDS = {
  sv: {
    name: 'Kvitter: runda',
    shortName: 'Runda',
    noScript: 'Sidan behöver JavaScript. Be planeringen om en utskrift av rundan.',
  },
  en: {
    name: 'Kvitter: round',
    shortName: 'Round',
    noScript: 'The page needs JavaScript. Ask the planners for a print of the round.',
  },
} satisfies Record<StaffLanguage, object>

export function registerRider(
  app: FastifyInstance,
  pages: StaffPages,
  { web, cssUrl }: { readonly web: WebFiles; readonly cssUrl: string },
): void {
  const files = [...web.files('rider'), cssUrl]
  const version = createHash('sha256').update(files.join()).digest('hex').slice(0, 12)
  const worker = `self.shell = ${JSON.stringify({ version, files })}
${web.worker('rider-worker')}`

  pages.get({ ...RIDER, scripts: true }, (view, _request, reply) => {
    void reply.header('kvitter-shell', version)
    return riderPage(view, web.island('rider'))
  })
  app.get(WORKER, (_request, reply) =>
    // Each language has a worker of its own for its own path.
    sendWorker(reply.header('service-worker-allowed', '/'), worker),
  )
  for (const language of STAFF_LANGUAGES) {
    app.get(manifestPath(language), (_request, reply) =>
      keptForADay(reply, 'application/manifest+json').send(manifest(language)),
    )
  }
  registerIcons(app)
}

function riderPage(view: StaffView, island: Html): Html {
  const { language, staff, now, demo, timeZone } = view
  const other = language === 'sv' ? 'en' : 'sv'
  const here = staffPath(RIDER.path, language)
  const facts = {
    language,
    timeZone,
    rider: staff.name,
    signIn: signInPath(language, here),
    signOut: staffPath(SIGN_OUT_PATH, language),
    worker: WORKER,
    ...(demo && { demo: { at: now, speed: demo.speed } }),
  }
  return html`${trusted('<!doctype html>')}
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <title>${RIDER.name[language]} – Kvitter ${view.town.town.name}</title>
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" content="#0d4f49" />
        <meta name="robots" content="noindex" />
        <link rel="stylesheet" href="${view.cssUrl}" />
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <link rel="apple-touch-icon" href="${iconPath(ICON_SIZES[0])}" />
        <link rel="manifest" href="${manifestPath(language)}" />
        ${island}
      </head>
      <body>
        <header class="rider-top">
          <span class="brand">${bird}<strong>${RIDER.name[language]}</strong></span>
          <a href="${staffPath(RIDER.path, other)}" lang="${other}" hreflang="${other}"
            >${STAFF_WORDS[language].otherLanguage}</a
          >
        </header>
        <main id="rider" data-facts="${JSON.stringify(facts)}">
          <noscript><p>${WORDS[language].noScript}</p></noscript>
        </main>
      </body>
    </html>`
}

function manifest(language: StaffLanguage): object {
  const here = staffPath(RIDER.path, language)
  const { name, shortName } = WORDS[language]
  return {
    id: here,
    name,
    short_name: shortName,
    lang: language,
    start_url: here,
    scope: here,
    display: 'standalone',
    orientation: 'portrait',
    theme_color: '#0d4f49',
    background_color: '#f6f5f0',
    icons: ICON_SIZES.map((size) => ({
      src: iconPath(size),
      sizes: `${size}x${size}`,
      type: 'image/png',
      purpose: 'any maskable',
    })),
  }
}

/** Drawn when somebody installs the app for the first time since the start. */
function registerIcons(app: FastifyInstance): void {
  const renderer = openRenderer()
  app.addHook('onClose', () => renderer[Symbol.asyncDispose]())
  for (const size of ICON_SIZES) {
    let drawn: Promise<Uint8Array> | undefined
    app.get(iconPath(size), async (_request, reply) => {
      drawn ??= renderer.render(appIcon(size))
      const png = await drawn.catch((error: unknown) => {
        drawn = undefined
        throw error
      })
      return keptForADay(reply, 'image/png').send(Buffer.from(png))
    })
  }
}

function keptForADay(reply: FastifyReply, type: string): FastifyReply {
  return reply
    .header('cache-control', `public, max-age=${DAY / SECOND}`)
    .header('content-type', type)
}
