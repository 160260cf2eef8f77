/** The shape of `rules.yaml`: what may stand where, before conditions and cross-references are looked at. */
import { z } from 'zod'

import { WASTE_KINDS } from '#src/stations/return-bike.ts'
import { DEFAULT_TIME_ZONE, parseDuration } from '#src/stations/time.ts'
import { parseDayInterval } from './quiet-hours.ts'
import { PER } from './rule-book.ts'
import { parseSchedule, parseTimeOfDay } from './schedule.ts'

const MAX_DURATION_DAYS = 366

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text)
  if (ms !== undefined && ms <= MAX_DURATION_DAYS * 86_400_000) return ms
  context.addIssue({
    code: 'custom',
    message:
      ms === undefined
        ? `expected a duration such as 90s, 30m, 2h or 1d, found "${text}"`
        : `expected at most ${MAX_DURATION_DAYS}d, found "${text}"`,
  })
  return z.NEVER
})

const interval = z.string().transform((text, context) => {
  const parsed = parseDayInterval(text)
  if (parsed) return parsed
  const [from, until] = text.split('-')
  context.addIssue({
    code: 'custom',
    message:
      from !== undefined && from === until
        ? `"${text}" covers the whole day, so nothing would ever be said; leave quiet out, or give two different times`
        : `expected two times of day such as "21:00-07:00", found "${text}"`,
  })
  return z.NEVER
})

const timeOfDay = z.string().transform((text, context) => {
  const minute = parseTimeOfDay(text)
  if (minute !== undefined) return minute
  context.addIssue({
    code: 'custom',
    message: `expected a time of day such as "16:00", found "${text}"`,
  })
  return z.NEVER
})

const schedule = z.string().transform((text, context) => {
  const parsed = parseSchedule(text)
  if (parsed) return parsed
  context.addIssue({
    code: 'custom',
    message: `expected days and a time such as "Mon 08:00", "Tue,Thu 07:30" or "daily 18:00", found "${text}"`,
  })
  return z.NEVER
})

const timeZone = z.string().refine(isTimeZone, {
  error: (issue) =>
    `"${String(issue.input)}" is not a time zone; expected one such as Europe/Stockholm`,
})

function isTimeZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name)
    return true
  } catch {
    return false
  }
}

const share = z.string().transform((text, context) => {
  const match = /^(\d{1,3}(?:\.\d+)?)%$/.exec(text)
  const percent = Number(match?.[1] ?? Number.NaN)
  if (percent >= 0 && percent <= 100) return percent / 100
  context.addIssue({ code: 'custom', message: `expected a share such as 25%, found "${text}"` })
  return z.NEVER
})

const ruleId = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, 'expected small letters, digits and _, such as station_full')

const textName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, 'expected the name of a text, such as space_again')

const quiet = z.strictObject({
  daily: interval,
  sundays_and_holidays: interval.optional(),
  // oxlint-disable-next-line unicorn/no-thenable -- the rule file's own word; a string is no function
  then: z.literal('recheck').default('recheck'),
})

const budget = z.strictObject({
  per_station_per_day: z.int().min(1).max(1000).default(4),
  per_account_per_day: z.int().min(1).max(10_000).default(40),
  min_gap: duration.prefault('3m'),
  reserve_for_priority_80: share.prefault('25%'),
  when_spent: z.enum(['next_day', 'digest', 'drop']).default('next_day'),
  digest_at: timeOfDay.prefault('18:00'),
})

const policy = z.strictObject({
  tz: timeZone.default(DEFAULT_TIME_ZONE),
  group_wait: duration.prefault('15m'),
  settle: duration.prefault('60s'),
  quiet: quiet.optional(),
  budget: budget.prefault({}),
  stale_after: duration.prefault('2h'),
  catch_up: duration.prefault('5m'),
  first_load: z.literal('silent').default('silent'),
})

const facts = z.strictObject({
  sensor_silent_after: duration.prefault('12h'),
  late_after: duration.prefault('30m'),
  max_skew: duration.prefault('2m'),
})

const suppression = z.strictObject({ id: ruleId, when: z.string(), max: duration })

const onMissing = z.strictObject({
  // oxlint-disable-next-line unicorn/no-thenable -- the rule file's own word; a string is no function
  then: z.enum(['hold', 'fire', 'clear']).default('hold'),
  grace: duration.prefault('6h'),
  remember: duration.prefault('0s'),
})

/** What a stop of the return bike would be for. */
const bikeStop = z.strictObject({
  what: z.string().trim().min(1).max(120),
  litres: z.number().min(0).max(5000).default(50),
  kg: z.number().min(0).max(500).default(10),
  waste: z.enum(WASTE_KINDS).default('bulky'),
  minutes: z.int().min(1).max(120).default(10),
  tells: z.enum(['cleaned', 'emptied', 'nothing']).default('cleaned'),
})

const rule = z
  .strictObject({
    id: ruleId,
    per: z.enum(PER),
    channel: z.enum(['public', 'staff']).default('public'),
    when: z.string(),
    clear: z.string().optional(),
    for: duration.prefault('0s'),
    clear_for: duration.prefault('0s'),
    readings: z.int().min(1).max(5).default(1),
    cooldown: duration.prefault('0s'),
    priority: z.int().min(0).max(100).default(50),
    on_missing: onMissing.prefault({}),
    suppress: z.array(suppression).default([]),
    absorbs: z.array(ruleId).default([]),
    inhibited_by: z.array(ruleId).default([]),
    quiet: z.literal('ignore').optional(),
    schedule: schedule.optional(),
    post_at: timeOfDay.optional(),
    post: textName,
    close_post: textName.optional(),
    close_only_if_posted: z.literal(true).optional(),
    bike_stop: bikeStop.optional(),
  })
  .superRefine((shape, context) => {
    if (shape.readings > 1 && shape.per !== 'container') {
      const message = `means nothing per: ${shape.per}; only a container has readings, so take it out`
      context.addIssue({ code: 'custom', path: ['readings'], message })
    }
    if (shape.bike_stop && shape.per !== 'container' && shape.per !== 'station') {
      const message = `means nothing per: ${shape.per}; the bike stops at a station or a container`
      context.addIssue({ code: 'custom', path: ['bike_stop'], message })
    }
    if (shape.bike_stop?.tells === 'emptied' && shape.per === 'station') {
      const message =
        'emptied says nothing per: station, since it is of one container; write per: container, or tells: cleaned'
      context.addIssue({ code: 'custom', path: ['bike_stop', 'tells'], message })
    }
    if (!shape.schedule) return
    const idle = {
      clear: shape.clear !== undefined,
      for: shape.for > 0,
      clear_for: shape.clear_for > 0,
      readings: shape.readings > 1,
      post_at: shape.post_at !== undefined,
      close_post: shape.close_post !== undefined,
    }
    for (const [key, isGiven] of Object.entries(idle)) {
      if (!isGiven) continue
      const message =
        'means nothing beside schedule, by which a rule is looked at then and at no other time; take one of them out'
      context.addIssue({ code: 'custom', path: [key], message })
    }
  })

export const ruleFileShape = z.strictObject({
  version: z.literal(1),
  policy: policy.prefault({}),
  facts: facts.prefault({}),
  rules: z.array(rule).min(1),
})

export type RuleFileShape = z.infer<typeof ruleFileShape>
export type RuleShape = RuleFileShape['rules'][number]

/** Known keys by the kind of block, for suggestions. List indices are written `*`. */
export const KEYS_AT: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(ruleFileShape.shape),
  policy: Object.keys(policy.shape),
  'policy.quiet': Object.keys(quiet.shape),
  'policy.budget': Object.keys(budget.shape),
  facts: Object.keys(facts.shape),
  'rules.*': Object.keys(rule.shape),
  'rules.*.on_missing': Object.keys(onMissing.shape),
  'rules.*.suppress.*': Object.keys(suppression.shape),
  'rules.*.bike_stop': Object.keys(bikeStop.shape),
}

/** Keys and values of the format that this version cannot carry out; refused rather than ignored. */
export const NOT_YET_KEYS: ReadonlySet<string> = new Set(['post_cooldown'])
