/**
 * All of Kvitter, wired as it is served, in this process: the demo town with what towns have that demos
 * don't (a long name, sixty containers at one station, one of which nothing is known), on a clock that a
 * test sets. Tells which routes were registered.
 */
import diagnostics from 'node:diagnostics_channel'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { DEMO_TOWN } from '#src/demo.ts'
import { serve, type Running } from '#src/serve.ts'
import type { Container, Station, Town } from '#src/stations/station.ts'
import { type EpochMs, HOUR, MINUTE, plus } from '#src/stations/time.ts'
import { readTownFolder } from '#src/town-folder.ts'
import { containerId } from './town.ts'

export interface WholeTown extends AsyncDisposable {
  readonly url: string
  readonly running: Running
  /** Lets time pass without a word from anybody. */
  setNow(at: EpochMs): void
  /** What went wrong inside, a line each. */
  readonly errors: readonly string[]
  /** Every address that answers GET, as it was registered: `/s/:id`. */
  readonly routes: readonly string[]
  /** What staff and the station page are looked at with; the others are odd. */
  readonly stations: {
    readonly plain: Station
    readonly longName: Station
    readonly many: Station
    readonly unknown: Station
  }
}

export const STAFF_TOKEN = 'a-long-enough-token'

const LONG_NAME =
  'Västra Vinkelåkersgatans återvinningsstation vid gamla tegelbruket i Rångedala, norr'
const MANY = 60

export async function openWholeTown(start: EpochMs): Promise<WholeTown> {
  let now = start
  await using opening = new AsyncDisposableStack()
  const data = await mkdtemp(join(tmpdir(), 'kvitter-whole-'))
  opening.defer(() => rm(data, { recursive: true, force: true }))
  const read = await readTownFolder(DEMO_TOWN)
  if (read.kind !== 'ok') throw new Error(read.faults.join('\n'))
  const { town, odd } = withOddities(read.folder.town)

  const routes: string[] = []
  const listen = (message: unknown): void => {
    const { fastify } = message as { readonly fastify: FastifyInstance }
    fastify.addHook('onRoute', ({ method, url }) => {
      if ([method].flat().includes('GET')) routes.push(url)
    })
  }
  diagnostics.subscribe('fastify.initialization', listen)
  const errors: string[] = []
  const anywhere = { host: '127.0.0.1', port: 0 }
  const running = opening.use(
    await serve({
      settings: {
        data,
        http: anywhere,
        mqtt: anywhere,
        publicUrl: 'http://127.0.0.1',
        staffToken: STAFF_TOKEN,
        logLevel: 'error',
      },
      folder: { ...read.folder, town },
      env: {},
      clock: () => now,
      log: pino({ level: 'error' }, { write: (line: string) => errors.push(line) }),
      demo: { speed: 1 },
    }),
  )
  diagnostics.unsubscribe('fastify.initialization', listen)
  await tellLevels(running, town, odd.unknown, now)
  const open = opening.move()
  return {
    url: running.httpUrl,
    running,
    errors,
    setNow(at) {
      now = at
    },
    routes: [...new Set(routes)],
    stations: odd,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

function withOddities(town: Town): { readonly town: Town; readonly odd: WholeTown['stations'] } {
  const [plain, second, third, unknown, ...others] = town.stations
  const longName: Station = { ...second!, name: LONG_NAME }
  const many: Station = { ...third!, containers: manyOf(third!) }
  const odd = { plain: plain!, longName, many, unknown: unknown! }
  return { town: { ...town, stations: [plain!, longName, many, unknown!, ...others] }, odd }
}

/** The station's own containers, and as many more of the same kinds as make sixty. */
function manyOf(station: Station): readonly Container[] {
  const own = station.containers
  return Array.from({ length: MANY }, (_, i): Container => {
    const like = own[i % own.length]!
    if (i < own.length) return like
    const name = `${like.fraction}-${MANY + i}`
    return { ...like, id: containerId(`${station.id}-${name}`), name }
  })
}

/** A week of levels of every container with a sensor; of one station nothing was ever heard. */
async function tellLevels(
  { journal }: Running,
  town: Town,
  silent: Station,
  now: EpochMs,
): Promise<void> {
  let n = 0
  const told: Promise<void>[] = []
  const silentOnes = new Set(silent.containers.map(({ id }) => id))
  for (let hoursAgo = 168; hoursAgo >= 0; hoursAgo -= 12) {
    for (const { deviceId, containerId: id } of town.mountings) {
      n += 1
      if (silentOnes.has(id)) continue
      const measuredAt = plus(now, -hoursAgo * HOUR - 5 * MINUTE)
      const fillPercent = ((n % 61) + (168 - hoursAgo) / 4) % 101
      const { promise, resolve } = Promise.withResolvers<void>()
      told.push(promise)
      journal.append(
        {
          kind: 'uplink',
          deviceId,
          receivedAt: measuredAt,
          fingerprint: n,
          tellsRepeats: false,
          readings: [
            {
              deviceId,
              n: 0,
              containerId: id,
              measuredAt,
              receivedAt: measuredAt,
              fillPercent,
              flags: [],
            },
          ],
        },
        () => resolve(),
      )
    }
  }
  await Promise.all(told)
}
