import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { askPast } from '#src/replay/ask.ts'
import { keepSpare } from '#src/replay/spare-process.ts'

const WAITS = fileURLToPath(new URL('waits.ts', import.meta.url))

function counted() {
  const started: ChildProcess[] = []
  return {
    started,
    start: () => {
      const child = fork(WAITS)
      started.push(child)
      return child
    },
  }
}

test('one process waits, however often it is asked for, and goes to whoever takes it', async () => {
  const { started, start } = counted()
  using spare = keepSpare(60_000, start)
  expect(spare.take()).toBeUndefined()
  spare.prepare()
  spare.prepare()
  expect(started).toHaveLength(1)
  const child = spare.take()
  expect(child).toBe(started[0])
  expect(spare.take()).toBeUndefined()
  spare.prepare()
  expect(started).toHaveLength(2)
  child!.kill('SIGKILL')
  await once(child!, 'exit')
  expect(spare.take()).toBe(started[1])
  started[1]!.kill('SIGKILL')
})

test('one that nobody wants goes after a while, and so does the last one at the end', async () => {
  const { started, start } = counted()
  using spare = keepSpare(1, start)
  spare.prepare()
  expect(await once(started[0]!, 'exit')).toEqual([null, 'SIGKILL'])
  expect(spare.take()).toBeUndefined()
  const patient = keepSpare(60_000, start)
  patient.prepare()
  patient[Symbol.dispose]()
  expect(await once(started[1]!, 'exit')).toEqual([null, 'SIGKILL'])
})

test('one that died by itself is not handed out', async () => {
  const { started, start } = counted()
  using spare = keepSpare(60_000, start)
  spare.prepare()
  started[0]!.kill('SIGTERM')
  await once(started[0]!, 'exit')
  expect(spare.take()).toBeUndefined()
})

test('a question whose process could not be started fails, and makes nobody wait', async () => {
  const stdio = ['ignore', 'ignore', 'ignore', 'ipc'] as const
  const child = spawn('/nowhere/no-such-program', [], { stdio: [...stdio] })
  const question = { kind: 'verify', span: {} } as const
  const asked = askPast({ past: { file: 'none' }, question, niceness: 0 }, {}, child)
  await expect(asked).rejects.toThrow()
})
