/** Wishes for what is to come due by the clock: the safety grid, ageing, rules' schedules, the digest. */
import { nextChange, nextGridInstant } from './ageing.ts'
import { digestDue } from './digest.ts'
import type { Rule } from './rule-book.ts'
import { ACCOUNT } from './subject.ts'
import type { ContainerWatch, EngineTimer } from './watch.ts'
import { nowOf } from './world.ts'
import type { World } from './world.ts'

export function scheduleAll(world: World): void {
  const now = nowOf(world)
  for (const station of world.stations.values()) {
    world.timers.wish(station.timer, nextGridInstant(station.station.id, now))
  }
  for (const watch of world.containers.values()) scheduleChange(world, watch)
  if (world.areaRules.length > 0) {
    for (const area of world.areas.values()) {
      world.timers.wish(area.timer, nextGridInstant(area.id, now))
    }
  }
  if (world.accountRules.length > 0) {
    world.timers.wish(world.account.timer, nextGridInstant(ACCOUNT, now))
  }
  for (const timer of world.scheduleTimers) scheduleNext(world, timer)
  if (world.book.policy.budget.whenSpent === 'digest') {
    world.timers.wish(world.digestTimer, digestDue(world))
  }
}

export function scheduleNext(world: World, timer: EngineTimer): void {
  const { minuteOfDay, weekdays } = (timer.of as Rule).schedule!
  world.timers.wish(timer, world.calendar.nextTime(minuteOfDay, nowOf(world), weekdays))
}

export function scheduleChange(world: World, watch: ContainerWatch): void {
  world.timers.wish(watch.timer, nextChange(watch, world.ageLimits, nowOf(world)))
}
