/** How long what is known of a person lives: as long as the errand, and a few days in which to set things right. */
import { wallTime } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { isLive } from './booking.ts'
import type { Booking, Terms } from './booking.ts'
import type { CallBack } from './call-backs.ts'
import { addDays, instantAt } from './service-days.ts'

/** From when on a booking is erased. One that waits is never: it ends first. */
export function erasedFrom(booking: Booking, { bike, timeZone }: Terms): EpochMs | undefined {
  const day = lastDay(booking, timeZone)
  return day === undefined
    ? undefined
    : instantAt(addDays(day, bike.eraseAfterDays + 1), 0, timeZone)
}

/** From when on the note for access is erased: the door code of an errand that is over is nobody's business. */
export function noteErasedFrom(booking: Booking, { bike, timeZone }: Terms): EpochMs | undefined {
  const day = lastDay(booking, timeZone)
  return day === undefined ? undefined : instantAt(addDays(day, bike.noteDays + 1), 0, timeZone)
}

/** From when on who was to be called is: some days after it was done, or after nothing more was done of it. */
export function callBackErasedFrom(
  { state, dueAt, touchedAt }: CallBack,
  { bike, timeZone }: Terms,
): EpochMs {
  const last = state === 'done' ? touchedAt : (Math.max(dueAt, touchedAt) as EpochMs)
  return instantAt(addDays(wallTime(last, timeZone).day, bike.callBackDays + 1), 0, timeZone)
}

/** The day of the errand; where it came to nothing earlier, the day of that. */
function lastDay(booking: Booking, timeZone: string): string | undefined {
  const { endedAt, slot } = booking
  const ended = endedAt === undefined ? undefined : wallTime(endedAt, timeZone).day
  if (!isLive(booking)) return ended ?? slot?.day
  return slot?.day
}
