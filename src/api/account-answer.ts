/** An account of the town's as callers see it. */
import { z } from 'zod'
import { ACCOUNT_ALARMS, PAUSE_REASONS } from '#src/stations/account-trouble.ts'
import { MINUTE, isoOrNull, isoText } from '#src/stations/time.ts'
import type { AccountAlarm, AccountReport } from '#src/store/outbox.ts'
import { accountAdvice } from '#src/wording/account-advice.ts'
import { isoInstant } from './station-answer.ts'

export const accountAlarm = z.strictObject({
  kind: z.enum(ACCOUNT_ALARMS),
  since: isoInstant,
  because: z.enum(PAUSE_REASONS).nullable(),
  detail: z.string().nullable().meta({ description: 'What the platform said.' }),
  advice: z.string().meta({ description: 'What it means and what to do, in a sentence.' }),
})

const dollars = z.number().meta({ description: 'US dollars, the platform’s currency.' })

export const accountAnswer = z
  .strictObject({
    channel: z.string(),
    account: z.string(),
    state: z.enum(['working', 'paused']),
    paused: z
      .strictObject({
        since: isoInstant,
        because: z.enum(PAUSE_REASONS),
        detail: z.string(),
        by: z.string().nullable().meta({ description: 'Who of the staff asked for it.' }),
      })
      .nullable(),
    alarms: z.array(accountAlarm),
    deliveries: z.record(z.string(), z.int()).meta({
      description: 'How many there are of each state; a state without any is left out.',
    }),
    lastSentAt: isoInstant.nullable(),
    due: z.int().meta({ description: 'Deliveries whose time has come and that have not left.' }),
    dueSince: isoInstant.nullable().meta({ description: 'Since when the oldest of them is due.' }),
    limits: z.array(
      z.strictObject({
        granted: z.int().meta({ description: 'What the platform grants.' }),
        withinMinutes: z.number(),
        used: z.int(),
        left: z.int().meta({
          description: 'How many more may be said; we use half of what is granted, less a reserve.',
        }),
        leftForImportant: z.int().meta({ description: 'With the reserve.' }),
      }),
    ),
    money: z
      .strictObject({
        month: z.string().meta({ description: 'As on the wall in the town, such as 2026-11.' }),
        spent: dollars,
        budget: dollars.nullable().meta({ description: '`monthlyBudget`; null without one.' }),
        left: dollars.nullable(),
        leftForImportant: dollars.nullable(),
      })
      .nullable()
      .meta({ description: 'Null where posts cost nothing.' }),
  })
  .meta({ id: 'Account' })

export function accountJson(report: AccountReport): z.input<typeof accountAnswer> {
  const { channel, account, paused, alarms, counts, due, allowances, money } = report
  return {
    channel,
    account,
    state: paused ? 'paused' : 'working',
    paused: paused
      ? {
          since: isoText(paused.since),
          because: paused.because,
          detail: paused.detail,
          by: paused.by ?? null,
        }
      : null,
    alarms: alarms.map(accountAlarmJson),
    deliveries: { ...counts },
    lastSentAt: isoOrNull(report.lastSentAt),
    due: due.count,
    dueSince: isoOrNull(due.oldestSendAt),
    limits: allowances.map(({ withinMs, ...use }) => ({
      ...use,
      withinMinutes: withinMs / MINUTE,
    })),
    money: money ? moneyJson(money) : null,
  }
}

function moneyJson({ month, spentMicroUsd, budget }: NonNullable<AccountReport['money']>) {
  const usd = (microUsd: number) => microUsd / 1e6
  return {
    month,
    spent: usd(spentMicroUsd),
    budget: budget ? usd(budget.monthlyMicroUsd) : null,
    left: budget ? usd(budget.leftMicroUsd) : null,
    leftForImportant: budget ? usd(budget.leftForImportantMicroUsd) : null,
  }
}

export function accountAlarmJson(alarm: AccountAlarm): z.input<typeof accountAlarm> {
  return {
    kind: alarm.kind,
    since: isoText(alarm.since),
    because: alarm.because ?? null,
    detail: alarm.detail ?? null,
    advice: accountAdvice(alarm, 'en'),
  }
}
