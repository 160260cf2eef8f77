import { expect, test } from 'vitest'
import { bearingDeg, compassPoint } from '#src/stations/bearing.ts'
import { isNight, sunElevationDeg } from '#src/stations/daylight.ts'
import { instant, MINUTE, plus } from '#src/stations/time.ts'

const STOCKHOLM = { lat: 59.33, lon: 18.07 }
const GREENWICH = { lat: 51.48, lon: 0 }

test.each([
  // Almanacs' times for Stockholm: midsummer 03:31 and 22:08, midwinter 08:44 and 14:48 by the wall.
  ['midsummer morning', '2026-06-21T03:31:00+02:00', 'rises'],
  ['midsummer night', '2026-06-21T22:08:00+02:00', 'sets'],
  ['midwinter morning', '2026-12-21T08:44:00+01:00', 'rises'],
  ['midwinter afternoon', '2026-12-21T14:48:00+01:00', 'sets'],
])('the sun goes up and down within four minutes of the almanac: %s', (_what, time, does) => {
  const at = instant(Date.parse(time))
  const before = isNight(plus(at, -4 * MINUTE), STOCKHOLM)
  const after = isNight(plus(at, 4 * MINUTE), STOCKHOLM)
  expect([before, after]).toEqual(does === 'rises' ? [true, false] : [false, true])
})

test('at noon of an equinox the sun stands as high as the latitude leaves', () => {
  const noon = instant(Date.parse('2026-03-20T12:07:00Z'))
  expect(sunElevationDeg(noon, GREENWICH)).toBeCloseTo(90 - 51.48, 0)
})

test.each([
  ['north', { lat: 57.73, lon: 12.94 }, 0, 0],
  ['east', { lat: 57.72, lon: 12.95 }, 90, 2],
  ['south', { lat: 57.71, lon: 12.94 }, 180, 4],
  ['west', { lat: 57.72, lon: 12.93 }, 270, 6],
  ['a little west of north', { lat: 57.73, lon: 12.9399 }, 359.7, 0],
])('a place %s of here is told as that', (_way, place, degrees, point) => {
  const bearing = bearingDeg({ lat: 57.72, lon: 12.94 }, place)
  expect(bearing).toBeCloseTo(degrees, 0)
  expect(compassPoint(bearing)).toBe(point)
})
