/** What an account has used of its limits and its money, asked of the store, so that a restart forgets nothing. */
import { monthOf, nextMonth, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Store, WayOut } from '#src/store/contract.ts'
import type { AllowanceUse, MoneyUse } from '#src/store/outbox.ts'
import type { Channel } from './channel.ts'
import {
  UNBOUNDED,
  allowanceOf,
  leavesAt,
  moneyKept,
  narrowestOf,
  roomOfLimit,
  roomOfMoney,
} from './room.ts'
import type { Limit, LimitUse, Room } from './room.ts'

type Used = Pick<Store, 'countTried' | 'spent'>

export async function findRoom(
  store: Used,
  channel: Channel,
  now: EpochMs,
  timeZone: string,
): Promise<Room> {
  const rooms: Room[] = [await findRoomOfMoney(store, channel, now, timeZone)]
  for (const limit of channel.limits ?? []) {
    rooms.push(roomOfLimit(limit, await findUse(store, channel, limit, now)))
  }
  return narrowestOf(rooms)
}

export async function findRoomOfMoney(
  store: Used,
  channel: Channel,
  now: EpochMs,
  timeZone: string,
): Promise<Room> {
  if (channel.prices?.monthlyMicroUsd === undefined) return UNBOUNDED
  const spent = await store.spent(wayOf(channel), monthOf(now, timeZone))
  return roomOfMoney(channel.prices, spent, nextMonth(now, timeZone))
}

async function findUse(
  store: Used,
  { name }: Channel,
  limit: Limit,
  now: EpochMs,
): Promise<LimitUse> {
  const since = plus(now, -limit.withinMs)
  const { ordinary, important } = allowanceOf(limit)
  const { count, at } = await store.countTried(name, limit.accounts, since, ordinary)
  if (at === undefined) return { count }
  const ordinaryFrom = leavesAt(at, limit)
  if (count < important) return { count, ordinaryFrom }
  const full = await store.countTried(name, limit.accounts, since, important)
  return {
    count,
    ordinaryFrom,
    ...(full.at !== undefined && { importantFrom: leavesAt(full.at, limit) }),
  }
}

export async function findAllowances(
  store: Used,
  channel: Channel,
  now: EpochMs,
): Promise<readonly AllowanceUse[]> {
  const uses: AllowanceUse[] = []
  for (const limit of channel.limits ?? []) {
    const { count } = await findUse(store, channel, limit, now)
    const { ordinary, important } = allowanceOf(limit)
    uses.push({
      granted: limit.most,
      withinMs: limit.withinMs,
      used: count,
      left: Math.max(0, ordinary - count),
      leftForImportant: Math.max(0, important - count),
    })
  }
  return uses
}

export async function findMoney(
  store: Used,
  channel: Channel,
  now: EpochMs,
  timeZone: string,
): Promise<MoneyUse | undefined> {
  if (!channel.prices) return undefined
  const month = monthOf(now, timeZone)
  const spentMicroUsd = await store.spent(wayOf(channel), month)
  const { monthlyMicroUsd } = channel.prices
  if (monthlyMicroUsd === undefined) return { month, spentMicroUsd }
  const left = monthlyMicroUsd - spentMicroUsd
  return {
    month,
    spentMicroUsd,
    budget: {
      monthlyMicroUsd,
      leftMicroUsd: Math.max(0, left - moneyKept(monthlyMicroUsd)),
      leftForImportantMicroUsd: Math.max(0, left),
    },
  }
}

export function wayOf({ name, account }: Channel): WayOut {
  return { channel: name, account }
}
