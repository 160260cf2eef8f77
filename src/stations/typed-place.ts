/** A position as somebody types it. */
import type { Place } from './station.ts'

const TYPED = /^(\d{1,2}(?:[.,]\d{1,10})?)°?(?:\s*[;,]\s*|\s+)(\d{1,2}(?:[.,]\d{1,10})?)°?$/

/** `57.7211, 12.9398`, also with decimal commas where a blank stands between; undefined for anything else. */
export function parseTypedPlace(written: string): Place | undefined {
  const found = TYPED.exec(written.trim())
  if (!found) return undefined
  const [lat, lon] = [found[1]!, found[2]!].map((text) => Number(text.replace(',', '.')))
  return { lat: lat!, lon: lon! }
}
