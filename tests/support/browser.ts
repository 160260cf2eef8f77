/** Chromium for tests, quiet and cut off from the world. */
import { chromium, type Browser } from 'playwright-core'
import { requireProgram } from './server-programs.ts'

export const chromiumPath = requireProgram(
  'chromium',
  'apt-get install --no-install-recommends chromium',
)

export function openBrowser(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath!,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  })
}
