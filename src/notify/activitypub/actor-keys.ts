/**
 * An actor's keys: RSA for signatures of requests, which everybody understands, and Ed25519 for proofs on
 * what is said. Made once and for ever: peers remember them. In the database they are sealed.
 */
import type { webcrypto } from 'node:crypto'
import { exportJwk, generateCryptoKeyPair, importJwk } from '@fedify/fedify'
import { seal, unseal } from '#src/store/sealed.ts'
import type { FediverseActor, FediverseStore } from '#src/store/fediverse.ts'

/** What Mastodon itself uses; 4096 bits take ten times as long to sign with. */
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
} as const

type KeyPair = webcrypto.CryptoKeyPair
export type ActorKeys = readonly KeyPair[]

export interface Keyring {
  /** RSA first. Made when they are first asked for. */
  keysOf(actor: FediverseActor): Promise<ActorKeys>
}

export function openKeyring(store: Pick<FediverseStore, 'keepActorKeys'>, secret: string): Keyring {
  const known = new Map<string, Promise<ActorKeys>>()

  async function find(actor: FediverseActor): Promise<ActorKeys> {
    const sealed = actor.keys ?? (await store.keepActorKeys(actor.id, await makeKeys(secret)))
    const text = unseal(sealed, secret)
    if (text === undefined) {
      throw new Error(
        `the keys of ${actor.username} were sealed with another secret; bring back secret.key or KVITTER_SECRET_KEY`,
      )
    }
    return Promise.all((JSON.parse(text) as WrittenPair[]).map(readPair))
  }

  return {
    keysOf(actor) {
      const found = known.get(actor.id) ?? find(actor)
      known.set(actor.id, found)
      found.catch(() => known.delete(actor.id))
      return found
    },
  }
}

interface WrittenPair {
  readonly privateKey: webcrypto.JsonWebKey
  readonly publicKey: webcrypto.JsonWebKey
}

async function makeKeys(secret: string): Promise<string> {
  const rsa = await crypto.subtle.generateKey(RSA, true, ['sign', 'verify'])
  const ed25519 = await generateCryptoKeyPair('Ed25519')
  return seal(JSON.stringify(await Promise.all([rsa, ed25519].map(writePair))), secret)
}

async function writePair({ privateKey, publicKey }: KeyPair): Promise<WrittenPair> {
  return { privateKey: await exportJwk(privateKey), publicKey: await exportJwk(publicKey) }
}

async function readPair({ privateKey, publicKey }: WrittenPair): Promise<KeyPair> {
  return {
    privateKey: await importJwk(privateKey, 'private'),
    publicKey: await importJwk(publicKey, 'public'),
  }
}
