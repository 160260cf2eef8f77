/**
 * Vendors' payload codecs at arm's length: a few worker threads, each with QuickJS, a clock that ends a
 * worker that doesn't come back, and no second chance for ever. Workers start with the first decode, so
 * a town without codecs pays nothing.
 */
import { Worker } from 'node:worker_threads'
import { MAX_SOURCE_BYTES } from './protocol.ts'
import type { CodecInput, Order, Report, WorkerFailure } from './protocol.ts'

export interface Codec {
  /** Its file's name, for messages. */
  readonly file: string
  readonly source: string
}

export type CodecFailure = WorkerFailure | 'too-slow' | 'out-of-service'

export type CodecOutcome =
  /** What TS013's answer holds; nothing of it has been checked. */
  | { readonly kind: 'answered'; readonly data: unknown; readonly warnings: readonly string[] }
  | { readonly kind: 'failed'; readonly because: CodecFailure; readonly detail: string }

export interface CodecPool extends AsyncDisposable {
  /**
   * Resolves with what the codec made of it, within seconds whatever the codec does; waits its turn
   * while all workers are busy. Rejects only when the pool closes.
   */
  run(codec: Codec, input: CodecInput): Promise<CodecOutcome>
  /** Codecs that are not run any more until their file changes, with the reason of the last strike. */
  outOfService(): readonly { readonly file: string; readonly because: string }[]
  stats(): CodecStats
}

export interface CodecStats {
  readonly outcomes: Readonly<Record<'answered' | CodecFailure, number>>
  readonly strikes: number
  readonly waiting: number
  readonly workers: number
}

export interface CodecPoolOptions {
  /** Two by default: one that hangs for a second holds up half. */
  readonly workers?: number
  /** How long one decode may take by the wall clock. Generous: the count of interrupts comes first. */
  readonly patienceMs?: number
  /** Told once when a codec is taken out of service. */
  readonly onOutOfService?: (file: string, because: string) => void
}

/** After so many decodes that had to be stopped, a codec is not run any more. */
export const MOST_STRIKES = 3
const STRIKES: ReadonlySet<CodecFailure> = new Set(['over-budget', 'out-of-memory', 'too-slow'])
const PATIENCE_MS = 1000
/** A worker that doesn't get up in this time is tried again with the next decode. */
const STARTING_PATIENCE_MS = 10_000
const SHOWN_CHARACTERS = 300
const MOST_WARNINGS = 5

interface Known {
  readonly no: number
  readonly file: string
  strikes: number
  /** Set when it is out of service. */
  because: string | undefined
}

interface Job {
  readonly codec: Codec
  readonly known: Known
  readonly input: CodecInput
  readonly resolve: (outcome: CodecOutcome) => void
  readonly reject: (error: Error) => void
}

interface Hand {
  readonly worker: Worker
  /** Codecs whose text it has. */
  readonly has: Set<number>
  ready: boolean
  job: Job | undefined
  watchdog: NodeJS.Timeout | undefined
}

export function openCodecPool(options: CodecPoolOptions = {}): CodecPool {
  const most = options.workers ?? 2
  const patienceMs = options.patienceMs ?? PATIENCE_MS
  const known = new Map<string, Known>()
  const hands = new Set<Hand>()
  const waiting: Job[] = []
  const outcomes: Record<'answered' | CodecFailure, number> = {
    answered: 0,
    threw: 0,
    'over-budget': 0,
    'out-of-memory': 0,
    'bad-answer': 0,
    'too-slow': 0,
    'out-of-service': 0,
  }
  let strikes = 0
  let closed = false

  const lookUp = ({ file, source }: Codec): Known => {
    let codec = known.get(source)
    if (!codec) {
      codec = { no: known.size, file, strikes: 0, because: undefined }
      known.set(source, codec)
    }
    return codec
  }

  const settle = (job: Job, outcome: CodecOutcome): void => {
    const what = outcome.kind === 'failed' ? outcome.because : 'answered'
    outcomes[what]++
    if (outcome.kind === 'failed' && STRIKES.has(outcome.because)) strike(job.known, outcome)
    job.resolve(outcome)
  }

  const strike = (codec: Known, { because, detail }: CodecOutcome & { kind: 'failed' }): void => {
    strikes++
    if (++codec.strikes < MOST_STRIKES || codec.because !== undefined) return
    codec.because = `${because}: ${detail}`
    options.onOutOfService?.(codec.file, codec.because)
  }

  const send = (hand: Hand, order: Order): void => hand.worker.postMessage(order)

  const give = (hand: Hand, job: Job): void => {
    hand.job = job
    hand.worker.ref()
    const { no } = job.known
    if (!hand.has.has(no)) {
      hand.has.add(no)
      send(hand, { kind: 'codec', codec: no, source: job.codec.source })
    }
    send(hand, { kind: 'decode', codec: no, input: job.input })
    hand.watchdog = setTimeout(() => {
      const detail = `no answer within ${patienceMs} ms; its thread was ended`
      discard(hand, { kind: 'failed', because: 'too-slow', detail })
    }, patienceMs)
  }

  /** Ends a worker, tells its job's fate and lets another take its place. */
  const discard = (hand: Hand, fate: CodecOutcome): void => {
    if (!hands.delete(hand)) return
    clearTimeout(hand.watchdog)
    void hand.worker.terminate()
    if (hand.job) settle(hand.job, fate)
    next()
  }

  const start = (): void => {
    const worker = new Worker(new URL('codec-worker.ts', import.meta.url), {
      // Dates as text would otherwise depend on where the service runs.
      env: { TZ: 'UTC' },
      resourceLimits: { maxOldGenerationSizeMb: 64 },
    })
    const hand: Hand = { worker, has: new Set(), ready: false, job: undefined, watchdog: undefined }
    hands.add(hand)
    const gone = (error?: Error): void => {
      const detail = error
        ? `its thread failed: ${error.message.slice(0, 100)}`
        : 'its thread ended'
      discard(hand, { kind: 'failed', because: 'out-of-memory', detail })
    }
    worker.on('error', gone)
    worker.on('exit', () => gone())
    worker.on('message', (report: Report) => {
      clearTimeout(hand.watchdog)
      const { job } = hand
      hand.job = undefined
      hand.ready = true
      worker.unref()
      if (job && report.kind !== 'ready') settle(job, outcomeOf(report))
      next()
    })
    hand.watchdog = setTimeout(() => gone(), STARTING_PATIENCE_MS)
  }

  const next = (): void => {
    if (closed) return
    for (const hand of hands) {
      if (waiting.length === 0) return
      if (hand.ready && !hand.job) give(hand, waiting.shift()!)
    }
    const starting = [...hands].filter((hand) => !hand.ready).length
    if (waiting.length > starting && hands.size < most) start()
  }

  return {
    run(codec, input) {
      if (closed) return Promise.reject(new Error('the codec pool is closed'))
      const entry = lookUp(codec)
      if (entry.because !== undefined) {
        outcomes['out-of-service']++
        const detail = `${codec.file} had to be stopped ${MOST_STRIKES} times and is not run any more (${entry.because}); mend it and reload the town`
        return Promise.resolve({ kind: 'failed', because: 'out-of-service', detail })
      }
      if (Buffer.byteLength(codec.source) > MAX_SOURCE_BYTES) {
        outcomes['bad-answer']++
        const detail = `${codec.file} is longer than ${MAX_SOURCE_BYTES} bytes`
        return Promise.resolve({ kind: 'failed', because: 'bad-answer', detail })
      }
      return new Promise((resolve, reject) => {
        waiting.push({ codec, known: entry, input, resolve, reject })
        next()
      })
    },
    outOfService: () =>
      [...known.values()].flatMap(({ file, because }) =>
        because === undefined ? [] : [{ file, because }],
      ),
    stats: () => ({
      outcomes: { ...outcomes },
      strikes,
      waiting: waiting.length,
      workers: hands.size,
    }),
    async [Symbol.asyncDispose]() {
      closed = true
      const lost = new Error('the codec pool closed before this was decoded')
      const ending = [...hands]
      hands.clear()
      for (const job of [...waiting.splice(0), ...ending.flatMap((h) => h.job ?? [])]) {
        job.reject(lost)
      }
      for (const hand of ending) clearTimeout(hand.watchdog)
      await Promise.all(ending.map((hand) => hand.worker.terminate()))
    },
  }
}

/** Looks into a codec's answer for the first time: JSON, so nothing of it is alive. */
function outcomeOf(report: Exclude<Report, { kind: 'ready' }>): CodecOutcome {
  if (report.kind === 'failed') return report
  let answer: unknown
  try {
    answer = JSON.parse(report.json)
  } catch {
    // It has put another function in the place of JSON.stringify.
    return { kind: 'failed', because: 'bad-answer', detail: 'the codec answered no JSON' }
  }
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) {
    return { kind: 'failed', because: 'bad-answer', detail: 'expected an object with data' }
  }
  const { data, errors, warnings } = answer as Readonly<Record<string, unknown>>
  const faults = textsOf(errors)
  if (faults.length > 0) return { kind: 'failed', because: 'threw', detail: faults.join('; ') }
  if (typeof data !== 'object' || data === null) {
    return { kind: 'failed', because: 'bad-answer', detail: 'expected an object with data' }
  }
  return { kind: 'answered', data, warnings: textsOf(warnings) }
}

function textsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return []
  return value
    .slice(0, MOST_WARNINGS)
    .map((text) =>
      (typeof text === 'string' ? text : JSON.stringify(text)).slice(0, SHOWN_CHARACTERS),
    )
}
