/**
 * Measures a reading's cost from five to ten in the morning, over as many days as it takes: nights, the
 * end of the quiet hours and the day's new budget are in it in the same measure for every size.
 */
import { cpuMs } from '../cpu-time.ts'
import { createTownsDay } from './towns-day.ts'
import type { DayOptions } from './towns-day.ts'

export interface DayTask extends DayOptions {
  /** So many readings are measured at least. */
  readonly atLeast: number
}

export interface DayTold {
  readonly cpuUsPerReading: number
  readonly slowestBatchMs: number
  readonly decisionsPerReading: number
  readonly postsPerContainerDay: number
}

/** Three hours make every container speak often enough and the code warm. */
const FROM_HOUR = 2
const MEASURED_FROM_HOUR = 5
const MEASURED_UNTIL_HOUR = 10

const task = JSON.parse(process.argv[2]!) as DayTask
process.send?.(measureDay(task))
process.disconnect?.()

function measureDay({ atLeast, ...options }: DayTask): DayTold {
  const day = createTownsDay(options, FROM_HOUR)
  let readings = 0
  let usedMs = 0
  let slowestBatchMs = 0
  let decisions = 0
  let posts = 0
  for (let midnight = 0; readings < atLeast; midnight += 24) {
    day.liveUntil(midnight + MEASURED_FROM_HOUR)
    // What a code compiles in its first hours is no part of a reading's cost.
    day.slowestBatchMs()
    const before = { decisions: day.decisions, posts: day.posts, cpu: cpuMs() }
    readings += day.liveUntil(midnight + MEASURED_UNTIL_HOUR)
    usedMs += cpuMs() - before.cpu
    slowestBatchMs = Math.max(slowestBatchMs, day.slowestBatchMs())
    decisions += day.decisions - before.decisions
    posts += day.posts - before.posts
  }
  return {
    cpuUsPerReading: (1000 * usedMs) / readings,
    slowestBatchMs,
    decisionsPerReading: decisions / readings,
    postsPerContainerDay: (posts * 24 * 6) / readings,
  }
}
