import { expect, test } from 'vitest'
import { type Level, roomOf, takenRoom } from '#src/pickups/day/station-room.ts'
import { HOUR, plus } from '#src/stations/time.ts'
import { at } from './cast.ts'

const NOON = at('12:00')
const level = (status: Level['status'], forecast?: Level['forecast']): Level => ({
  volumeLitres: 1000,
  status,
  ...(forecast && { forecast }),
})
const forecast = (hours: number) => ({
  at: at('06:00'),
  fullAt: plus(NOON, hours * HOUR),
  fullWithin24h: 0.9,
})

test.each([
  ['half full, a margin off', level({ word: 'has-room', fillPercent: 50 }), 400, 'level'],
  ['full, whatever the level says', level({ word: 'full', fillPercent: 60 }), 0, 'full'],
  ['at the brim', level({ word: 'nearly-full', fillPercent: 95 }), 0, 'level'],
  ['unknown, and nothing said of it', level({ word: 'unknown' }), 0, 'probably-full'],
  ['unknown, full by the forecast', level({ word: 'unknown' }, forecast(-1)), 0, 'probably-full'],
  [
    'unknown, not full yet by the forecast',
    level({ word: 'unknown' }, forecast(5)),
    250,
    'forecast',
  ],
  [
    'unknown, emptied today',
    level({ word: 'unknown', emptiedAt: at('08:00') }),
    500,
    'emptied-lately',
  ],
  ['known by reports alone', level({ word: 'has-room' }), 400, 'level'],
])('room in a container: %s', (_, one, litres, because) => {
  expect(roomOf(one, NOON)).toMatchObject({ litres: expect.closeTo(litres, 6), because })
})

test('a container that is to be full in four hours fills by a quarter of its room in each', () => {
  const one = level({ word: 'has-room', fillPercent: 50 }, forecast(4))
  expect(takenRoom('paper', [one, one], NOON)).toEqual({
    stream: 'paper',
    roomL: 800,
    fillsLPerHour: 200,
  })
})
