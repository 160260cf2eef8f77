/**
 * What a station's `plan` and the bike's `serviceDays` in `town.yaml` must hold true beyond their shape:
 * whose, and when, without contradiction.
 */
import { FRACTIONS } from './fraction.ts'
import { block, list, text } from './raw-block.ts'
import type { Block } from './raw-block.ts'
import { unknownName } from './town-faults.ts'
import type { Path, Tell } from './town-faults.ts'

export function checkPlan(station: Block, at: Path, tell: Tell): void {
  const containers = list(station['containers']).map(block)
  const names = containers.flatMap(({ id }) => text(id) ?? [])
  const fractions = containers.flatMap(({ fraction }) => text(fraction) ?? [])
  for (const [i, value] of list(station['plan']).entries()) {
    const entry = block(value)
    const path = [...at, 'plan', i]
    for (const key of ['fractions', 'containers', 'days', 'dates', 'except']) {
      checkTwice(list(entry[key]), [...path, key], tell)
    }
    checkWhose(entry, names, fractions, path, tell)
    checkWhen(entry, path, tell)
  }
}

/** Of `serviceDays`, and of a drop-off's opening days. */
export function checkServiceDays(days: readonly unknown[], at: Path, tell: Tell): void {
  for (const [i, value] of days.entries()) {
    const entry = block(value)
    const path = [...at, i]
    for (const key of ['days', 'dates', 'except']) {
      checkTwice(list(entry[key]), [...path, key], tell)
    }
    checkWhen(entry, path, tell)
  }
}

function checkTwice(items: readonly unknown[], path: Path, tell: Tell): void {
  for (const [i, item] of items.entries()) {
    if (items.indexOf(item) < i) tell([...path, i], `"${String(item)}" stands here twice`)
  }
}

function checkWhose(
  entry: Block,
  names: readonly string[],
  fractions: readonly string[],
  path: Path,
  tell: Tell,
): void {
  if (entry['fractions'] !== undefined && entry['containers'] !== undefined) {
    tell([...path, 'containers'], 'say whose by fractions or by containers, not by both')
  }
  for (const [i, value] of list(entry['containers']).entries()) {
    const name = text(value)
    if (name === undefined || names.includes(name)) continue
    tell([...path, 'containers', i], unknownName(`"${name}"`, name, 'container', names))
  }
  for (const [i, value] of list(entry['fractions']).entries()) {
    // One that is no fraction at all has been told by the shape.
    if (!FRACTIONS.some(({ id }) => id === value) || fractions.includes(String(value))) continue
    tell([...path, 'fractions', i], `no container of this station takes ${String(value)}`)
  }
}

function checkWhen(entry: Block, path: Path, tell: Tell): void {
  const { days, dates, weeks } = entry
  if (days === undefined && dates === undefined) {
    tell(path, 'say when: days such as [Mon, Thu], or dates such as [2026-12-24]')
  }
  if (dates !== undefined) {
    for (const key of ['days', 'weeks', 'from', 'until', 'except', 'holidays']) {
      if (entry[key] === undefined) continue
      tell([...path, key], 'goes with weekdays; where dates are written one by one, leave it out')
    }
  }
  const from = text(entry['from'])
  const until = text(entry['until'])
  if (typeof weeks === 'number' && entry['from'] === undefined) {
    tell(
      [...path, 'from'],
      `is missing; every ${weeks} weeks are counted from the week of this day`,
    )
  }
  if (from !== undefined && until !== undefined && until < from) {
    tell([...path, 'until'], 'the last day must not be before "from"')
  }
}
