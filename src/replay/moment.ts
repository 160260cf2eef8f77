/** A time as people write it on the command line. */
import { type EpochMs, instant, parseInstant, parseWall } from '#src/stations/time.ts'

const DAY_TEXT = /^\d{4}-\d{2}-\d{2}$/

export const MOMENT_EXPECTED = 'a day such as 2026-05-05, or a time such as 2026-05-05T10:45'

/**
 * A day is its beginning by the town's clock, or as the end of a span its end; a time without an offset is
 * the town's. Undefined for anything else.
 */
export function parseMoment(text: string, timeZone: string, isEnd: boolean): EpochMs | undefined {
  if (!DAY_TEXT.test(text)) return parseWall(text.replace(' ', 'T'), timeZone) ?? parseInstant(text)
  try {
    const day = Temporal.PlainDate.from(text).add({ days: isEnd ? 1 : 0 })
    return instant(day.toZonedDateTime(timeZone).epochMilliseconds)
  } catch {
    return undefined
  }
}
