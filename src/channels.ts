/** The town's accounts with their secrets, which come from the environment by the names the town gives. */
import type { PostPictures } from '#src/cards/card-desk.ts'
import type { Channel } from '#src/notify/channel.ts'
import { openBluesky } from '#src/notify/channels/bluesky.ts'
import { egressTo } from '#src/notify/channels/egress.ts'
import { openMastodon } from '#src/notify/channels/mastodon.ts'
import { openWebhook, webhookKey } from '#src/notify/channels/webhook.ts'
import { openX } from '#src/notify/channels/x.ts'
import { parseSmtpAddress, SMTP_ADDRESS_HINT } from '#src/notify/direct/smtp-address.ts'
import type { Account, BoundAccount, Town } from '#src/stations/station.ts'
import { isOnThisMachine } from '#src/stations/web-address.ts'
import { type Clock, HOUR, monthOf } from '#src/stations/time.ts'
import type { Store, WayOut } from '#src/store/contract.ts'
import type { Env, Settings } from './config.ts'

/** Every secret that is missing, or can be none, is a fault by name; none is ever printed. */
export function findSecretFaults(town: Town, env: Env): readonly string[] {
  return [...findChannelFaults(town, env), ...findDirectFaults(town, env)]
}

/** Of SMS: the login, and the numbers of staff. */
function findDirectFaults({ sms, staffAlerts }: Town, env: Env): readonly string[] {
  const logins = sms
    ? ([
        ['usernameEnv', sms.usernameEnv],
        ['passwordEnv', sms.passwordEnv],
      ] as const)
    : []
  return [
    ...logins.flatMap(([field, variable]) => {
      const fault = findFault('sms', env[variable])
      return fault ? [`sms.${field}: the environment variable ${variable} ${fault}`] : []
    }),
    ...(staffAlerts?.sms ?? []).flatMap((variable, i) => {
      const fault = E164.test(env[variable] ?? '')
        ? undefined
        : 'is no phone number; expected one such as +46701234567'
      return fault ? [`staffAlerts.sms[${i}]: the environment variable ${variable} ${fault}`] : []
    }),
  ]
}

const E164 = /^\+[1-9]\d{6,14}$/

function findChannelFaults({ channels }: Town, env: Env): readonly string[] {
  return Object.entries(channels).flatMap(([channel, accounts]) =>
    accounts.flatMap((account: Account, i: number) => {
      const at = `channels.${channel}${accounts.length > 1 ? `[${i}]` : ''}`
      return Object.entries(account).flatMap(([field, variable]) => {
        if (!field.endsWith('Env')) return []
        const fault = findFault(channel, env[variable])
        return fault ? [`${at}.${field}: the environment variable ${variable} ${fault}`] : []
      })
    }),
  )
}

/** What is told elsewhere leads back to us for ever. In a demo that may be on this machine. */
export function findAddressFaults(
  { channels }: Town,
  publicUrl: string,
  isDemo = false,
): readonly string[] {
  const { protocol, pathname } = new URL(publicUrl)
  const isReachable = protocol === 'https:' || (isDemo && isOnThisMachine(publicUrl))
  const needs = {
    activitypub: {
      isMet: isReachable && pathname === '/',
      what: 'other servers must reach us at the top of a domain over https',
    },
    email: { isMet: isReachable, what: 'the links in letters must lead to us over https' },
    push: { isMet: isReachable, what: 'browsers allow notifications over https alone' },
  }
  return (['activitypub', 'email', 'push'] as const).flatMap((channel) => {
    const { isMet, what } = needs[channel]
    if (!channels[channel] || isMet) return []
    return [
      `channels.${channel}: ${what}; set --public-url to an address such as https://avs.example.se, got ${publicUrl}`,
    ]
  })
}

function findFault(channel: string, value: string | undefined): string | undefined {
  if (!value) return 'is not set'
  if (channel === 'webhook' && !webhookKey(value)) {
    return 'is no secret of a webhook; expected whsec_ and 24 to 64 bytes in base64'
  }
  if (channel === 'email' && !parseSmtpAddress(value)) return SMTP_ADDRESS_HINT
  if (channel === 'bluesky' && !APP_PASSWORD.test(value)) {
    return 'is no app password, xxxx-xxxx-xxxx-xxxx; the account’s own password is for people'
  }
  if (!ONE_WORD.test(value)) {
    return 'has a space, a line break or a letter outside ASCII in it; copy the secret anew, all of it and nothing else'
  }
  return undefined
}

/** What a header can carry, and what every platform's keys and tokens are made of. */
const ONE_WORD = /^[!-~]+$/

const APP_PASSWORD = /^[a-z0-9]{4}(?:-[a-z0-9]{4}){3}$/

/** Opens what the town has configured. Throws when a secret is missing: that is checked before. */
export function openChannels(
  town: Town,
  options: {
    readonly env: Env
    readonly settings: Settings
    readonly clock: Clock
    readonly store: Pick<Store, 'channelNote' | 'keepChannelNote' | 'spend'>
    /** For accounts that the town lets have pictures. */
    readonly pictures?: PostPictures
    /** The machine's own, to seal with. */
    readonly secret: string
  },
): readonly Channel[] {
  const { env, settings, clock } = options
  const faults = findSecretFaults(town, env)
  if (faults.length > 0) throw new Error(faults.join('\n'))
  const secret = (variable: string): string => env[variable]!
  const { xProxy } = settings
  const picturesFor = ({ pictures = true }: { readonly pictures?: boolean }) =>
    pictures && options.pictures ? { pictures: options.pictures } : {}
  const { x = [], mastodon = [], bluesky = [], webhook = [] } = town.channels
  const ofApp = (name: string) => x.filter(({ appKeyEnv }) => appKeyEnv === name)
  const onX = x.map(({ account, monthlyBudget, ...names }) =>
    openX({
      credentials: {
        appKey: secret(names.appKeyEnv),
        appSecret: secret(names.appSecretEnv),
        accessToken: secret(names.accessTokenEnv),
        accessSecret: secret(names.accessSecretEnv),
      },
      account,
      clock,
      accountsOfApp: ofApp(names.appKeyEnv).map((other) => other.account),
      charge: (microUsd) =>
        options.store.spend({ channel: 'x', account }, monthOf(clock(), town.timeZone), microUsd),
      ...(monthlyBudget !== undefined && { monthlyMicroUsd: Math.round(monthlyBudget * 1e6) }),
      ...(xProxy ? { connect: egressTo(xProxy.host, xProxy.port) } : {}),
    }),
  )
  const onMastodon = mastodon.map(({ server, account, visibility, accessTokenEnv, ...places }) =>
    openMastodon({
      server,
      account,
      accessToken: secret(accessTokenEnv),
      visibility: visibility ?? (places.stations || places.areas ? 'unlisted' : 'public'),
      ...picturesFor(places),
    }),
  )
  const onBluesky = bluesky.map(({ service, account, appPasswordEnv, ...rest }) =>
    openBluesky({
      service,
      account,
      appPassword: secret(appPasswordEnv),
      notes: options.store,
      ...picturesFor(rest),
    }),
  )
  const webhooks = webhook.map(({ account, url, secretEnv }) =>
    openWebhook({ account, url, key: webhookKey(secret(secretEnv))! }),
  )
  return [
    ...onX.map((channel, i) => granted(channel, x[i]!)),
    ...onMastodon.map((channel, i) => granted(channel, mastodon[i]!)),
    ...onBluesky.map((channel, i) => granted(channel, bluesky[i]!)),
    ...webhooks,
  ]
}

/** What the town says that the platform grants takes the place of what it usually does. */
function granted(channel: Channel, { account, postsPerHour }: BoundAccount): Channel {
  if (postsPerHour === undefined) return channel
  return { ...channel, limits: [{ most: postsPerHour, withinMs: HOUR, accounts: [account] }] }
}

/** Whether an account is written in two towns' files alike, so that it need not be opened anew. */
export function sameAccounts(before: Town, after: Town): (way: WayOut) => boolean {
  return (way) => before.timeZone === after.timeZone && written(before, way) === written(after, way)
}

/** All that an account is opened with, as text; of X also who shares its app. */
function written({ channels }: Town, { channel, account }: WayOut): string {
  const accounts: readonly Pick<Account, 'account'>[] = channels[channel] ?? []
  const own = accounts.find((other) => other.account === account)
  const sharers = channels.x?.filter(
    ({ appKeyEnv }) => appKeyEnv === channels.x?.find((x) => x.account === account)?.appKeyEnv,
  )
  return JSON.stringify([own, channel === 'x' && sharers?.map((x) => x.account)])
}
