/**
 * Parses a large town file in a process of its own: the syntax tree of a county's takes hundreds of
 * megabytes. They go back to the machine with the process; even a thread would leave them with us.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { type ParsedTown, parseTownFile } from '#src/stations/town-file.ts'

/** Characters. Below this a process costs more than it saves. */
const LARGE = 200_000

interface Task {
  readonly text: string
  readonly fileName: string
}

export async function parseTown(text: string, fileName: string): Promise<ParsedTown> {
  if (text.length < LARGE) return parseTownFile(text, fileName)
  const child = fork(import.meta.filename, { serialization: 'advanced', execArgv: [] })
  try {
    const task: Task = { text, fileName }
    child.send(task)
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the town file could not be parsed (its process ended with ${String(code)})`)
    })
    const [parsed] = (await Promise.race([once(child, 'message'), ended])) as [ParsedTown]
    return parsed
  } finally {
    child.kill()
  }
}

if (import.meta.main && process.connected) {
  process.once('message', ({ text, fileName }: Task) => {
    process.send?.(parseTownFile(text, fileName))
  })
}
