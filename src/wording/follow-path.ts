/** Where residents follow stations, change that, and end it. */
import { languageRoot, type Language } from '#src/stations/fraction.ts'

const PATHS: Readonly<Record<Language, string>> = { sv: '/folj', en: '/follow', fi: '/seuraa' }

/** Without the language's root. */
export function followPath(language: Language): string {
  return PATHS[language]
}

/** The page behind a link that was mailed, or given to a browser. */
export function followLink(publicUrl: string, language: Language, token: string): string {
  return `${publicUrl}${languageRoot(language)}${followPath(language)}/${token}`
}

/** A POST there ends everything, with no page in between (RFC 8058). */
export function endLink(publicUrl: string, token: string): string {
  return `${publicUrl}${followPath('sv')}/${token}/end`
}
