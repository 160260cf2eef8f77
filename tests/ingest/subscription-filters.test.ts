import { expect, test } from 'vitest'
import { covers, sharedFilters } from '#src/ingest/subscription-filters.ts'
import { castTown } from '#tests/support/town.ts'

const NATIVE = '$share/kvitter/kvitter/v1/devices/+/reading'

test.each<[string, readonly string[], readonly string[]]>([
  ['a town without network servers listens to its devices', [], [NATIVE]],
  [
    'every network server adds its filter, once',
    ['application/7/device/+/event/up', 'v3/+/devices/+/up', 'v3/+/devices/+/up'],
    [NATIVE, '$share/kvitter/application/7/device/+/event/up', '$share/kvitter/v3/+/devices/+/up'],
  ],
  [
    'a filter inside another is left out, lest its messages come twice',
    ['application/+/device/+/event/up', 'application/7/device/+/event/up'],
    [NATIVE, '$share/kvitter/application/+/device/+/event/up'],
  ],
  ['who listens to all needs nothing else', ['#'], ['$share/kvitter/#']],
])('%s', (_, topics, expected) => {
  const networkServers = topics.map((topic, n) => ({
    id: `server-${n}`,
    kind: 'chirpstack-v4' as const,
    topic,
  }))
  expect(sharedFilters({ ...castTown, networkServers })).toEqual(expected)
})

test.each([
  ['a/+', 'a/b', true],
  ['a/#', 'a', true],
  ['a/#', 'a/+/c', true],
  ['#', '#', true],
  ['a/+', 'a/#', false],
  ['a/b', 'a/+', false],
  ['a/+/c', 'a/+', false],
  ['+/b', 'a/c', false],
])('%s covers %s: %s', (outer, inner, expected) => {
  expect(covers(outer, inner)).toBe(expected)
})
