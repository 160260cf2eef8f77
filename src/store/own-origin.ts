/** Where a form stood, as browsers tell it: another site must not speak for whoever looks at it. */
import type { IncomingHttpHeaders } from 'node:http'

/** `unsaid`: by something that is no browser, or by a very old one. */
export function originOf(
  { origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders,
  publicUrl: string,
): 'own' | 'elsewhere' | 'unsaid' {
  if (site !== undefined) return site === 'same-origin' || site === 'none' ? 'own' : 'elsewhere'
  if (origin === undefined) return 'unsaid'
  const own = [new URL(publicUrl).origin, `http://${host}`, `https://${host}`]
  return own.includes(origin) ? 'own' : 'elsewhere'
}
