/** One measurement in a process of its own, so that no heap and no compiled code is left over from another. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Runs a program of this folder with its task and gives back what it tells. */
export async function measure<Told>(program: string, task: unknown): Promise<Told> {
  const path = fileURLToPath(new URL(program, import.meta.url))
  const child = fork(path, [JSON.stringify(task)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [told] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`${program} ended with ${code} before it had measured`)
    }),
  ])) as [Told]
  if (child.exitCode === null) await once(child, 'exit')
  return told
}
