/** Small signs beside words: a fraction's colour, a state's shape, a level's bar. Never the only carrier of meaning. */
import type { ContainerStatus } from '#src/rules/decision.ts'
import { containerName, sortByFraction } from '#src/stations/container-order.ts'
import type { Fraction, Language } from '#src/stations/fraction.ts'
import type { Container, Station } from '#src/stations/station.ts'
import { capital } from '#src/wording/capital.ts'
import { PICTURE_SIZE, PICTURES } from '#src/wording/fraction-pictures.ts'
import { statusWord, type StatusWord } from '#src/wording/status-text.ts'
import { html, trusted, type Html } from './html.ts'
import type { Counts } from './messages.ts'

/** A square in the fraction's colour. */
export function swatch(fraction: Fraction): Html {
  return html`<span class="swatch f-${fraction}" aria-hidden="true"></span>`
}

/** What the fraction's label shows: its colour with its picture. */
export function fractionSign(fraction: Fraction): Html {
  return html`<span class="sign f-${fraction}" aria-hidden="true"
    >${trusted(
      `<svg viewBox="0 0 ${PICTURE_SIZE} ${PICTURE_SIZE}" focusable="false"><path d="${PICTURES[fraction]}"/></svg>`,
    )}</span
  >`
}

/** A state as word and shape: a full disc, a half one, a ring, a broken ring. */
export function statusPill(word: StatusWord, text: string): Html {
  return html`<span class="pill s-${word}"
    ><span class="shape" aria-hidden="true"></span>${text}</span
  >`
}

/** A lying bar for a level; an unknown one is an empty frame with a broken line, never an empty box. */
export function levelBar(status: ContainerStatus): Html {
  const { word, fillPercent } = status
  if (word === 'unknown' || fillPercent === undefined) {
    return trusted('<span class="bar unknown" aria-hidden="true"></span>')
  }
  const width = Math.round(fillPercent)
  return trusted(
    `<svg class="bar s-${word}" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect width="${width}" height="4"/></svg>`,
  )
}

const STEP = 14

/** All of a station's containers as standing bars in their fractions' colours. */
export function stationBars(
  containers: readonly Container[],
  statusOf: (id: Container['id']) => ContainerStatus,
): Html {
  const width = containers.length * STEP
  const bars = sortByFraction(containers).map((container, i) => {
    const { word, fillPercent } = statusOf(container.id)
    const x = i * STEP + 1
    if (word === 'unknown' || fillPercent === undefined) {
      return `<path class="q" d="M${x + 1} 1h8v26h-8z"/>`
    }
    const height = Math.round((fillPercent / 100) * 26)
    return `<path class="t" d="M${x} 1h10v26H${x}z"/><path class="f-${container.fraction}" d="M${x} ${27 - height}h10v${height}H${x}z"/>`
  })
  return trusted(
    `<svg class="bars" viewBox="0 0 ${width} 28" width="${width}" height="28" aria-hidden="true" focusable="false">${bars.join('')}</svg>`,
  )
}

/** `Pappersförpackningar`, or with a number where the station has several of the fraction. */
export function containerTitle(container: Container, station: Station, language: Language): string {
  return capital(containerName(container, station, language))
}

export function countStates(statuses: readonly ContainerStatus[]): Counts {
  const count = (word: StatusWord) => statuses.filter((s) => s.word === word).length
  return {
    containers: statuses.length,
    full: count('full'),
    nearlyFull: count('nearly-full'),
    unknown: count('unknown'),
  }
}

/** The state that a station shows at a glance: its worst, or unknown when nothing is known. */
export function glanceWord(n: Counts): StatusWord {
  if (n.full > 0) return 'full'
  if (n.nearlyFull > 0) return 'nearly-full'
  return n.containers === n.unknown ? 'unknown' : 'has-room'
}

export function wordPill(word: StatusWord, language: Language): Html {
  return statusPill(word, statusWord(word, language))
}

const BEST_FIRST: readonly StatusWord[] = ['has-room', 'nearly-full', 'full', 'unknown']

/** Of several boxes for one fraction the best counts: room in one of two is room. */
export function bestStatus(statuses: readonly ContainerStatus[]): ContainerStatus | undefined {
  return statuses.toSorted((a, b) => BEST_FIRST.indexOf(a.word) - BEST_FIRST.indexOf(b.word))[0]
}
