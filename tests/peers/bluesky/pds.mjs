/**
 * A real Bluesky server (the reference PDS) on loopback, with one account:
 *   node tests/peers/bluesky/pds.mjs FOLDER HANDLE PASSWORD
 * Says `{"url","did","appPassword"}` as a line of JSON when it is up. Its directory of identities stands
 * beside it in this process: it keeps what the server registers there and vouches for nothing.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { Secp256k1Keypair } from '@atproto/crypto'
import { PDS, envToCfg, envToSecrets } from '@atproto/pds'

const [folder, handle, password] = process.argv.slice(2)
const directory = await startDirectory()
const port = await findFreePort()
const rotation = await Secp256k1Keypair.create({ exportable: true })
const settings = {
  port,
  hostname: 'localhost',
  version: 'test',
  devMode: true,
  disableSsrfProtection: true,
  dataDirectory: folder,
  blobstoreDiskLocation: `${folder}/blobs`,
  didPlcUrl: directory,
  serviceHandleDomains: ['.test'],
  inviteRequired: false,
  rateLimitsEnabled: true,
  crawlers: [],
  recoveryDidKey: rotation.did(),
  plcRotationKeyK256PrivateKeyHex: Buffer.from(await rotation.export()).toString('hex'),
  jwtSecret: randomBytes(32).toString('hex'),
  dpopSecret: randomBytes(32).toString('hex'),
  adminPassword: randomBytes(16).toString('hex'),
}
const pds = await PDS.create(envToCfg(settings), envToSecrets(settings))
await pds.start()

const url = `http://localhost:${port}`
const account = await call('createAccount', { handle, password, email: 'station@example.test' })
const app = await call('createAppPassword', { name: 'kvitter' }, account.accessJwt)
process.stdout.write(`${JSON.stringify({ url, did: account.did, appPassword: app.password })}\n`)

async function call(name, body, token) {
  const answer = await fetch(`${url}/xrpc/com.atproto.server.${name}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** `POST /{did}` registers, `GET /{did}` gives its document and `GET /{did}/data` what was registered. */
async function startDirectory() {
  const registered = new Map()
  async function answer(request, response) {
    const [, did, part] = decodeURIComponent(request.url).split('/')
    if (request.method === 'POST') registered.set(did, await json(request))
    const entry = registered.get(did)
    response.writeHead(entry ? 200 : 404, { 'content-type': 'application/json' })
    const told = entry && (part === 'data' ? { did, ...entry } : documentOf(did, entry))
    response.end(JSON.stringify(told ?? { message: 'not registered' }))
  }
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${server.address().port}`
}

function documentOf(did, { alsoKnownAs, verificationMethods, services }) {
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did,
    alsoKnownAs,
    verificationMethod: Object.entries(verificationMethods).map(([name, key]) => ({
      id: `${did}#${name}`,
      type: 'Multikey',
      controller: did,
      publicKeyMultibase: key.replace('did:key:', ''),
    })),
    service: Object.entries(services).map(([name, { type, endpoint }]) => ({
      id: `#${name}`,
      type,
      serviceEndpoint: endpoint,
    })),
  }
}
