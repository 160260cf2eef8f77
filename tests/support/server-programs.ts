/** Programs that some tests need and that npm doesn't bring. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const told = new Set<string>()

/**
 * The program's path; undefined when it isn't installed, after one line that says how to install it.
 * With `KVITTER_REQUIRE_SERVERS=1` a missing program is a failure, so that CI skips nothing.
 */
export function requireProgram(name: string, install: string): string | undefined {
  const path = findProgram(name)
  requireInstalled(name, path !== undefined, install)
  return path
}

/** Passes on whether it is there; tells, or fails, as `requireProgram` does where it isn't. */
export function requireInstalled(name: string, isThere: boolean, install: string): boolean {
  if (isThere) return true
  const message = `skipped: tests that need ${name}; to run them: ${install}`
  if (process.env['KVITTER_REQUIRE_SERVERS'] === '1') throw new Error(message)
  if (!told.has(name)) process.stderr.write(`${message}\n`)
  told.add(name)
  return false
}

function findProgram(name: string): string | undefined {
  // Debian puts servers where ordinary users don't look.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin']
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}
