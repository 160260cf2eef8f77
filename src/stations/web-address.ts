/** Addresses that a page may link to. */

/** An absolute `http` or `https` address, without a password in it. */
export function isWebAddress(text: string): boolean {
  const url = URL.parse(text)
  if (!url || url.username !== '' || url.password !== '' || /\s/.test(text)) return false
  return url.protocol === 'http:' || url.protocol === 'https:'
}
