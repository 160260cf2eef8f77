/** Days by the town's clock, in a browser that may be anywhere. */
import { HOUR, MINUTE, SECOND } from '#src/stations/time.ts'

/** From the midnight before an instant to the one after it, ISO 8601; 23 or 25 hours where the clocks change. */
export function dayAround(at: number, timeZone: string): { from: string; to: string } {
  const from = midnightBefore(at, timeZone)
  // Noon of the next day is the next day, however long this one is.
  const to = midnightBefore(from + 36 * HOUR, timeZone)
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
}

function midnightBefore(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at)
  const part = (type: string) => Number(parts.find((one) => one.type === type)!.value)
  const wall = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  )
  const midnight = Date.UTC(part('year'), part('month') - 1, part('day'))
  const guess = at - (at % SECOND) - (wall - midnight)
  // Between midnight and now the clocks may have changed.
  const off = offsetAt(guess, timeZone) - offsetAt(at, timeZone)
  return guess - off
}

function offsetAt(at: number, timeZone: string): number {
  const name = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'longOffset' })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')!.value
  const [, sign, hours, minutes] = /GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(name)!
  const ms = Number(hours ?? 0) * HOUR + Number(minutes ?? 0) * MINUTE
  return sign === '-' ? -ms : ms
}
