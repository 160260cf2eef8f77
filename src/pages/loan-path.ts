/** Where the bike and the trailer are borrowed, without the language's root. */
import type { Language } from '#src/stations/fraction.ts'

export function loanPath(language: Language): string {
  return { sv: '/lana', en: '/borrow', fi: '/lainaa' }[language]
}
