/** A broker on a free port of the loopback, with users, over a journal a test can hold. */
import { createHash } from 'node:crypto'
import { pino } from 'pino'
import { openBroker } from '#src/ingest/broker.ts'
import type { Broker, BrokerOptions } from '#src/ingest/broker.ts'
import { instant } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import type { Credential } from '#src/store/contract.ts'
import { castTown } from '#tests/support/town.ts'
import { heldJournal } from './held-journal.ts'
import type { HeldJournal } from './held-journal.ts'

export const NOON = instant(Date.UTC(2026, 4, 5, 12))
export const TOKEN = 'ab12cd34ef56ab12cd34ef56ab12cd34'

export const readingTopic = (device: string) => `kvitter/v1/devices/${device}/reading`
export const PAPER = 'dev-901-paper-1'
export const OTHER = 'dev-902-paper-1'

const tokenHash = createHash('sha256').update(TOKEN).digest('hex')
const users: Readonly<Record<string, Credential['role']>> = {
  [PAPER]: 'device',
  [OTHER]: 'device',
  chirp: 'network-server',
  display: 'reader',
}

const town = indexTown({
  ...castTown,
  networkServers: [
    { id: 'chirp', kind: 'chirpstack-v4', topic: 'application/7/device/+/event/up' },
  ],
})

export async function brokerForTests(
  options: Partial<BrokerOptions> = {},
): Promise<Broker & { readonly journal: HeldJournal }> {
  const { journal: given, ...rest } = options
  const held = heldJournal()
  const journal = given ?? held
  const broker = await openBroker({
    journal,
    town: () => town,
    clock: () => NOON,
    mqtt: { host: '127.0.0.1', port: 0 },
    anonymous: true,
    credential: (username) =>
      Promise.resolve(
        Object.hasOwn(users, username)
          ? { username, role: users[username]!, tokenHash }
          : undefined,
      ),
    log: pino({ level: 'silent' }),
    ...rest,
  })
  return Object.assign(broker, { journal: held })
}
