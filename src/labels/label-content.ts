/** What stands on a container's label. Pure. */
import { type Fraction, fractionName } from '#src/stations/fraction.ts'
import type { Container, FractionColours, Station, Town } from '#src/stations/station.ts'

export interface Label {
  /** What the QR code says: the container's own page. */
  readonly link: string
  /** The same for people without a camera: what comes after `/q/`. */
  readonly code: string
  readonly fraction: Fraction
  /** In Swedish and English, with a capital. */
  readonly names: readonly [string, string]
  readonly station: string
  readonly container: string
  /** `#rrggbb`, and black or white, whichever is read better on it. */
  readonly colour: string
  readonly ink: string
}

/**
 * After the colours in use with the Nordic signs (domain notes of 2026): plastic violet, paper light
 * brown, newspapers blue, metal grey, glass green, hazardous red. No Swedish values are published, so a
 * town's file may say others.
 */
export const DEFAULT_COLOURS: Readonly<Record<Fraction, string>> = {
  paper: '#c69c6d',
  plastic: '#7a4a9e',
  metal: '#6b7278',
  'clear-glass': '#bfe3da',
  'coloured-glass': '#1ca68d',
  newspapers: '#0062a8',
  batteries: '#c8102e',
  textiles: '#7d2248',
}

/** A container's id is its code: it says where it is, and stays as long as the container does. */
export function codeOf(container: Container): string {
  return container.id
}

/** `stations` in the town's order; `publicUrl` is the site's root as residents reach it. */
export function labelsOf(
  town: Town,
  publicUrl: string,
  stations = town.stations,
): readonly Label[] {
  const root = publicUrl.replace(/\/+$/, '')
  return stations.flatMap((station) =>
    station.containers.map((container) => labelOf(station, container, root, town.fractionColours)),
  )
}

function labelOf(
  station: Station,
  container: Container,
  root: string,
  colours: FractionColours = {},
): Label {
  const { fraction } = container
  const code = codeOf(container)
  const colour = colours[fraction] ?? DEFAULT_COLOURS[fraction]
  return {
    link: `${root}/q/${code}`,
    code,
    fraction,
    names: [capital(fractionName(fraction, 'sv')), capital(fractionName(fraction, 'en'))],
    station: station.name,
    container: container.name,
    colour,
    ink: inkOn(colour),
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Black or white, by WCAG 2.1's contrast ratio; the better of the two is never under 4.5. */
export function inkOn(colour: string): '#000000' | '#ffffff' {
  return contrast(colour, '#000000') >= contrast(colour, '#ffffff') ? '#000000' : '#ffffff'
}

/** 1…21, WCAG 2.1 "contrast ratio". */
export function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (light! + 0.05) / (dark! + 0.05)
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((i) => {
    const value = Number.parseInt(colour.slice(i, i + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}
