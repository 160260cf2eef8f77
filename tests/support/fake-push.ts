/**
 * A push service on loopback, over TLS, with the browsers behind it. It takes nothing on trust: it verifies
 * who sent (VAPID, RFC 8292) and decrypts what was sent (RFC 8188, 8291) with the browser's own keys.
 */
import { execFileSync } from 'node:child_process'
import {
  createDecipheriv,
  createECDH,
  createPublicKey,
  hkdfSync,
  randomBytes,
  verify,
  type ECDH,
} from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PushTarget } from '#src/store/subscriber-desk.ts'
import { requireProgram } from './server-programs.ts'

export const openssl = requireProgram('openssl', 'apt-get install openssl')

/** After `cut-after` and `503-after` the message has been taken. */
export type PushTrouble =
  | '401'
  | '403'
  | '404'
  | '410'
  | '413'
  | '429'
  | '500'
  | '503'
  | '503-json'
  | '503-after'
  | 'hang'
  | 'redirect'
  | 'cut'
  | 'cut-after'

export interface PushedMessage {
  readonly browser: string
  readonly payload: any
  readonly headers: IncomingHttpHeaders
  /** What the signature says. */
  readonly claims: { readonly aud: string; readonly exp: number; readonly sub: string }
  /** The sender wasn't told that it was taken. */
  readonly isLost: boolean
  /** Milliseconds. */
  readonly at: number
}

export interface FakePush extends AsyncDisposable {
  readonly url: string
  /** Its certificate. */
  readonly ca: string
  /** Each message meets the first and takes it away. */
  readonly troubles: PushTrouble[]
  readonly pushed: PushedMessage[]
  /** Browsers for which everything is refused. */
  readonly unreached: Set<string>
  /** Why messages were refused, in words. */
  readonly refused: string[]
  /** A new browser that subscribed for whoever has this key. */
  subscribe(applicationServerKey: string): PushTarget
}

interface Browser {
  readonly ecdh: ECDH
  readonly auth: Buffer
  readonly applicationServerKey: string
}

export async function startFakePush(
  options: {
    /** What the next message meets, after the queue. */
    readonly pickTrouble?: () => PushTrouble | undefined
  } = {},
): Promise<FakePush> {
  const { key, cert } = makeCertificate()
  const browsers = new Map<string, Browser>()
  const troubles: PushTrouble[] = []
  const pushed: PushedMessage[] = []
  const unreached = new Set<string>()
  const refused: string[] = []
  let url = ''

  function answer(
    name: string,
    headers: IncomingHttpHeaders,
    body: Buffer,
    to: ServerResponse,
    trouble?: PushTrouble,
  ) {
    const refuse = (status: number, why: string) => {
      refused.push(why)
      to.writeHead(status).end()
    }
    const browser = browsers.get(name)
    if (!browser) return refuse(404, 'no such browser')
    const claims = readVapid(headers.authorization ?? '', browser, url)
    if (typeof claims === 'string') return refuse(403, claims)
    if (headers['content-encoding'] !== 'aes128gcm') return refuse(400, 'encoding')
    if (!/^\d+$/.test(String(headers['ttl']))) return refuse(400, 'TTL')
    if (!/^[A-Za-z0-9_-]{1,32}$/.test(String(headers['topic']))) return refuse(400, 'Topic')
    const payload = JSON.parse(decrypt(body, browser)) as unknown
    pushed.push({
      browser: name,
      payload,
      headers,
      claims,
      isLost: !!trouble || to.destroyed,
      at: Date.now(),
    })
    if (trouble) return misbehave(trouble, to)
    to.writeHead(201, { location: `${url}/messages/${pushed.length}` }).end()
  }

  function misbehave(trouble: PushTrouble, to: ServerResponse): void {
    switch (trouble) {
      case 'hang':
        return
      case 'cut':
      case 'cut-after':
        to.socket?.destroy()
        return
      case 'redirect':
        to.writeHead(302, { location: 'https://127.0.0.1:1/' }).end()
        return
      case '429':
        to.writeHead(429, { 'retry-after': '90' }).end()
        return
      case '503-json':
      case '503-after':
        to.writeHead(503, { 'content-type': 'application/json' }).end('{"error":"busy"}')
        return
      default:
        to.writeHead(Number(trouble)).end('<html>trouble</html>')
    }
  }

  const server = createServer({ key, cert }, (request, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const trouble = troubles.shift() ?? options.pickTrouble?.()
      if (trouble && !trouble.endsWith('-after')) return misbehave(trouble, response)
      const name = /^\/to\/([\w-]+)$/.exec(request.url ?? '')?.[1] ?? ''
      if (unreached.has(name)) return misbehave('403', response)
      return answer(name, request.headers, Buffer.concat(chunks), response, trouble)
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    ca: cert,
    troubles,
    pushed,
    unreached,
    refused,
    subscribe(applicationServerKey) {
      const ecdh = createECDH('prime256v1')
      const p256dh = ecdh.generateKeys('base64url')
      const auth = randomBytes(16)
      const name = randomBytes(12).toString('base64url')
      browsers.set(name, { ecdh, auth, applicationServerKey })
      return { endpoint: `${url}/to/${name}`, p256dh, auth: auth.toString('base64url') }
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

function makeCertificate(): { readonly key: string; readonly cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'kvitter-push-'))
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    execFileSync(
      openssl!,
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
        ...['-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=push'],
        ...['-addext', 'subjectAltName=IP:127.0.0.1'],
      ],
      { stdio: 'ignore' },
    )
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The claims; or why they are nobody's. */
function readVapid(header: string, browser: Browser, origin: string) {
  const [, token = '', key = ''] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(header) ?? []
  const [head, body, signature] = token.split('.')
  if (!head || !body || !signature) return 'no token'
  if (key !== browser.applicationServerKey) return 'another key than the subscription’s'
  const point = Buffer.from(key, 'base64url')
  const publicKey = createPublicKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
  })
  const isSigned = verify(
    'sha256',
    Buffer.from(`${head}.${body}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  )
  if (!isSigned) return 'signature'
  const parse = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown
  if ((parse(head) as { alg: string }).alg !== 'ES256') return 'algorithm'
  const claims = parse(body) as PushedMessage['claims']
  const leftS = claims.exp - Date.now() / 1000
  if (claims.aud !== origin) return `audience ${claims.aud}`
  if (!(leftS > 0 && leftS <= 24 * 3600)) return 'expiry'
  if (!/^(?:mailto:.+@|https:)/.test(claims.sub)) return 'subject'
  return claims
}

function decrypt(body: Buffer, { ecdh, auth }: Browser): string {
  const salt = body.subarray(0, 16)
  const keyLength = body[20]!
  const theirs = body.subarray(21, 21 + keyLength)
  const sealed = body.subarray(21 + keyLength)
  const derive = (secret: Uint8Array, salt: Uint8Array, info: Buffer, length: number) =>
    Buffer.from(hkdfSync('sha256', secret, salt, info, length))
  const about = Buffer.concat([Buffer.from('WebPush: info\0'), ecdh.getPublicKey(), theirs])
  const secret = derive(ecdh.computeSecret(theirs), auth, about, 32)
  const key = derive(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16)
  const nonce = derive(secret, salt, Buffer.from('Content-Encoding: nonce\0'), 12)
  const decipher = createDecipheriv('aes-128-gcm', key, nonce)
  decipher.setAuthTag(sealed.subarray(-16))
  const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
  return padded.subarray(0, padded.lastIndexOf(2)).toString()
}
