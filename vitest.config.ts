import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'
import { closingLine } from './tests/support/closing-line.ts'

/** These start and kill processes for minutes; beside others they would disturb both. */
const ALONE = ['tests/e2e/kill.test.ts', 'tests/notify/kill.test.ts']

/** Most tests wait for a disk, a browser or another process: two share two cores well. */
const WORKERS = Math.max(2, availableParallelism() - 1)

/** Nothing of these outlives a file, so that each needs no process of its own: the code is loaded once. */
const PURE = [
  'labels',
  'pickups',
  'quality',
  'routing',
  'rule-tests',
  'rules',
  'stations',
  'wording',
].map((folder) => `tests/${folder}/**/*.test.ts`)

export default defineConfig({
  test: {
    globalSetup: ['tests/support/build-web.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A second, as it is by itself, is little for a browser that shares two cores.
    expect: { poll: { timeout: 20_000 } },
    reporters: ['default', closingLine()],
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['tests/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...PURE, ...ALONE],
          maxWorkers: WORKERS,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'pure',
          include: PURE,
          isolate: false,
          maxWorkers: WORKERS,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ALONE,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
