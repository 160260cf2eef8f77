/** Where residents book the return bike, and where they change and cancel that. */
import { LANGUAGES, languageRoot, type Language } from '#src/stations/fraction.ts'
import type { BookingLanguage } from '#src/stations/return-bike.ts'

const PATHS: Readonly<Record<Language, string>> = { sv: '/boka', en: '/book', fi: '/varaa' }

/** Without the language's root. */
export function bookPath(language: Language): string {
  return PATHS[language]
}

/** A booking's own page, for who has its secret; in Swedish where there are no pages in that language. */
export function bookingLink(
  publicUrl: string,
  language: BookingLanguage,
  { reference, secret }: { readonly reference: string; readonly secret: string },
): string {
  const pages = LANGUAGES.find((known) => known === language) ?? 'sv'
  return `${publicUrl}${languageRoot(pages)}${bookPath(pages)}/${reference}/${secret}`
}
