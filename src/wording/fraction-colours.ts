/** The colours of fractions' signs, and which ink is read on them. Pure. */
import type { Fraction } from '#src/stations/fraction.ts'
import type { FractionColours } from '#src/stations/station.ts'

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

export function colourOf(fraction: Fraction, colours: FractionColours = {}): string {
  return colours[fraction] ?? DEFAULT_COLOURS[fraction]
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
