/** Distances in a page's language, rounded as the posts round them. */
import type { Language } from '#src/stations/fraction.ts'
import { distanceText } from '#src/wording/wall-clock.ts'

export function distanceIn(metres: number, language: Language): string {
  return distanceText(metres, language === 'en' ? '.' : ',')
}
