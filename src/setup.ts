/** How the service has been set up, for its administrators' page; and its town's folder read anew while it runs. */
import type { Reread, Setup } from '#src/pages/site.ts'
import type { Clock } from '#src/stations/time.ts'
import { mutex } from '#src/store/mutex.ts'
import { findSecretFaults } from './channels.ts'
import { SECRETS, type Address, type Env, type Settings } from './config.ts'
import { readTownFolder, type TownFolder } from './town-folder.ts'

/**
 * Reads a folder and brings it into force. With faults everything goes on as before. One reading at a
 * time; it throws when what was read can't be brought into force.
 */
export function rereads(
  folder: string,
  env: Env,
  reload: (folder: TownFolder) => Promise<void>,
): () => Promise<Reread> {
  const inTurn = mutex()
  const once = async (): Promise<Reread> => {
    const read = await readTownFolder(folder)
    if (read.kind === 'faulty') return read
    const faults = findSecretFaults(read.folder.town, env)
    if (faults.length > 0) return { kind: 'faulty', faults }
    await reload(read.folder)
    return { kind: 'ok', warnings: read.folder.warnings }
  }
  return () => inTurn(once)
}

export function setupOf(
  settings: Settings,
  env: Env,
  clock: Clock,
  reread: () => Promise<Reread>,
): Setup {
  let lastRead: ReturnType<Setup['lastRead']> = { at: clock(), read: { kind: 'ok', warnings: [] } }
  return {
    folder: settings.town ?? '',
    settings: Object.entries(told(settings)).map(([name, value]) => ({ name, value })),
    secrets: SECRETS.map(({ env: name }) => ({ name, isSet: (env[name] ?? '') !== '' })),
    lastRead: () => lastRead,
    async reread(by) {
      const read = await reread()
      lastRead = { at: clock(), by, read }
      return read
    },
  }
}

/** By the names of the flags, without anything secret. */
function told(settings: Settings): Readonly<Record<string, string>> {
  const { http, mqtt, mqttWs, broker, influx, trustedProxies } = settings
  return {
    'public-url': settings.publicUrl,
    http: addressText(http),
    mqtt: mqtt ? addressText(mqtt) : 'off',
    'mqtt-ws': mqttWs ? addressText(mqttWs) : 'off',
    ...(broker && { broker: broker.url }),
    'home-assistant': settings.homeAssistant ?? 'off',
    'trusted-proxy': trustedProxies?.join(', ') ?? 'loopback',
    ...(settings.hubUrl !== undefined && { 'websub-hub': settings.hubUrl }),
    history: influx ? 'influx' : 'sqlite',
    ...(influx && { 'influx-url': influx.url }),
    'keep-readings':
      settings.keepReadingsDays === undefined ? 'forever' : String(settings.keepReadingsDays),
    'verify-nightly': settings.verifyNightly === false ? 'off' : 'on',
    log: settings.logLevel,
    data: settings.data,
  }
}

function addressText({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
