/** Where mail is handed over, as one address: `smtps://user:password@smtp.example.se:465`. */

export interface SmtpAddress {
  readonly host: string
  readonly port: number
  /** TLS from the first byte; otherwise by STARTTLS. */
  readonly isTls: boolean
  /** Neither: a relay on this machine, or one that the operator says is inside (`?tls=off`). */
  readonly isPlain: boolean
  readonly user?: string
  readonly password?: string
}

export const SMTP_ADDRESS_HINT =
  'is no address of a mail server; expected smtps://user:password@smtp.example.se or smtp://… (odd characters as %40), with ?tls=off for a relay inside that has no TLS'

export function parseSmtpAddress(text: string): SmtpAddress | undefined {
  const url = URL.parse(text)
  if (!url || (url.protocol !== 'smtp:' && url.protocol !== 'smtps:')) return undefined
  const isTls = url.protocol === 'smtps:'
  const hasMore = (url.pathname !== '' && url.pathname !== '/') || url.hash !== ''
  const isOff = url.search === '?tls=off'
  if (url.hostname === '' || hasMore || (url.search !== '' && (!isOff || isTls))) return undefined
  const user = decode(url.username)
  const password = decode(url.password)
  if (user === undefined || password === undefined) return undefined
  if ((user === '') !== (password === '')) return undefined
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return {
    host,
    port: url.port === '' ? (isTls ? 465 : 587) : Number(url.port),
    isTls,
    isPlain: !isTls && (isOff || /^(?:127\.\d+\.\d+\.\d+|localhost|::1)$/.test(host)),
    ...(user !== '' && { user, password }),
  }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
