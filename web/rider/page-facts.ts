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
  /** A demo's clock: the town's time when ours was `real`, and how many times faster it runs. */
  readonly demo?: { readonly at: number; readonly real: number; readonly speed: number }
}

export function readFacts(root: HTMLElement): PageFacts {
  return JSON.parse(root.dataset['facts']!) as PageFacts
}

export function townClock({ demo }: PageFacts): () => EpochMs {
  if (!demo) return () => instant(Date.now())
  const { at, real, speed } = demo
  return () => instant(at + (Date.now() - real) * speed)
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
