/** The shared folder beside the checkout: real data for tests. The product never needs it. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../../../shared/', import.meta.url)

/** Whether the folder is there. In CI (`CI=true`) it must be, so that nothing is skipped for want of it. */
export const hasSharedData = existsSync(root)

if (!hasSharedData && process.env['CI'] === 'true') {
  throw new Error('The shared data folder is missing beside the checkout; in CI it must be there.')
}
if (!hasSharedData) {
  process.stderr.write('skipped: tests on real data, since ../shared is not beside the checkout\n')
}

/** Path of a file in the shared folder, `data/vectors/open.jsonl`. */
export function sharedData(path: string): string {
  return fileURLToPath(new URL(path, root))
}
