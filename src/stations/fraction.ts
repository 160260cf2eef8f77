/**
 * The fractions of a recycling station: the national service types 1–8 of the Swedish waste hub
 * (Avfallshubben `serviceType`, `serviceId` = 100 + type). Types 9 and 10 are services, not boxes.
 */

export const FRACTIONS = [
  { id: 'paper', type: 1, sv: 'pappersförpackningar', en: 'paper packaging' },
  { id: 'plastic', type: 2, sv: 'plastförpackningar', en: 'plastic packaging' },
  { id: 'metal', type: 3, sv: 'metallförpackningar', en: 'metal packaging' },
  { id: 'clear-glass', type: 4, sv: 'ofärgat glas', en: 'clear glass' },
  { id: 'coloured-glass', type: 5, sv: 'färgat glas', en: 'coloured glass' },
  { id: 'newspapers', type: 6, sv: 'tidningar', en: 'newspapers' },
  { id: 'batteries', type: 7, sv: 'batterier', en: 'batteries' },
  { id: 'textiles', type: 8, sv: 'textil', en: 'textiles' },
] as const

export type Fraction = (typeof FRACTIONS)[number]['id']
export type FractionType = (typeof FRACTIONS)[number]['type']

/** Languages of everything residents see. */
export const LANGUAGES = ['sv', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

const byId = new Map<string, (typeof FRACTIONS)[number]>(FRACTIONS.map((f) => [f.id, f]))

export function parseFraction(text: string): Fraction | undefined {
  return byId.get(text)?.id
}

/** The national service type, 1–8. */
export function fractionType(fraction: Fraction): FractionType {
  return byId.get(fraction)!.type
}

/** Running-text name: `pappersförpackningar`, `clear glass`. */
export function fractionName(fraction: Fraction, language: Language): string {
  return byId.get(fraction)![language]
}
