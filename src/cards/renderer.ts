/**
 * SVG to PNG on a thread of its own, one at a time. The thread starts with the first picture and ends when
 * none has been asked for in a while, so who has no pictures pays nothing; one that hangs is replaced.
 */
import { Worker } from 'node:worker_threads'
import { MINUTE, SECOND } from '#src/stations/time.ts'
import { StoreBusy } from '#src/store/store-busy.ts'

/** What the thread answers. */
export type Drawn = { readonly png: Uint8Array } | { readonly fault: string }

export interface Renderer extends AsyncDisposable {
  /**
   * `first` goes before those that wait already.
   * @throws {StoreBusy} when too many wait; other errors when it could not be drawn in time.
   */
  render(svg: string, place?: 'first' | 'last'): Promise<Uint8Array>
}

export interface RendererOptions {
  /** For one picture, the thread's start included. */
  readonly patienceMs?: number
  /** So many may wait, and twice as many who go first. */
  readonly mostWaiting?: number
  /** How long the thread stays with nothing to do. */
  readonly idleMs?: number
  /** The thread's program. */
  readonly program?: URL
}

interface Job {
  readonly svg: string
  readonly resolve: (png: Uint8Array) => void
  readonly reject: (error: Error) => void
}

export function openRenderer(options: RendererOptions = {}): Renderer {
  const patienceMs = options.patienceMs ?? 10 * SECOND
  const mostWaiting = options.mostWaiting ?? 32
  const idleMs = options.idleMs ?? MINUTE
  const program = options.program ?? new URL('render-worker.ts', import.meta.url)
  const waiting: Job[] = []
  let worker: Worker | undefined
  let job: Job | undefined
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  function start(): Worker {
    // Nothing of what the service was started with, and none of its flags, with some of which no thread can start.
    const started = new Worker(program, { env: {}, execArgv: [] })
    started.on('message', (drawn: Drawn) => {
      if (worker === started) finish(drawn)
    })
    const gone = (error: Error) => {
      if (worker === started) replace(error)
    }
    started.on('error', gone)
    started.on('exit', (code) => gone(new Error(`the drawing thread ended (${code})`)))
    return started
  }

  function next(): void {
    if (job || isClosed) return
    clearTimeout(timer)
    job = waiting.shift()
    if (!job) {
      timer = setTimeout(() => void end(), idleMs).unref()
      worker?.unref()
      return
    }
    worker ??= start()
    worker.ref()
    timer = setTimeout(() => replace(new Error('a picture took too long')), patienceMs)
    worker.postMessage(job.svg)
  }

  function finish(drawn: Drawn): void {
    const done = job
    job = undefined
    if ('png' in drawn) done?.resolve(drawn.png)
    else done?.reject(new Error(`a picture could not be drawn: ${drawn.fault}`))
    next()
  }

  /** The picture it had is given up; the next ones get another thread. */
  function replace(error: Error): void {
    const lost = job
    job = undefined
    void end()
    lost?.reject(error)
    next()
  }

  async function end(): Promise<void> {
    const ending = worker
    worker = undefined
    await ending?.terminate()
  }

  return {
    render(svg, place = 'last') {
      if (isClosed) return Promise.reject(new Error('no more pictures are drawn'))
      if (waiting.length >= mostWaiting * (place === 'first' ? 2 : 1))
        return Promise.reject(new StoreBusy('too many pictures are waiting'))
      return new Promise((resolve, reject) => {
        const own: Job = { svg, resolve, reject }
        if (place === 'first') waiting.unshift(own)
        else waiting.push(own)
        next()
      })
    },
    async [Symbol.asyncDispose]() {
      isClosed = true
      clearTimeout(timer)
      const lost = [...(job ? [job] : []), ...waiting.splice(0)]
      job = undefined
      for (const { reject } of lost) reject(new Error('no more pictures are drawn'))
      await end()
    },
  }
}
