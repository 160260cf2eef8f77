/** Whom others can have us ask: nobody inside our network. */
import { generateCryptoKeyPair } from '@fedify/fedify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRemote } from '#src/notify/activitypub/remote.ts'
import { startFakeFediverse, type FakeFediverse } from '#tests/support/fake-fediverse.ts'

describe('nobody has us ask', () => {
  const remote = openRemote({ userAgent: 'Kvitter', allowPrivate: false })
  let target: FakeFediverse
  beforeAll(async () => {
    target = await startFakeFediverse()
  })
  afterAll(() => target[Symbol.asyncDispose]())

  test.each([
    'http://93.184.216.34/actor',
    'https://127.0.0.1/actor',
    'https://localhost/actor',
    'https://10.1.2.3/actor',
    'https://192.168.1.1/actor',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/actor',
    'https://[fd00::1]/actor',
    'ftp://93.184.216.34/actor',
    'no address',
  ])('%s', async (url) => {
    expect(await remote.mayAsk(url)).toBe('no')
    await expect(remote.load()(url)).rejects.toThrow()
  })

  test('a name that can’t be looked up just now, and that is no refusal', async () => {
    const url = 'https://mastodon.invalid/users/anna'
    expect(await remote.mayAsk(url)).toBe('unknown')
    await expect(remote.load()(url)).rejects.toThrow('its name can’t be looked up')
  })

  test('a server on this machine, unless we ourselves are there alone', async () => {
    await expect(remote.load()(target.person('anna'))).rejects.toThrow('not an address')
    const here = openRemote({ userAgent: 'Kvitter', allowPrivate: true })
    expect(await here.load()(target.person('anna'))).toMatchObject({
      documentUrl: target.person('anna'),
    })
  })
})

test('a server that hangs is given up in time', async () => {
  await using target = await startFakeFediverse()
  target.meets.push('hang')
  const { privateKey } = await generateCryptoKeyPair('RSASSA-PKCS1-v1_5')
  const remote = openRemote({ userAgent: 'Kvitter', allowPrivate: true, timeoutMs: 200 })
  const answer = await remote.post({
    inbox: `${target.person('anna')}/inbox`,
    body: JSON.stringify({ type: 'Create', id: 'https://avs.example/1' }),
    signer: { keyId: new URL(`${target.person('anna')}#main-key`), privateKey },
    spec: 'draft-cavage-http-signatures-12',
    signal: new AbortController().signal,
  })
  expect(answer).toMatchObject({ kind: 'none' })
})
