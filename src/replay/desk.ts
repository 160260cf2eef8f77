/** Takes questions to the past, a few at a time beside the service, and keeps their answers for a while. */
import { randomUUID } from 'node:crypto'
import type { Clock, EpochMs } from '#src/stations/time.ts'
import { HOUR, MINUTE } from '#src/stations/time.ts'
import { NoReplay } from '#src/store/journal-reader.ts'
import { mutex } from '#src/store/mutex.ts'
import {
  type CheckedFile,
  checkFiles,
  filesOf,
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
  /** The rule files in question, looked at. Undefined when too many long ones wait for that already. */
  check(question: ReplayQuestion): Promise<readonly CheckedFile[] | undefined>
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
  /** Of real time: one that takes longer is ended. */
  readonly longestMs?: number
  /** A process that was started ahead waits so long for a question. */
  readonly spareMs?: number
  /** An answer is kept so long, by the clock, counted from the question. */
  readonly keptMs?: number
}

const AT_ONCE = 2
const MOST_WAITING = 8
const LONGEST_MS = 10 * MINUTE
/** Of the longest rule file, on a machine with other things to do. */
const LONGEST_CHECK_MS = MINUTE
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

class TooLong extends Error {
  constructor(longestMs: number) {
    const minutes = Math.round(longestMs / MINUTE)
    super(
      `It took longer than ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} and was ended: ask for a shorter span, for one station, or with fewer rules.`,
    )
  }
}

export function openReplayDesk(options: DeskOptions): ReplayDesk {
  const { past, clock, onFault, atOnce = AT_ONCE, mostWaiting = MOST_WAITING } = options
  const { keptMs = KEPT_MS, longestMs = LONGEST_MS } = options
  const spare = keepSpare(options.spareMs ?? SPARE_MS)
  const jobs = new Map<string, Job>()
  const waiting: Job[] = []
  const running = new Set<Promise<void>>()
  const closing = new AbortController()
  const inTurn = mutex()
  let checks = 0
  let isClosed = false

  const run = async ({ ticket, question, abort, patience }: Job): Promise<void> => {
    ticket.state = 'running'
    const limit = setTimeout(() => abort.abort(new TooLong(longestMs)), longestMs).unref()
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
      const isTooLong = abort.signal.reason instanceof TooLong
      if (abort.signal.aborted && !isTooLong) return
      const isTold = error instanceof NoReplay || isTooLong
      ticket.state = 'failed'
      ticket.why = isTold ? (error as Error).message : 'It failed on our side.'
      if (!isTold) onFault('a replay failed', error)
    } finally {
      clearTimeout(limit)
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

  /** Undefined where it takes too long, or the service goes. */
  const checkBeside = async (
    question: ReplayQuestion,
  ): Promise<readonly CheckedFile[] | undefined> => {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(LONGEST_CHECK_MS)])
    if (signal.aborted) return undefined
    const task = { past, question, niceness: NICENESS, checkOnly: true } as const
    try {
      const found = await askPast(task, { signal })
      return found.kind === 'checked' ? found.files : undefined
    } catch (error) {
      if (signal.aborted) return undefined
      throw error
    }
  }

  return {
    async check(question) {
      const length = filesOf(question).reduce((sum, [, { text }]) => sum + text.length, 0)
      if (length <= SMALL) return checkFiles(question)
      if (checks >= mostWaiting) return undefined
      checks += 1
      try {
        return await inTurn(() => checkBeside(question))
      } finally {
        checks -= 1
      }
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
      closing.abort()
      for (const job of jobs.values()) cancel(job)
      spare[Symbol.dispose]()
      await Promise.all(running)
      // Whatever was being checked is behind this.
      await inTurn(() => Promise.resolve())
    },
  }
}
