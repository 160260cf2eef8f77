/** Which alarms staff are told of by SMS, and when: each once a day, by night only a fire, never a flood. Pure. */
import { DAY, HOUR, instant, plus, wallTime } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { KeptAlarm } from '#src/store/contract.ts'
import type { AlertText } from '#src/wording/private-texts.ts'

export interface Alert {
  readonly id: string
  /** What it belongs to: put aside when the alarm ends before anybody was told. */
  readonly group: string
  readonly text: AlertText
  /** Absent of those that only count others. */
  readonly of?: Pick<KeptAlarm, 'deviceId' | 'containerId'>
  readonly count?: number
  readonly dueAt: EpochMs
  readonly expiresAt: EpochMs
}

/** Alarms come by the dozen when a gateway is down; the sixth within an hour and those after it are counted. */
export const ALERTS_AN_HOUR = 5
const NIGHT_ENDS = 7 * 60
const NIGHT_BEGINS = 22 * 60

/** What was handed in for a group before, by when its alarm began. */
export interface Handed {
  readonly group: string
  readonly at: EpochMs
  /** It was taken back before anybody was told. */
  readonly isCancelled: boolean
}

/**
 * `changes`: of the last two days at least, oldest first. `handed`: of a day more; what was told then counts,
 * and not what would be told if the world had begun with the first change. Asked again with more of both it
 * plans the same and more: an alert's id tells whether it has been told.
 */
export function planAlerts(
  changes: readonly KeptAlarm[],
  now: EpochMs,
  timeZone: string,
  handed: readonly Handed[] = [],
): { readonly tell: readonly Alert[]; readonly ended: readonly string[] } {
  const told = Map.groupBy(
    handed.filter(({ isCancelled }) => !isCancelled).map(({ group, at }) => ({ group, at })),
    ({ group }) => group,
  )
  const cancelled = new Set(handed.filter((one) => one.isCancelled).map(idOf))
  const inHour = new Map<number, number>()
  const tell: Alert[] = []
  const over = new Set<string>()
  for (const { deviceId, containerId, change } of changes) {
    const { at, alarm } = change
    const group = `alert/${deviceId}/${containerId}/${alarm.kind}`
    if (change.change === 'ended') {
      over.add(group)
      continue
    }
    over.delete(group)
    const before = told.get(group) ?? []
    const isHanded = before.some((other) => other.at === at)
    if (!isHanded) {
      if (cancelled.has(idOf({ group, at }))) continue
      if (before.some((other) => other.at <= at && at - other.at < DAY)) continue
      told.set(group, [...before, { group, at }])
    }
    const hour = Math.floor(at / HOUR)
    const nth = (inHour.get(hour) ?? 0) + 1
    inHour.set(hour, nth)
    const isFire = alarm.kind === 'fire'
    if (nth > ALERTS_AN_HOUR && !isFire) continue
    const dueAt = isFire ? at : afterNight(at, timeZone)
    const expiresAt = plus(dueAt, isFire ? HOUR : DAY / 2)
    const of = { deviceId, containerId }
    tell.push({ id: idOf({ group, at }), group, text: alarm.kind, of, dueAt, expiresAt })
  }
  return { tell: [...tell, ...rests(inHour, now, timeZone)], ended: [...over] }
}

function idOf({ group, at }: Pick<Handed, 'group' | 'at'>): string {
  return `${group}/${at}`
}

/** Once the hour is over: how many more there were. */
function rests(
  inHour: ReadonlyMap<number, number>,
  now: EpochMs,
  timeZone: string,
): readonly Alert[] {
  return [...inHour].flatMap(([hour, n]) => {
    const end = instant((hour + 1) * HOUR)
    if (n <= ALERTS_AN_HOUR || end > now) return []
    const id = `alert/more/${hour}`
    const dueAt = afterNight(end, timeZone)
    const count = n - ALERTS_AN_HOUR
    return [{ id, group: id, text: 'more', count, dueAt, expiresAt: plus(dueAt, DAY / 2) }]
  })
}

/** By night it is told in the morning, by the clock on the wall. */
function afterNight(at: EpochMs, timeZone: string): EpochMs {
  const { day, minuteOfDay } = wallTime(at, timeZone)
  if (minuteOfDay >= NIGHT_ENDS && minuteOfDay < NIGHT_BEGINS) return at
  const today = Temporal.PlainDate.from(day)
  const morning = minuteOfDay < NIGHT_ENDS ? today : today.add({ days: 1 })
  const seven = morning.toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from('07:00') })
  return instant(seven.epochMilliseconds)
}
