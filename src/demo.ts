/** The demo: the real thing, on a clock that runs faster, with a simulated town on the other end of the wire. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Clock, DEFAULT_TIME_ZONE, type EpochMs, instant } from '#src/stations/time.ts'

/** One town hour passes in three seconds. */
export const DEMO_SPEED = 1200

export const DEMO_TOWN = fileURLToPath(new URL('../towns/boras/', import.meta.url))
const SIMULATOR = fileURLToPath(new URL('../simulator/main.ts', import.meta.url))

export interface DemoTime {
  readonly speed: number
  /** Town time at `epoch`. */
  readonly start: EpochMs
  /** Real time at which town time was `start`. */
  readonly epoch: EpochMs
  readonly clock: Clock
}

const SATURDAY = 6

/**
 * The newest Saturday at ten in the morning by the town's clock, when people come to recycle, running
 * `speed` times as fast as ours from now on.
 */
export function demoTime(realClock: Clock, speed: number): DemoTime {
  const epoch = realClock()
  const today = Temporal.Instant.fromEpochMilliseconds(epoch)
    .toZonedDateTimeISO(DEFAULT_TIME_ZONE)
    .toPlainDate()
  const saturday = today.subtract({ days: (today.dayOfWeek - SATURDAY + 7) % 7 })
  const start = instant(
    saturday.toZonedDateTime({ timeZone: DEFAULT_TIME_ZONE, plainTime: '10:00' }).epochMilliseconds,
  )
  return { speed, start, epoch, clock: () => instant(start + (realClock() - epoch) * speed) }
}

/** Starts the simulator as a process of its own; it goes when we go. */
export function startSimulator(
  time: DemoTime,
  mqttPort: number,
  town: string,
  seed: number,
  /** Where the return bike is booked and ridden, in a town that has one. */
  bike?: { readonly url: string; readonly staffToken: string },
): ChildProcess {
  return spawn(
    process.execPath,
    [
      SIMULATOR,
      ...['--town', town, '--mqtt', `mqtt://127.0.0.1:${mqttPort}`, '--seed', String(seed)],
      ...['--speed', String(time.speed), '--start', new Date(time.start).toISOString()],
      ...['--epoch', String(time.epoch), '--until-stdin-ends', '--quiet'],
      ...(bike ? ['--bike', bike.url] : []),
    ],
    // A group of its own, so that Ctrl-C reaches us alone; its end of the pipe tells it when we are gone.
    {
      stdio: ['pipe', 'ignore', 'inherit'],
      detached: true,
      ...(bike && { env: { KVITTER_STAFF_TOKEN: bike.staffToken } }),
    },
  )
}

export async function stopSimulator(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}
