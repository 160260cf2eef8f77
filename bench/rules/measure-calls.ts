/**
 * Counts the calls of the engine's own functions for each reading, from 06:30 to 08 with the end of the
 * quiet hours in it. It knows nothing of the machine: what grows here is the engine's own doing.
 */
import { Session } from 'node:inspector/promises'

import type { DayOptions } from './towns-day.ts'

export interface CallsTold {
  readonly callsPerReading: number
}

const FROM_HOUR = 3
const COUNTED_FROM_HOUR = 6.5
const COUNTED_UNTIL_HOUR = 8

const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
// Only what is loaded from here on is counted.
const { createTownsDay } = await import('./towns-day.ts')

const task = JSON.parse(process.argv[2]!) as DayOptions
const day = createTownsDay(task, FROM_HOUR)
day.liveUntil(COUNTED_FROM_HOUR)
await session.post('Profiler.takePreciseCoverage')
const readings = day.liveUntil(COUNTED_UNTIL_HOUR)
const { result } = await session.post('Profiler.takePreciseCoverage')
const told: CallsTold = {
  callsPerReading:
    result
      .filter(({ url }) => url.includes('/src/rules/'))
      .flatMap(({ functions }) => functions)
      .reduce((sum, { ranges }) => sum + ranges[0]!.count, 0) / readings,
}
process.send?.(told)
process.disconnect?.()
