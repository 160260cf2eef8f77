import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readHeights } from '#src/routing/heights.ts'
import { writeHeights } from './height-tile.ts'

const folder = mkdtempSync(join(tmpdir(), 'kvitter-heights-'))
afterAll(() => rmSync(folder, { recursive: true }))

// Twice as steep to the east as to the south, and a hole where nobody measured.
const slope = writeHeights(folder, 'N57E012.hgt', (east, south) =>
  east === 600 && south === 600 ? -32_768 : 2 * east + south,
)
const flat = writeHeights(folder, 'S02W003.hgt', () => -7)
const heightAt = readHeights([slope, flat])

test.each([
  ['the north-western corner', { lat: 58 - 1e-9, lon: 12 }, 0],
  ['the south-eastern corner', { lat: 57, lon: 13 - 1e-9 }, 3600],
  ['a point', { lat: 57.75, lon: 12.5 }, 1500],
  ['between four points', { lat: 57.75 - 0.5 / 1200, lon: 12.5 + 0.25 / 1200 }, 1501],
  ['the other half of the globe', { lat: -1.5, lon: -2.5 }, -7],
])('%s has its height', (_, place, metres) => {
  expect(heightAt(place)).toBeCloseTo(metres, 3)
})

test.each([
  ['beside a hole', { lat: 57.5 + 0.5 / 1200, lon: 12.5 + 0.5 / 1200 }],
  ['in the next degree', { lat: 57.5, lon: 13.1 }],
])('%s nobody knows', (_, place) => {
  expect(heightAt(place)).toBeUndefined()
})

test('a file that is no tile is told by its name', () => {
  const short = join(folder, 'N57E013.hgt')
  writeFileSync(short, 'nothing')
  expect(() => readHeights([short])).toThrow(
    `${short}: expected 1201 × 1201 or 3601 × 3601 heights of two bytes`,
  )
  const unnamed = join(folder, 'boras.hgt')
  expect(() => readHeights([unnamed])).toThrow(`${unnamed}: expected a name such as N57E012.hgt`)
})
