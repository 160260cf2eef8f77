/** One process for a replay, started before it is needed: loading its code takes longer than a station's month. */
import type { ChildProcess } from 'node:child_process'
import { startAhead } from './ask.ts'

export interface SpareProcess extends Disposable {
  /** Starts one, where none waits already; it goes when nobody has wanted it for a while. */
  prepare(): void
  /** Undefined where none waits. */
  take(): ChildProcess | undefined
}

export function keepSpare(keptMs: number, start: () => ChildProcess = startAhead): SpareProcess {
  let spare: { readonly child: ChildProcess; readonly timer: NodeJS.Timeout } | undefined

  const letGo = (): ChildProcess | undefined => {
    const child = spare?.child
    clearTimeout(spare?.timer)
    spare = undefined
    child?.removeListener('exit', letGo)
    child?.removeListener('error', letGo)
    return child
  }
  const end = (): void => {
    letGo()?.kill('SIGKILL')
  }

  return {
    prepare() {
      if (spare) {
        spare.timer.refresh()
        return
      }
      spare = { child: start(), timer: setTimeout(end, keptMs) }
      spare.child.once('exit', letGo)
      spare.child.once('error', letGo)
    },
    take: letGo,
    [Symbol.dispose]: end,
  }
}
