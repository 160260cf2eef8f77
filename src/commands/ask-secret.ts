/** Asks for something that must not stand on the screen; from a pipe it is the next line. */
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

export type AskSecret = (prompt: string) => Promise<string>

export function openAskSecret(
  input: NodeJS.ReadStream = process.stdin,
  output: NodeJS.WriteStream = process.stderr,
): AskSecret {
  return async (prompt) => {
    if (!input.isTTY) return nextLine(input)
    output.write(`${prompt}: `)
    const mute = new Writable({ write: (_chunk, _encoding, done) => done() })
    const lines = createInterface({ input, output: mute, terminal: true })
    try {
      const [line] = (await Promise.race([once(lines, 'line'), once(lines, 'SIGINT')])) as [string?]
      return line ?? ''
    } finally {
      lines.close()
      output.write('\n')
    }
  }
}

async function nextLine(input: NodeJS.ReadStream): Promise<string> {
  const lines = createInterface({ input })
  for await (const line of lines) return line
  return ''
}
