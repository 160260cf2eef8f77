/** Who is it? A user name and a token against the hash we keep. */
import { timingSafeEqual } from 'node:crypto'
import { Buffer } from 'node:buffer'
import { parseDeviceId } from '#src/stations/ids.ts'
import type { Credential } from '#src/store/contract.ts'
import { hashToken } from '#src/store/token.ts'
import type { Identity } from './access.ts'

export type FindCredential = (username: string) => Promise<Credential | undefined>

export type Login =
  | { readonly kind: 'in'; readonly identity: Identity }
  | {
      readonly kind: 'refused'
      readonly because: 'no-name' | 'wrong-name-or-token' | 'store-unavailable'
      /** CONNACK return code (MQTT 3.1.1 §3.2.2.3): 3 unavailable, 4 bad name or password, 5 not authorised. */
      readonly returnCode: 3 | 4 | 5
    }

/** Compared with when there is no such user, so that the answer takes as long. */
const NOBODY = '0'.repeat(64)

export async function logIn(
  username: string | undefined,
  password: Uint8Array | undefined,
  options: { readonly anonymous: boolean; readonly credential: FindCredential },
): Promise<Login> {
  if (username === undefined || username === '') {
    return options.anonymous
      ? { kind: 'in', identity: { kind: 'anonymous' } }
      : { kind: 'refused', because: 'no-name', returnCode: 5 }
  }
  let credential: Credential | undefined
  try {
    credential = await find(username, options.credential)
  } catch {
    return { kind: 'refused', because: 'store-unavailable', returnCode: 3 }
  }
  const right = tokenFits(password ?? new Uint8Array(), credential?.tokenHash ?? NOBODY)
  const identity = credential && identityOf(credential)
  return right && identity
    ? { kind: 'in', identity }
    : { kind: 'refused', because: 'wrong-name-or-token', returnCode: 4 }
}

/** As it was written, else in the spelling in which we keep a DevEUI. */
async function find(username: string, credential: FindCredential): Promise<Credential | undefined> {
  const found = await credential(username)
  if (found) return found
  const canonical = parseDeviceId(username)
  return canonical && canonical !== username ? credential(canonical) : undefined
}

function tokenFits(token: Uint8Array, tokenHash: string): boolean {
  const given = Buffer.from(hashToken(token), 'hex')
  const kept = Buffer.from(tokenHash, 'hex')
  return kept.length === given.length && timingSafeEqual(given, kept)
}

function identityOf({ role, username }: Credential): Identity | undefined {
  switch (role) {
    case 'device': {
      const deviceId = parseDeviceId(username)
      return deviceId && { kind: 'device', deviceId }
    }
    case 'network-server':
      return { kind: 'network-server', id: username }
    case 'reader':
      return { kind: 'reader', username }
  }
}
