import { describe, expect, test } from 'vitest'
import type { PostPictures } from '#src/cards/card-desk.ts'
import { findAddressFaults, findSecretFaults, openChannels, sameAccounts } from '#src/channels.ts'
import { readSettings } from '#src/config.ts'
import type { MastodonAccount, Town, XAccount } from '#src/stations/station.ts'
import { HOUR, instant } from '#src/stations/time.ts'
import {
  FAKE_BLUESKY_ACCOUNT,
  FAKE_BLUESKY_PASSWORD,
  startFakeBluesky,
} from '#tests/support/fake-bluesky.ts'
import {
  FAKE_MASTODON_ACCOUNT,
  FAKE_MASTODON_TOKEN,
  startFakeMastodon,
} from '#tests/support/fake-mastodon.ts'
import { FAKE_WEBHOOK_SECRET } from '#tests/support/fake-webhook.ts'
import { castTown, ekudden } from '#tests/support/town.ts'
import { claimed } from './notify/deliveries.ts'
import { testPictures } from './notify/pictures.ts'

const x: XAccount = {
  account: 'avs_provstad',
  language: 'sv',
  appKeyEnv: 'APP_KEY',
  appSecretEnv: 'APP_SECRET',
  accessTokenEnv: 'TOKEN',
  accessSecretEnv: 'TOKEN_SECRET',
}
const mastodon = (server: string): MastodonAccount => ({
  server,
  account: FAKE_MASTODON_ACCOUNT,
  language: 'sv',
  accessTokenEnv: 'MASTODON_TOKEN',
})

const town = (channels: Town['channels']): Town => ({ ...castTown, channels })
const clock = () => instant(Date.now())

const store = {
  channelNote: async () => undefined,
  keepChannelNote: async () => {},
  spend: async () => {},
}

function open(channels: Town['channels'], env: Record<string, string>, pictures?: PostPictures) {
  const read = readSettings([], {})
  if (read.kind !== 'ok') throw new Error(read.faults.join())
  const { settings } = read
  const more = pictures ? { pictures } : {}
  return openChannels(town(channels), { env, settings, clock, store, secret: '', ...more })
}

test('so are the login for SMS and the numbers of staff, and no number is told', () => {
  const withSms: Town = {
    ...castTown,
    sms: {
      provider: '46elks',
      from: 'Returcykel',
      usernameEnv: 'ELKS_USERNAME',
      passwordEnv: 'ELKS_PASSWORD',
      monthlyLimit: 100,
    },
    staffAlerts: { sms: ['ON_CALL', 'DEPOT'], language: 'sv' },
  }
  const env = { ELKS_USERNAME: 'u 1', ON_CALL: '070-123 45 67', DEPOT: '+46701234567' }
  expect(findSecretFaults(withSms, env)).toEqual([
    'sms.usernameEnv: the environment variable ELKS_USERNAME has a space, a line break or a letter outside ASCII in it; copy the secret anew, all of it and nothing else',
    'sms.passwordEnv: the environment variable ELKS_PASSWORD is not set',
    'staffAlerts.sms[0]: the environment variable ON_CALL is no phone number; expected one such as +46701234567',
  ])
})

test('every missing secret is told by its field, and none that is there', () => {
  const channels = {
    x: [x, { ...x, account: 'ekudden', accessTokenEnv: 'EKUDDEN' }],
    mastodon: [mastodon('https://mastodon.example')],
  }
  const env = { APP_KEY: 'k', APP_SECRET: 's', TOKEN: 't', EKUDDEN: '' }
  expect(findSecretFaults(town(channels), env)).toEqual([
    'channels.x[0].accessSecretEnv: the environment variable TOKEN_SECRET is not set',
    'channels.x[1].accessTokenEnv: the environment variable EKUDDEN is not set',
    'channels.x[1].accessSecretEnv: the environment variable TOKEN_SECRET is not set',
    'channels.mastodon.accessTokenEnv: the environment variable MASTODON_TOKEN is not set',
  ])
  expect(() => open(channels, env)).toThrow('TOKEN_SECRET is not set')
})

test('nobody’s own password is taken for an app password', () => {
  const service = 'https://bsky.social'
  const account = { service, account: 'avs.example', language: 'sv', appPasswordEnv: 'P' } as const
  expect(findSecretFaults(town({ bluesky: [account] }), { P: 'Sommar2026!' })).toEqual([
    'channels.bluesky.appPasswordEnv: the environment variable P is no app password, xxxx-xxxx-xxxx-xxxx; the account’s own password is for people',
  ])
})

test('a webhook’s secret must be one', () => {
  const webhook = [
    { account: 'a', language: 'sv', url: 'https://a.example', secretEnv: 'S' },
  ] as const
  expect(findSecretFaults(town({ webhook }), { S: 'hunter2' })).toEqual([
    'channels.webhook.secretEnv: the environment variable S is no secret of a webhook; expected whsec_ and 24 to 64 bytes in base64',
  ])
  const [channel] = open({ webhook }, { S: FAKE_WEBHOOK_SECRET })
  expect([channel!.name, channel!.account]).toEqual(['webhook', 'a'])
})

test.each([
  ['a line break in it', 'hemlig\nword'],
  ['one behind it', 'hemlig\n'],
  ['a space before it', ' hemlig'],
  ['a control character', 'hemlig\u0007'],
  ['another alphabet’s letter', 'hemligé'],
])('a secret with %s is told by its variable and never shown', (_, secret) => {
  const names = ['APP_KEY', 'APP_SECRET', 'TOKEN', 'TOKEN_SECRET', 'MASTODON_TOKEN', 'P', 'S']
  const env = Object.fromEntries(names.map((name) => [name, secret]))
  const faults = findSecretFaults(
    town({
      x: [x],
      mastodon: [mastodon('https://mastodon.example')],
      bluesky: [
        { service: 'https://bsky.social', account: 'a', language: 'sv', appPasswordEnv: 'P' },
      ],
      webhook: [{ account: 'a', language: 'sv', url: 'https://a.example', secretEnv: 'S' }],
    }),
    env,
  )
  expect(faults.map((fault) => / variable (\w+) /.exec(fault)?.[1])).toEqual(names)
  expect(faults.join()).not.toContain('hemlig')
  expect(faults[4]).toBe(
    'channels.mastodon.accessTokenEnv: the environment variable MASTODON_TOKEN has a space, a line break or a letter outside ASCII in it; copy the secret anew, all of it and nothing else',
  )
})

test('a right secret with a line break behind it is told too', () => {
  const accounts = {
    bluesky: [
      { service: 'https://bsky.social', account: 'a', language: 'sv', appPasswordEnv: 'P' },
    ],
    webhook: [{ account: 'a', language: 'sv', url: 'https://a.example', secretEnv: 'S' }],
  } as const
  const env = { P: FAKE_BLUESKY_PASSWORD, S: FAKE_WEBHOOK_SECRET }
  expect(findSecretFaults(town(accounts), env)).toEqual([])
  const broken = { P: `${env.P}\n`, S: `${env.S}\n` }
  expect(findSecretFaults(town(accounts), broken)).toHaveLength(2)
})

describe('actors of the town’s own', () => {
  const fediverse = { activitypub: [{ account: 'avs', language: 'sv' }] } as const

  test.each([
    ['https://avs.example.se', false, true],
    ['https://avs.example.se/under/a/path', false, false],
    ['http://avs.example.se', false, false],
    ['http://127.0.0.1:8080', false, false],
    ['http://127.0.0.1:8080', true, true],
    ['http://avs.example.se', true, false],
  ])('at %s (in a demo: %s) are well: %s', (url, isDemo, isWell) => {
    expect(findAddressFaults(town({}), url, isDemo)).toEqual([])
    expect(findAddressFaults(town(fediverse), url, isDemo)).toEqual(
      isWell
        ? []
        : [
            `channels.activitypub: other servers must reach us at the top of a domain over https; set --public-url to an address such as https://avs.example.se, got ${url}`,
          ],
    )
  })

  test('need no secret', () => {
    expect(findSecretFaults(town(fediverse), {})).toEqual([])
  })
})

test.each([
  ['https://avs.example.se', false, true],
  ['https://example.se/avs', false, true],
  ['http://127.0.0.1:8080', false, false],
  ['http://127.0.0.1:8080', true, true],
  ['http://avs.example.se', true, false],
])('residents told from %s (in a demo: %s) find their way back: %s', (url, isDemo, isWell) => {
  const told = town({
    email: [{ account: 'subscribers', from: 'avs@example.se', name: 'ÅVS', smtpUrlEnv: 'SMTP' }],
    push: [{ account: 'subscribers', contact: 'avs@example.se' }],
  })
  const fix = `set --public-url to an address such as https://avs.example.se, got ${url}`
  expect(findAddressFaults(told, url, isDemo)).toEqual(
    isWell
      ? []
      : [
          `channels.email: the links in letters must lead to us over https; ${fix}`,
          `channels.push: browsers allow notifications over https alone; ${fix}`,
        ],
  )
})

test('a town without accounts opens none', () => {
  expect(open({}, {})).toEqual([])
})

test('on Bluesky the account speaks with its app password', async () => {
  await using fake = await startFakeBluesky()
  const account = { service: fake.url, account: FAKE_BLUESKY_ACCOUNT, language: 'sv' } as const
  const accounts = [{ ...account, appPasswordEnv: 'BLUESKY_PASSWORD' }]
  const [channel] = open({ bluesky: accounts }, { BLUESKY_PASSWORD: FAKE_BLUESKY_PASSWORD })
  const turn = { now: clock(), signal: new AbortController().signal }
  expect(await channel!.send(claimed(1, clock()), turn)).toMatchObject({ kind: 'sent' })
  expect(fake.said).toHaveLength(1)
})

test('on Mastodon an account for the whole town is public, one for stations unlisted', async () => {
  await using fake = await startFakeMastodon()
  const account = mastodon(fake.url)
  const accounts = [
    account,
    { ...account, stations: [ekudden.id] },
    { ...account, stations: [ekudden.id], visibility: 'public' as const },
  ]
  const channels = open({ mastodon: accounts }, { MASTODON_TOKEN: FAKE_MASTODON_TOKEN })
  const turn = { now: clock(), signal: new AbortController().signal }
  for (const [n, channel] of channels.entries()) await channel.send(claimed(n, clock()), turn)
  expect(fake.said.map(({ visibility }) => visibility)).toEqual(['public', 'unlisted', 'public'])
})

test('an account has pictures unless the town says otherwise', async () => {
  await using fake = await startFakeMastodon()
  const account = mastodon(fake.url)
  const pictures = testPictures()
  const channels = open(
    { mastodon: [account, { ...account, pictures: false }, { ...account, pictures: true }] },
    { MASTODON_TOKEN: FAKE_MASTODON_TOKEN },
    pictures,
  )
  const turn = { now: clock(), signal: new AbortController().signal }
  for (const [n, channel] of channels.entries()) await channel.send(claimed(n, clock()), turn)
  expect(fake.said.map((said) => said.pictures?.length)).toEqual([1, undefined, 1])
})

test('what the town says that a platform grants takes the place of its usual limits', () => {
  const accounts = [
    mastodon('https://a.example'),
    { ...mastodon('https://b.example'), account: 'b', postsPerHour: 2000 },
  ]
  const [usual, granted] = open({ mastodon: accounts }, { MASTODON_TOKEN: FAKE_MASTODON_TOKEN })
  expect(usual!.limits).toMatchObject([{ most: 300, withinMs: 3 * HOUR }])
  expect(granted!.limits).toEqual([{ most: 2000, withinMs: HOUR, accounts: ['b'] }])
})

describe('an account is the same in another town’s file', () => {
  const before = town({
    x: [x, { ...x, account: 'ekudden' }],
    mastodon: [mastodon('https://a.example')],
  })
  const onX = { channel: 'x', account: x.account } as const
  test.each([
    ['when nothing of it has changed', before, true],
    ['whatever else has', { ...before, name: 'Annanstad' }, true],
    ['not when a word of it has', town({ x: [{ ...x, monthlyBudget: 5 }] }), false],
    ['not when it is gone', town({}), false],
    ['not when it shares X’s limits with others', town({ x: [x] }), false],
    ['not when months begin at another time', { ...before, timeZone: 'UTC' }, false],
  ])('%s', (_, after, expected) => {
    expect(sameAccounts(before, after)(onX)).toBe(expected)
  })
})

test.each([
  [undefined, 'is not set'],
  ['smtp.example.se', 'is no address of a mail server; expected smtps://'],
  ['smtps://user:s3cret word@smtp.example.se', 'has a space'],
  ['smtps://user:s3cret@smtp.example.se', undefined],
])('the mail server %j', (address, fault) => {
  const email = [
    { account: 'subscribers', from: 'avs@example.se', name: 'A', smtpUrlEnv: 'SMTP_URL' },
  ] as const
  const [found, ...more] = findSecretFaults(town({ email }), { SMTP_URL: address })
  expect(more).toEqual([])
  if (fault === undefined) expect(found).toBeUndefined()
  else {
    expect(found).toContain(`channels.email.smtpUrlEnv: the environment variable SMTP_URL ${fault}`)
  }
  expect(found ?? '').not.toContain('s3cret')
})
