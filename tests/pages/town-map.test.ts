import { expect, test } from 'vitest'
import { htmlText } from '#src/pages/html.ts'
import { townMap } from '#src/pages/town-map.ts'
import type { BaseShape } from '#src/stations/map-base.ts'
import { openHttpTown } from '#tests/support/http-town.ts'
import { castTown } from '#tests/support/town.ts'

const stations = castTown.stations.map((station) => ({ station, word: 'unknown' as const }))
const river: BaseShape = {
  kind: 'river',
  isArea: false,
  points: [
    [12.94, 57.73],
    [12.940001, 57.730001],
    [12.96, 57.72],
  ],
}
const drawn = (...base: readonly BaseShape[]) => htmlText(townMap(stations, base)!)
const pathOf = (markup: string, kind: string) =>
  new RegExp(`class="b-${kind}" d="([^"]*)"`).exec(markup)?.[1]

test('what lies under the stations is drawn before them, points that fall together as one', () => {
  const markup = drawn(river)
  expect(pathOf(markup, 'river')).toMatch(/^M\d+ \d+L\d+ \d+$/)
  expect(markup.indexOf('b-river')).toBeLessThan(markup.indexOf('m-unknown'))
})

test('areas are closed, and roads lie over water', () => {
  const markup = drawn({ ...river, kind: 'road' }, { ...river, kind: 'water', isArea: true })
  expect(pathOf(markup, 'water')).toMatch(/z$/)
  expect(markup.indexOf('b-water')).toBeLessThan(markup.indexOf('b-road'))
})

test('what lies outside of the picture is left out', () => {
  const far: BaseShape = {
    ...river,
    points: [
      [20, 60],
      [21, 61],
    ],
  }
  expect(drawn(far)).not.toContain('b-river')
  expect(drawn(far)).toBe(htmlText(townMap(stations)!))
})

test('the list shows the town’s own map', async () => {
  await using town = await openHttpTown({ pages: { mapBase: () => [river] } })
  expect((await town.app.inject('/')).body).toContain('class="b-river"')
})
