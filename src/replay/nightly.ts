/**
 * Every night the last day is played again: the same records must give the same decisions. Where they
 * don't, something in the engine, its kept state or the journal is not as we think it is.
 */
import type { Logger } from 'pino'
import { Counter, Gauge, type Registry } from 'prom-client'
import { type Clock, DAY, HOUR, MINUTE, plus, wallTime } from '#src/stations/time.ts'
import { NoReplay } from '#src/store/journal-reader.ts'
import { askPast } from './ask.ts'
import type { Past } from './replay-process.ts'

/** By the town's clock, when little happens. */
const AT_MINUTE = 3 * 60 + 20
/** What is looked at reaches back to the newest snapshot older than this. */
const BACK_MS = DAY + 2 * HOUR
const LOOK_EVERY_MS = 5 * MINUTE
/** It gives way to everything. */
const NICENESS = 19

export interface NightlyOptions {
  readonly past: Past
  readonly clock: Clock
  readonly timeZone: () => string
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
  readonly metrics: Registry
  readonly lookEveryMs?: number
}

export interface Nightly extends AsyncDisposable {
  /** Does it now. */
  now(): Promise<void>
}

export function startNightly(options: NightlyOptions): Nightly {
  const { past, clock, timeZone, log, metrics, lookEveryMs = LOOK_EVERY_MS } = options
  const mismatches = new Counter({
    name: 'kvitter_replay_mismatches_total',
    help: 'Decisions that a nightly replay of the journal did not give again',
    registers: [metrics],
  })
  const verifiedAt = new Gauge({
    name: 'kvitter_replay_verified_timestamp_seconds',
    help: 'When a nightly replay last came to its end',
    registers: [metrics],
  })
  const closing = new AbortController()
  const { signal } = closing
  let underWay: Promise<void> | undefined
  let doneDay: string | undefined

  const verify = async (): Promise<void> => {
    const span = { from: plus(clock(), -BACK_MS) }
    try {
      const task = { past, question: { kind: 'verify', span }, niceness: NICENESS } as const
      const found = await askPast(task, { signal })
      if (found.kind !== 'verified') return
      verifiedAt.set(clock() / 1000)
      const { since, records, same, differences, first } = found
      if (differences === 0) {
        log.info({ since, records, decisions: same }, 'the journal gives the same decisions again')
        return
      }
      mismatches.inc(differences)
      log.error(
        { since, records, decisions: same, differences, first: first[0] },
        'the journal does not give the same decisions again; "kvitter replay --verify" tells more',
      )
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof NoReplay) log.info(`nothing to verify tonight: ${error.message}`)
      else log.warn({ err: error }, 'the nightly replay failed; it is tried again tomorrow')
    }
  }
  const now = (): Promise<void> => {
    underWay ??= verify().finally(() => {
      underWay = undefined
    })
    return underWay
  }
  const look = (): void => {
    const { day, minuteOfDay } = wallTime(clock(), timeZone())
    if (minuteOfDay < AT_MINUTE || day === doneDay) return
    // A service that is started in the daytime waits for the night.
    const isNight = minuteOfDay < AT_MINUTE + 60
    doneDay = day
    if (isNight) void now()
  }
  const timer = setInterval(look, lookEveryMs).unref()
  look()
  return {
    now,
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      closing.abort(new Error('the service stops'))
      await underWay
    },
  }
}
