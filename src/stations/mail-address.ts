/** Addresses that mail is sent to. */

/** RFC 5321 § 4.5.3.1: what a path may be long, and of it what stands before the @. */
const MOST_CHARACTERS = 254
const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * An address as it can be mailed to, the domain in lower case and ASCII (`å` becomes `xn--…`). Undefined for
 * quoted local parts, literal addresses and letters outside ASCII before the @: hardly anybody has them, and
 * many servers don't take them.
 */
export function parseMailAddress(text: string): string | undefined {
  const trimmed = text.trim()
  const at = trimmed.lastIndexOf('@')
  const local = trimmed.slice(0, Math.max(at, 0))
  const domain = asciiDomain(trimmed.slice(at + 1))
  if (!LOCAL_PART.test(local) || local.length > 64 || domain === undefined) return undefined
  const address = `${local}@${domain}`
  return address.length <= MOST_CHARACTERS ? address : undefined
}

function asciiDomain(text: string): string | undefined {
  if (/[\s/?#:@\\]/.test(text)) return undefined
  const host = URL.parse(`https://${text}/`)?.hostname
  if (host === undefined) return undefined
  const labels = host.split('.')
  const isName = labels.length > 1 && labels.every((label) => LABEL.test(label))
  return isName && !/^\d+$/.test(labels.at(-1)!) ? host : undefined
}

/** The same for all that somebody may write behind a plus: where such are known they are one mailbox. */
export function mailboxWithoutTag(address: string): string {
  return mailboxOf(address).replace(/\+[^@]*(?=@)/, '')
}

/** What tells mailboxes apart: no server in use tells them apart by capitals. */
export function mailboxOf(address: string): string {
  return address.toLowerCase()
}
