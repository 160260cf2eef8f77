/** Ends a test run with one plain line that any program can read. */
import type { Reporter, TestModule } from 'vitest/node'

export function closingLine(): Reporter {
  return {
    onTestRunEnd(modules: readonly TestModule[]) {
      const count = { passed: 0, failed: 0, skipped: 0 }
      for (const module of modules) {
        if (module.errors().length > 0) count.failed++
        for (const test of module.children.allTests()) {
          const { state } = test.result()
          if (state === 'passed') count.passed++
          else if (state === 'failed') count.failed++
          else count.skipped++
        }
      }
      process.stdout.write(
        `\ntests: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`,
      )
    },
  }
}
