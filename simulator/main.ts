#!/usr/bin/env node
/** The simulator's command; see --help. */
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Town } from '#src/stations/station.ts'
import { isoText } from '#src/stations/time.ts'
import { formatFaults, parseTownFile } from '#src/stations/town-file.ts'

import { type BikePeople, playBike, readAddresses } from './bike.ts'
import { openBrokerLink } from './broker-link.ts'
import type { BrokerLink } from './broker-link.ts'
import { HELP, parseCommand } from './command-line.ts'
import type { BrokerOptions, Command, LoadCommand, TownCommand } from './command-line.ts'
import { sensorsOf } from './devices.ts'
import { DEFAULT_FAULTS, NO_FAULTS } from './faults.ts'
import { loadTown } from './load-town.ts'
import { formatLoadReport, runLoad } from './load.ts'
import { eventLine, play } from './play.ts'
import { simulateTown } from './simulate.ts'

/** How long to wait for a broker that is still starting. */
const PATIENCE_MS = 30_000

async function main(command: Command): Promise<number> {
  switch (command.kind) {
    case 'help':
      process.stdout.write(HELP)
      return 0
    case 'wrong':
      process.stderr.write(`${command.because}\n`)
      return 2
    case 'write-town':
      mkdirSync(command.folder, { recursive: true })
      writeFileSync(join(command.folder, 'town.yaml'), loadTown(command.devices))
      return 0
    case 'load':
      return load(command)
    case 'town':
      return town(command)
  }
}

async function load(command: LoadCommand): Promise<number> {
  const { devices, connections, pace, seconds, warmupSeconds, changing } = command
  const { url, username, password } = command.broker
  const { hostname, port } = new URL(url)
  const report = await runLoad({
    host: hostname,
    port: port === '' ? 1883 : Number(port),
    login: {
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    },
    devices,
    connections,
    pace,
    seconds,
    warmupSeconds,
    changing,
  })
  process.stdout.write(command.json ? `${JSON.stringify(report)}\n` : formatLoadReport(report))
  return report.unacknowledged > 0 || report.failures.length > 0 ? 1 : 0
}

async function town(command: TownCommand): Promise<number> {
  const path = join(command.folder, 'town.yaml')
  const parsed = parseTownFile(readFileSync(path, 'utf8'), path)
  if (parsed.kind === 'faulty') {
    process.stderr.write(formatFaults(parsed.faults))
    return 1
  }
  const { seed, start, until } = command
  const faults = command.faults === 'none' ? NO_FAULTS : DEFAULT_FAULTS
  const events = simulateTown({
    town: parsed.town,
    seed,
    start,
    faults,
    ...(until === undefined ? {} : { until }),
  })
  if (command.dryRun) {
    for (const event of events) {
      if (!process.stdout.write(`${eventLine(event)}\n`)) await once(process.stdout, 'drain')
    }
    return 0
  }

  const log = (line: string) => {
    if (!command.quiet) process.stderr.write(`${line}\n`)
  }
  const stop = stopSignal(command.untilStdinEnds)
  const senders = new Set(sensorsOf(parsed.town, seed, start, faults).map((s) => s.via))
  const links = await openLinks(command.broker, parsed.town, senders, log)
  log(`${parsed.town.name}: ${parsed.town.devices.length} devices, from ${isoText(start)}`)
  const people = command.bikeUrl === undefined ? undefined : bikePeople(command, command.bikeUrl)
  const onFault = (error: unknown) => log(`the return bike: ${String(error)}`)
  const riding = people && playBike(people, command, stop, onFault)
  const played = await play(events, command, links, stop, ({ messages, emptied, reached }) => {
    log(`${isoText(reached!)}  ${messages} messages, ${emptied} boxes emptied`)
  })
  await riding
  for (const link of links.values()) await link.close()

  const tallies = [...links.values()].map((link) => link.tally)
  const acknowledged = tallies.reduce((sum, tally) => sum + tally.acknowledged, 0)
  log(`${played.messages} messages sent, ${acknowledged} acknowledged`)
  return stop.aborted || acknowledged === played.messages ? 0 : 1
}

function bikePeople({ folder, seed }: TownCommand, url: string): BikePeople | undefined {
  const addresses = readAddresses(folder)
  const staffToken = process.env['KVITTER_STAFF_TOKEN'] ?? ''
  return addresses && { url, seed, addresses, staffToken }
}

/** One connection for the devices that speak for themselves, one for each network server; all or none. */
async function openLinks(
  broker: BrokerOptions,
  town: Town,
  senders: ReadonlySet<string>,
  log: (line: string) => void,
): Promise<Map<string, BrokerLink>> {
  const { url, username, password, serverPasswords } = broker
  const links = new Map<string, BrokerLink>()
  const open = async (id: string, login: { username?: string; password?: string }) => {
    const clientId = `kvitter-simulator-${id}-${process.pid}`
    links.set(id, await openBrokerLink({ url, clientId, ...login, patienceMs: PATIENCE_MS, log }))
  }
  try {
    if (senders.has('native')) {
      const name = username === undefined ? {} : { username }
      await open('native', password === undefined ? name : { ...name, password })
    }
    for (const { id } of town.networkServers) {
      if (!senders.has(id)) continue
      const serverPassword = serverPasswords.get(id)
      const login = serverPassword === undefined ? {} : { username: id, password: serverPassword }
      await open(id, login)
    }
  } catch (error) {
    for (const link of links.values()) await link.close()
    throw error
  }
  return links
}

/** Aborts on SIGINT or SIGTERM, and, if wanted, when standard input ends. */
function stopSignal(untilStdinEnds: boolean): AbortSignal {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort())
  if (untilStdinEnds) {
    process.stdin.resume()
    process.stdin.once('end', () => stop.abort())
    process.stdin.once('error', () => stop.abort())
    process.stdin.unref()
  }
  return stop.signal
}

// A reader such as `head` may close the pipe early; that is its right.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1)
})

try {
  process.exitCode = await main(parseCommand(process.argv.slice(2), Date.now()))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
