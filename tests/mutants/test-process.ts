/** A process that runs tests against mutants, as seen from the one that keeps the books. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'

import type { Answer, Killer, Order } from './messages.ts'

/** No test that is run takes nearly as long, also on a busy machine. */
const TIMEOUT_MS = 10_000

export type Fate =
  | { readonly kind: 'killed'; readonly by: Killer }
  | { readonly kind: 'survived' }
  /** A test never ended, or the process died. The process is of no more use. */
  | { readonly kind: 'timeout' }
  /** Something that an earlier mutant left behind: to be asked of another process. */
  | { readonly kind: 'spoilt' }

export interface TestProcess {
  send(order: Order, listen: (answer: Answer) => void): void
  try(order: Order & { readonly kind: 'try' }): Promise<Fate>
  stop(): void
}

/** `texts` says where each source file lies with all its mutants in it. */
export function startTestProcess(texts: Readonly<Record<string, string>>): TestProcess {
  const child: ChildProcess = fork(new URL('./worker.ts', import.meta.url), {
    env: { ...process.env, MUTANT_TEXTS: JSON.stringify(texts) },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  let listener: (answer: Answer) => void = () => undefined
  child.on('message', (answer) => listener(answer as Answer))
  return {
    send(order, listen) {
      listener = listen
      child.send(order)
    },
    async try(order) {
      const { promise, resolve } = Promise.withResolvers<Fate>()
      const giveUp = () => resolve({ kind: 'timeout' })
      const timer = setTimeout(giveUp, TIMEOUT_MS)
      child.once('exit', giveUp)
      this.send(order, (answer) => {
        timer.refresh()
        if (answer.kind !== 'tried') return
        const { killer, isSpoilt } = answer
        if (isSpoilt) resolve({ kind: 'spoilt' })
        else resolve(killer ? { kind: 'killed', by: killer } : { kind: 'survived' })
      })
      const fate = await promise
      clearTimeout(timer)
      child.off('exit', giveUp)
      return fate
    },
    stop() {
      child.kill('SIGKILL')
    },
  }
}
