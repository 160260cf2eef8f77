/** What the server says with the page, and the town's clock by it. */
import { type EpochMs, instant } from '#src/stations/time.ts'

export interface PageFacts {
  readonly language: 'sv' | 'en'
  readonly timeZone: string
  /** Who is signed in. */
  readonly rider: string
  readonly signIn: string
  readonly signOut: string
  readonly worker: string
  /** A demo's clock: the town's time when the page was sent, and how many times faster it runs. */
  readonly demo?: { readonly at: number; readonly speed: number }
  /** When the page came to this phone, by its own clock: compared with the server's, a fault would run as fast. */
  readonly cameAt: number
}

export function readFacts(root: HTMLElement): PageFacts {
  const { facts, keptAt } = root.dataset
  const cameAt = keptAt === undefined ? arrival() : Number(keptAt)
  return { ...(JSON.parse(facts!) as Omit<PageFacts, 'cameAt'>), cameAt }
}

/** Of a page that the network has just brought. */
function arrival(): number {
  const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  return Date.now() - (performance.now() - (page?.responseStart ?? 0))
}

export function townClock({ demo, cameAt }: PageFacts): () => EpochMs {
  if (!demo) return () => instant(Date.now())
  return () => instant(demo.at + (Date.now() - cameAt) * demo.speed)
}

export interface Calendar {
  /** `2026-05-07` */
  dayOf(at: EpochMs): string
  /** `09:05` */
  clock(at: EpochMs | string): string
}

export function openCalendar(timeZone: string): Calendar {
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' })
  const time = new Intl.DateTimeFormat('sv-SE', { timeZone, timeStyle: 'short' })
  return {
    dayOf: (at) => day.format(at),
    clock: (at) => time.format(typeof at === 'string' ? Date.parse(at) : at),
  }
}
