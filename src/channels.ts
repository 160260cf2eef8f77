/** The town's channels with their secrets, which come from the environment by the names the town gives. */
import type { Channel } from '#src/notify/channel.ts'
import { egressTo } from '#src/notify/channels/egress.ts'
import { openX, type XCredentials } from '#src/notify/channels/x.ts'
import type { Town } from '#src/stations/station.ts'
import type { Clock } from '#src/stations/time.ts'
import type { Env, Settings } from './config.ts'

export type ReadSecrets =
  | { readonly kind: 'ok'; readonly x?: XCredentials }
  | { readonly kind: 'faulty'; readonly faults: readonly string[] }

/** Every missing secret is a fault by name; none is ever printed. */
export function readChannelSecrets(town: Town, env: Env): ReadSecrets {
  const { x } = town.channels
  if (!x) return { kind: 'ok' }
  const faults: string[] = []
  const secret = (field: string, variable: string): string => {
    const value = env[variable]
    if (!value) {
      faults.push(`channels.x.${field}: the environment variable ${variable} is not set`)
    }
    return value ?? ''
  }
  const credentials: XCredentials = {
    appKey: secret('appKeyEnv', x.appKeyEnv),
    appSecret: secret('appSecretEnv', x.appSecretEnv),
    accessToken: secret('accessTokenEnv', x.accessTokenEnv),
    accessSecret: secret('accessSecretEnv', x.accessSecretEnv),
  }
  return faults.length > 0 ? { kind: 'faulty', faults } : { kind: 'ok', x: credentials }
}

/** Opens what the town has configured. Throws when a secret is missing: that is checked before. */
export function openChannels(
  town: Town,
  options: { readonly env: Env; readonly settings: Settings; readonly clock: Clock },
): readonly Channel[] {
  const secrets = readChannelSecrets(town, options.env)
  if (secrets.kind === 'faulty') throw new Error(secrets.faults.join('\n'))
  if (!secrets.x || !town.channels.x) return []
  const { xProxy } = options.settings
  return [
    openX({
      credentials: secrets.x,
      account: town.channels.x.account,
      clock: options.clock,
      ...(xProxy ? { connect: egressTo(xProxy.host, xProxy.port) } : {}),
    }),
  ]
}
