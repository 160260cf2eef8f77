import { expect, test } from 'vitest'
import { mapShape, tileOrigin } from '#src/stations/map-source.ts'

const raster = (url: string) => ({ raster: { url, attribution: 'Provstad' } })
const isTaken = (url: string) => mapShape.safeParse(raster(url)).success

test.each([
  ['https://tiles.example.se/{z}/{x}/{y}.png', 'https://tiles.example.se'],
  ['https://tiles.example.se:8443/a/{z}/{y}/{x}?key=1', 'https://tiles.example.se:8443'],
  ['http://127.0.0.1:8080/{z}/{x}/{y}', 'http://127.0.0.1:8080'],
  ['http://[::1]:8080/{z}/{x}/{y}', 'http://[::1]:8080'],
])('%s is an address of pictures, and the policy names %s', (url, origin) => {
  expect(isTaken(url)).toBe(true)
  expect(tileOrigin(url)).toBe(origin)
})

test.each([
  ['in the clear', 'http://tiles.example.se/{z}/{x}/{y}.png'],
  ['without a zoom', 'https://tiles.example.se/{x}/{y}.png'],
  ['with several hosts', 'https://{s}.example.se/{z}/{x}/{y}.png'],
  ['with the square in the host', 'https://{z}.{x}.{y}.example.se/'],
  ['with more for the policy', "https://a.example.se;script-src'unsafe-inline'/{z}/{x}/{y}"],
  ['with a password', 'https://anna:hemligt@tiles.example.se/{z}/{x}/{y}.png'],
  ['that isn’t one', '/{z}/{x}/{y}.png'],
])('an address %s is not', (_what, url) => {
  expect(isTaken(url)).toBe(false)
})

test('pictures go to zoom 19 unless the file says otherwise', () => {
  expect(mapShape.parse(raster('https://a.example.se/{z}/{x}/{y}'))).toMatchObject({
    raster: { maxZoom: 19 },
  })
})

test.each([
  ['boras.pmtiles', true],
  ['Boras_2026-11.z15.pmtiles', true],
  ['../other/boras.pmtiles', false],
  ['maps/boras.pmtiles', false],
  ['/srv/boras.pmtiles', false],
  ['..pmtiles', false],
  ['C:\\boras.pmtiles', false],
  ['https://maps.example.se/boras.pmtiles', false],
  ['boras.mbtiles', false],
])('that %s names an archive in the town’s folder is %s', (pmtiles, is) => {
  expect(mapShape.safeParse({ pmtiles }).success).toBe(is)
})
