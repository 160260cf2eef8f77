/**
 * Vendors' payload codecs at arm's length: a few worker threads, each with QuickJS, a clock that ends a
 * thread that doesn't come back, and a codec that had to be stopped three times is left alone. Threads
 * start with the first decode, so a town without codecs pays nothing.
 */
import { Worker } from 'node:worker_threads'
import { readAnswer, shownText } from './codec-answer.ts'
import { MAX_SOURCE_BYTES } from './protocol.ts'
import type { CodecInput, Order, Report, WorkerFailure } from './protocol.ts'

export interface Codec {
  /** Its file's name, for messages. */
  readonly file: string
  readonly source: string
}

export type CodecFailure = WorkerFailure | 'too-slow' | 'out-of-service'

export type CodecOutcome =
  /** `data` of TS013's answer: plain JSON of bounded size and depth. What its fields mean is not known here. */
  | { readonly kind: 'answered'; readonly data: unknown; readonly warnings: readonly string[] }
  | { readonly kind: 'failed'; readonly because: CodecFailure; readonly detail: string }

export interface CodecPool extends AsyncDisposable {
  /**
   * Resolves with what the codec made of it, within seconds of its turn whatever the codec does. How many
   * wait is bounded by whoever calls: an uplink is not acknowledged before it is decoded, and only so many
   * are taken in unacknowledged. Rejects only when the pool closes.
   */
  run(codec: Codec, input: CodecInput): Promise<CodecOutcome>
  /** Codecs that are not run any more until their file changes, with the reason of the last strike. */
  outOfService(): readonly { readonly file: string; readonly because: string }[]
  /** Forgets all codecs but these, and their strikes: a strike is held against a text, not a file's name. */
  keepOnly(codecs: readonly Codec[]): void
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
  /** Told of each decode that was tried, from when a thread had it to its end. */
  readonly observe?: (seconds: number) => void
  /** Told once when a codec is taken out of service. */
  readonly onOutOfService?: (file: string, because: string) => void
  /** Told when a thread could not be started. It is tried again; uplinks wait until then. */
  readonly onFault?: (error: Error) => void
  /** The thread's program. */
  readonly program?: URL
}

/** After so many decodes that had to be stopped, a codec is not run any more. */
export const MOST_STRIKES = 3
const STRIKES: ReadonlySet<CodecFailure> = new Set(['over-budget', 'out-of-memory', 'too-slow'])
const PATIENCE_MS = 1000
const STARTING_PATIENCE_MS = 10_000
/** After a thread that could not be started. */
const REST_MS = 1000

interface Known {
  /** How threads are told which one. Never given twice. */
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
  /** When it got its job, by `performance.now()`. */
  since: number
  stopClock: () => void
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
    'no-codec': 0,
    'bad-answer': 0,
    'too-slow': 0,
    'out-of-service': 0,
  }
  let numbers = 0
  let strikes = 0
  let rest: NodeJS.Timeout | undefined
  let closed = false

  const lookUp = ({ file, source }: Codec): Known => {
    let codec = known.get(source)
    if (!codec) {
      codec = { no: numbers++, file, strikes: 0, because: undefined }
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

  /** The last of them takes along what already waits for the codec. */
  const strike = (codec: Known, { because, detail }: CodecOutcome & { kind: 'failed' }): void => {
    strikes++
    if (++codec.strikes < MOST_STRIKES || codec.because !== undefined) return
    codec.because = `${because}: ${detail}`
    options.onOutOfService?.(codec.file, codec.because)
    for (const job of waiting.splice(0)) {
      if (job.known === codec) settle(job, leftAlone(job.codec.file, codec.because))
      else waiting.push(job)
    }
  }

  const send = (hand: Hand, order: Order): void => hand.worker.postMessage(order)

  const give = (hand: Hand, job: Job): void => {
    hand.job = job
    hand.since = performance.now()
    hand.worker.ref()
    const { no } = job.known
    if (!hand.has.has(no)) {
      hand.has.add(no)
      send(hand, { kind: 'codec', codec: no, source: job.codec.source })
    }
    send(hand, { kind: 'decode', codec: no, input: job.input })
    hand.stopClock = countDown(patienceMs, () => {
      const detail = `no answer within ${patienceMs} ms; its thread was ended`
      discard(hand, { kind: 'failed', because: 'too-slow', detail })
    })
  }

  /** The end of what a hand was given, if it was given anything. */
  const finish = (hand: Hand, outcome: CodecOutcome): void => {
    const { job } = hand
    hand.stopClock()
    hand.job = undefined
    if (!job) return
    options.observe?.((performance.now() - hand.since) / 1000)
    settle(job, outcome)
  }

  /** Ends a worker, tells its job's fate and lets another take its place. */
  const discard = (hand: Hand, fate: CodecOutcome): void => {
    if (!hands.delete(hand)) return
    void hand.worker.terminate()
    finish(hand, fate)
    next()
  }

  const start = (): void => {
    const worker = new Worker(options.program ?? new URL('codec-worker.ts', import.meta.url), {
      // Nothing of what the service was started with, tokens least of all.
      env: {},
      // A thread takes over the flags of its process, and with some of them (--input-type) it can't start.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 64 },
    })
    const gone = (error: Error): void => {
      if (!hand.ready && hands.has(hand)) {
        rest ??= setTimeout(() => {
          rest = undefined
          next()
        }, REST_MS)
        options.onFault?.(error)
      }
      const detail = `its thread ended: ${shownText(error.message)}`
      discard(hand, { kind: 'failed', because: 'out-of-memory', detail })
    }
    const hand: Hand = {
      worker,
      has: new Set(),
      ready: false,
      job: undefined,
      since: 0,
      stopClock: countDown(STARTING_PATIENCE_MS, () => gone(new Error('it does not get up'))),
    }
    hands.add(hand)
    worker.on('error', gone)
    worker.on('exit', (code) => gone(new Error(`exit code ${code}`)))
    worker.on('message', (report: Report) => {
      // It may have been given up while this was on its way.
      if (!hands.has(hand)) return
      hand.ready = true
      worker.unref()
      if (report.kind === 'ready') hand.stopClock()
      else finish(hand, outcomeOf(report))
      next()
    })
  }

  const next = (): void => {
    if (closed) return
    for (const hand of hands) {
      if (waiting.length === 0) return
      if (hand.ready && !hand.job) give(hand, waiting.shift()!)
    }
    const starting = [...hands].filter((hand) => !hand.ready).length
    if (waiting.length > starting && hands.size < most && rest === undefined) start()
  }

  return {
    run(codec, input) {
      if (closed) return Promise.reject(new Error('the codec pool is closed'))
      const entry = lookUp(codec)
      if (entry.because !== undefined) {
        outcomes['out-of-service']++
        return Promise.resolve(leftAlone(codec.file, entry.because))
      }
      if (Buffer.byteLength(codec.source) > MAX_SOURCE_BYTES) {
        outcomes['no-codec']++
        const detail = `the file is longer than ${MAX_SOURCE_BYTES} bytes`
        return Promise.resolve({ kind: 'failed', because: 'no-codec', detail })
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
    keepOnly(codecs) {
      const kept = new Set(codecs.map(({ source }) => source))
      for (const [source, { no }] of known) {
        if (kept.has(source)) continue
        known.delete(source)
        for (const hand of hands) if (hand.has.delete(no)) send(hand, { kind: 'forget', codec: no })
      }
    },
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
      clearTimeout(rest)
      for (const hand of ending) hand.stopClock()
      await Promise.all(ending.map((hand) => hand.worker.terminate()))
    },
  }
}

function outcomeOf(report: Exclude<Report, { kind: 'ready' }>): CodecOutcome {
  return report.kind === 'answered'
    ? readAnswer(report.json)
    : { ...report, detail: shownText(report.detail) }
}

function leftAlone(file: string, because: string): CodecOutcome {
  const detail = `${file} had to be stopped ${MOST_STRIKES} times and is not run any more (${because}); mend it and reload the town`
  return { kind: 'failed', because: 'out-of-service', detail }
}

/**
 * Rings after a time, counted in ten parts: while this thread or the whole machine stands still no answer
 * can be heard, and a standstill, however long, is one part.
 */
function countDown(ms: number, ring: () => void): () => void {
  let left = 10
  const tick = (): void => {
    if (--left === 0) ring()
    else timer = setTimeout(tick, ms / 10)
  }
  let timer = setTimeout(tick, ms / 10)
  return () => clearTimeout(timer)
}
