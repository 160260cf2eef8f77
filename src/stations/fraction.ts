/**
 * The fractions of a recycling station: the national service types 1–8 of the Swedish waste hub
 * (Avfallshubben `serviceType`, `serviceId` = 100 + type). Types 9 and 10 are services, not boxes.
 */

export const FRACTIONS = [
  {
    id: 'paper',
    type: 1,
    sv: 'pappersförpackningar',
    en: 'paper packaging',
    fi: 'paperipakkaukset',
  },
  {
    id: 'plastic',
    type: 2,
    sv: 'plastförpackningar',
    en: 'plastic packaging',
    fi: 'muovipakkaukset',
  },
  {
    id: 'metal',
    type: 3,
    sv: 'metallförpackningar',
    en: 'metal packaging',
    fi: 'metallipakkaukset',
  },
  { id: 'clear-glass', type: 4, sv: 'ofärgat glas', en: 'clear glass', fi: 'väritön lasi' },
  { id: 'coloured-glass', type: 5, sv: 'färgat glas', en: 'coloured glass', fi: 'värillinen lasi' },
  { id: 'newspapers', type: 6, sv: 'tidningar', en: 'newspapers', fi: 'sanomalehdet' },
  { id: 'batteries', type: 7, sv: 'batterier', en: 'batteries', fi: 'paristot' },
  { id: 'textiles', type: 8, sv: 'textil', en: 'textiles', fi: 'tekstiilit' },
] as const

export type Fraction = (typeof FRACTIONS)[number]['id']
export type FractionType = (typeof FRACTIONS)[number]['type']

/** Languages of everything residents see. */
export const LANGUAGES = ['sv', 'en', 'fi'] as const
export type Language = (typeof LANGUAGES)[number]

/** Languages of what staff alone see. */
export const STAFF_LANGUAGES = ['sv', 'en'] as const satisfies readonly Language[]
export type StaffLanguage = (typeof STAFF_LANGUAGES)[number]

export function parseLanguage(text: string | undefined): Language | undefined {
  return LANGUAGES.find((language) => language === text)
}

const byId = new Map<string, (typeof FRACTIONS)[number]>(FRACTIONS.map((f) => [f.id, f]))

export function parseFraction(text: string): Fraction | undefined {
  return byId.get(text)?.id
}

/** What a language's paths begin with: nothing in Swedish, `/en`, `/fi`. */
export function languageRoot(language: Language): string {
  return language === 'sv' ? '' : `/${language}`
}

/** The national service type, 1–8. */
export function fractionType(fraction: Fraction): FractionType {
  return byId.get(fraction)!.type
}

/** Running-text name: `pappersförpackningar`, `clear glass`. */
export function fractionName(fraction: Fraction, language: Language): string {
  return byId.get(fraction)![language]
}
