/** Takes questions to the past, a few at a time beside the service, and keeps their answers for a while. */
import { randomUUID } from 'node:crypto'
import type { Clock, EpochMs } from '#src/stations/time.ts'
import { HOUR, MINUTE } from '#src/stations/time.ts'
import { NoReplay } from '#src/store/journal-reader.ts'
import {
  type FaultsOfFiles,
  filesOf,
  findFaults,
  type ReplayAnswer,
  type ReplayQuestion,
} from './answer.ts'
import { askPast } from './ask.ts'
import { keepSpare } from './spare-process.ts'
import type { Past } from './replay-process.ts'

export interface ReplayTicket {
  readonly id: string
  readonly askedAt: EpochMs
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  /** How much is done, 0…1. */
  readonly share: number
  /** When done. */
  readonly answer?: ReplayAnswer
  /** When failed. */
  readonly why?: string
}

export interface ReplayDesk extends AsyncDisposable {
  /** The faults of the rule files in question, if they have any. */
  faultsOf(question: ReplayQuestion): Promise<FaultsOfFiles>
  /** Undefined when too many wait already. */
  ask(question: ReplayQuestion): ReplayTicket | undefined
  find(id: string): ReplayTicket | undefined
  /** Somebody will soon ask: the next question then needn't wait for a process to start. */
  prepare(): void
  /** Ends it, or forgets what it came to. Undefined where there is no such thing. */
  cancel(id: string): ReplayTicket | undefined
}

export interface DeskOptions {
  readonly past: Past
  readonly clock: Clock
  readonly onFault: (what: string, error: unknown) => void
  /** At one time, and waiting. */
  readonly atOnce?: number
  readonly mostWaiting?: number
  /** A process that was started ahead waits so long for a question. */
  readonly spareMs?: number
  /** An answer is kept so long, by the clock, counted from the question. */
  readonly keptMs?: number
}

const AT_ONCE = 2
const MOST_WAITING = 8
const SPARE_MS = 5 * MINUTE
/** Of real time: whoever waits asks several times a second, and tabs are closed. */
const UNASKED_MS = 10 * MINUTE
/** So many answers for so long: each is at most a megabyte or two. */
const MOST_KEPT = 10
const KEPT_MS = HOUR
/** Behind everything that the service itself does. */
const NICENESS = 10
/** Of one station, a quarter of a second of work that somebody sits and waits for. */
const NICENESS_OF_ONE = 0
/** Characters of rules that are looked at on the spot. */
const SMALL = 50_000

type Mutable = { -readonly [Key in keyof ReplayTicket]: ReplayTicket[Key] }
interface Job {
  readonly ticket: Mutable
  readonly question: ReplayQuestion
  readonly abort: AbortController
  /** Ends it when nobody has asked for it for long. */
  readonly patience: NodeJS.Timeout
}

export function openReplayDesk(options: DeskOptions): ReplayDesk {
  const { past, clock, onFault, atOnce = AT_ONCE, mostWaiting = MOST_WAITING } = options
  const keptMs = options.keptMs ?? KEPT_MS
  const spare = keepSpare(options.spareMs ?? SPARE_MS)
  const jobs = new Map<string, Job>()
  const waiting: Job[] = []
  const running = new Set<Promise<void>>()
  let isClosed = false

  const run = async ({ ticket, question, abort, patience }: Job): Promise<void> => {
    ticket.state = 'running'
    try {
      const { signal } = abort
      const onProgress = (share: number): void => {
        ticket.share = share
      }
      const isOfOne = question.kind === 'try' || question.kind === 'write-test'
      const task = { past, question, niceness: isOfOne ? NICENESS_OF_ONE : NICENESS }
      ticket.answer = await askPast(task, { signal, onProgress }, spare.take())
      ticket.state = 'done'
      ticket.share = 1
      // Whoever tries rules tries them again.
      if (question.kind === 'try' && !isClosed) spare.prepare()
    } catch (error) {
      if (abort.signal.aborted) return
      ticket.state = 'failed'
      ticket.why = error instanceof NoReplay ? error.message : 'It failed on our side.'
      if (!(error instanceof NoReplay)) onFault('a replay failed', error)
    } finally {
      clearTimeout(patience)
    }
  }

  const next = (): void => {
    if (isClosed) return
    while (running.size < atOnce) {
      const job = waiting.shift()
      if (!job) return
      const work = run(job).finally(() => {
        running.delete(work)
        next()
      })
      running.add(work)
    }
  }

  const forgetOld = (): void => {
    const over = [...jobs.values()].filter(
      ({ ticket }) => ticket.state !== 'waiting' && ticket.state !== 'running',
    )
    const surplus = Math.max(0, over.length - MOST_KEPT)
    for (const [i, { ticket }] of over.entries()) {
      if (i < surplus || clock() - ticket.askedAt > keptMs) jobs.delete(ticket.id)
    }
  }

  const cancel = (job: Job): void => {
    clearTimeout(job.patience)
    if (job.ticket.state === 'waiting') waiting.splice(waiting.indexOf(job), 1)
    if (job.ticket.state === 'waiting' || job.ticket.state === 'running') {
      job.ticket.state = 'cancelled'
    }
    job.abort.abort(new Error('cancelled'))
  }

  return {
    async faultsOf(question) {
      const length = filesOf(question).reduce((sum, [, { text }]) => sum + text.length, 0)
      if (length <= SMALL) return findFaults(question)
      const task = { past, question, niceness: NICENESS, checkOnly: true } as const
      const found = await askPast(task)
      return found.kind === 'faulty' ? found.faults : []
    },
    ask(question) {
      forgetOld()
      if (isClosed || (waiting.length >= mostWaiting && running.size >= atOnce)) return undefined
      const ticket: Mutable = { id: randomUUID(), askedAt: clock(), state: 'waiting', share: 0 }
      const patience = setTimeout(() => cancel(job), UNASKED_MS).unref()
      const job: Job = { ticket, question, abort: new AbortController(), patience }
      jobs.set(ticket.id, job)
      waiting.push(job)
      next()
      return { ...ticket }
    },
    find(id) {
      forgetOld()
      const job = jobs.get(id)
      if (!job) return undefined
      const { ticket, patience } = job
      if (ticket.state === 'waiting' || ticket.state === 'running') patience.refresh()
      return { ...ticket }
    },
    prepare() {
      if (!isClosed) spare.prepare()
    },
    cancel(id) {
      const job = jobs.get(id)
      if (!job) return undefined
      cancel(job)
      jobs.delete(id)
      return { ...job.ticket }
    },
    async [Symbol.asyncDispose]() {
      isClosed = true
      for (const job of jobs.values()) cancel(job)
      spare[Symbol.dispose]()
      await Promise.all(running)
    },
  }
}
