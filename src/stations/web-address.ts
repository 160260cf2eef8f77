/** Addresses that a page may link to. */

/** An absolute `http` or `https` address, without a password in it. */
export function isWebAddress(text: string): boolean {
  const url = URL.parse(text)
  if (!url || url.username !== '' || url.password !== '' || /\s/.test(text)) return false
  return url.protocol === 'http:' || url.protocol === 'https:'
}

/** Where a secret may be sent: over TLS, or to this machine. */
export function isSecureAddress(text: string): boolean {
  const url = URL.parse(text)
  return url?.protocol === 'https:' || isOnThisMachine(text)
}

export function isOnThisMachine(address: string): boolean {
  const host = URL.parse(address)?.hostname ?? ''
  return /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(host)
}
