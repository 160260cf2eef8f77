/** Before the tests: what runs in browsers is built from what is there now. */
import { buildWeb } from '#web/build.ts'

export async function setup(): Promise<void> {
  await buildWeb()
}
