/** Which hosts a stranger may make us call: none inside the town's own network. */
import { BlockList, isIP } from 'node:net'

/** IANA's special-purpose registries (RFC 6890): what no server on the internet has. */
const INNER: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
]
const inner = new BlockList()
for (const [net, bits, family] of INNER) inner.addSubnet(net, bits, family)
/** All that is given out so far lies here; 6to4, Teredo and the like lead to other networks. */
const given = new BlockList()
given.addSubnet('2000::', 3, 'ipv6')
const tunnels = new BlockList()
tunnels.addSubnet('2001::', 23, 'ipv6')
tunnels.addSubnet('2001:db8::', 32, 'ipv6')
tunnels.addSubnet('2002::', 16, 'ipv6')
tunnels.addSubnet('3fff::', 20, 'ipv6')

/** Whether an IP address is one of the open internet. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !inner.check(address, 'ipv4')
    case 6:
      return given.check(address, 'ipv6') && !tunnels.check(address, 'ipv6')
    default:
      return false
  }
}

/** Whether a URL's host is a name on the internet. What the name leads to is looked at when it is called. */
export function isPublicName(hostname: string): boolean {
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return false
  const name = hostname.replace(/\.$/, '').toLowerCase()
  return (
    name.includes('.') &&
    !/\.(?:localhost|local|internal|intranet|lan|home|corp|arpa|test|onion)$/.test(`.${name}`)
  )
}
