/** How much room a station's containers have for what the bike brings; a guess is made downwards. */
import type { ContainerStatus } from '#src/rules/decision.ts'
import type { ForecastRecord } from '#src/rules/record.ts'
import type { Taken } from '#src/pickups/planning/problem.ts'
import { DAY, type EpochMs, HOUR } from '#src/stations/time.ts'

/** A container as it stands now. */
export interface Level {
  readonly volumeLitres: number
  readonly status: Pick<ContainerStatus, 'word' | 'fillPercent' | 'emptiedAt'>
  readonly forecast?: Pick<ForecastRecord, 'at' | 'fullAt' | 'fullWithin24h'>
  /** When the last emptying that is planned before the bike comes is to be over. */
  readonly emptiedBy?: EpochMs
}

/** So much of a container is never counted on. */
const MARGIN = 0.1
/** Nothing is known, but it was emptied within so long: half of it. */
const FRESH_MS = 3 * DAY

export type RoomBecause =
  'level' | 'full' | 'probably-full' | 'forecast' | 'emptied-lately' | 'emptied-by-then'

export interface Room {
  readonly litres: number
  readonly fillsLPerHour: number
  readonly because: RoomBecause
}

/**
 * Full is no room. Where the level isn't known the forecast counts; without one, only an emptying of
 * late speaks for room: what nobody knows is not planned for.
 */
export function roomOf({ volumeLitres, status, forecast }: Level, now: EpochMs): Room {
  const none = { litres: 0, fillsLPerHour: 0 }
  if (status.word === 'full') return { ...none, because: 'full' }
  const known = status.fillPercent
  const fullAt = forecast?.fullAt
  if (fullAt !== undefined && fullAt <= now && known === undefined) {
    return { ...none, because: 'probably-full' }
  }
  if (known !== undefined || status.word !== 'unknown') {
    const percent = known ?? (status.word === 'nearly-full' ? 85 : 50)
    const litres = volumeLitres * Math.max(0, 1 - percent / 100 - MARGIN)
    return { litres, fillsLPerHour: pace(litres, fullAt, now), because: 'level' }
  }
  if (fullAt !== undefined || (forecast && forecast.fullWithin24h < 0.2)) {
    const litres = volumeLitres * 0.25
    return { litres, fillsLPerHour: pace(litres, fullAt, now), because: 'forecast' }
  }
  if (status.emptiedAt !== undefined && now - status.emptiedAt < FRESH_MS) {
    return { litres: volumeLitres / 2, fillsLPerHour: 0, because: 'emptied-lately' }
  }
  return { ...none, because: 'probably-full' }
}

/** What others fill in an hour, if it is to be full then. */
function pace(litres: number, fullAt: EpochMs | undefined, now: EpochMs): number {
  return fullAt === undefined || fullAt <= now ? 0 : litres / ((fullAt - now) / HOUR)
}

/**
 * At another instant than now: what others fill until then is off; what was filled since is there again.
 * Of an emptying that is only planned half a container is hoped for.
 */
export function roomAt(level: Level, now: EpochMs, at: EpochMs): Room {
  const { volumeLitres, emptiedBy } = level
  const room = roomOf(level, now)
  const { fillsLPerHour } = room
  if (emptiedBy !== undefined) {
    const isLongSince = fillsLPerHour === 0 && at - emptiedBy >= FRESH_MS
    const filledL = (fillsLPerHour * (at - emptiedBy)) / HOUR
    const litres = Math.min(volumeLitres / 2, volumeLitres * (1 - MARGIN) - filledL)
    if (isLongSince || litres <= 0) return { litres: 0, fillsLPerHour: 0, because: 'probably-full' }
    return { litres, fillsLPerHour, because: 'emptied-by-then' }
  }
  const litres = room.litres - (fillsLPerHour * (at - now)) / HOUR
  return { ...room, litres: Math.max(0, litres) }
}

/** All of a station's containers of a fraction, at an instant. */
export function takenRoom(
  stream: string,
  levels: readonly Level[],
  now: EpochMs,
  at: EpochMs = now,
): Taken {
  const rooms = levels.map((level) => roomAt(level, now, at))
  const sum = (of: (room: Room) => number) => rooms.reduce((total, room) => total + of(room), 0)
  return { stream, roomL: sum((r) => r.litres), fillsLPerHour: sum((r) => r.fillsLPerHour) }
}
