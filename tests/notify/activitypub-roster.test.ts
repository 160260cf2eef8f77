/** Names on the fediverse: short, everybody's servers take them, and a station's first stays its own. */
import { describe, expect, test } from 'vitest'
import { TOWN, newActors } from '#src/notify/activitypub/roster.ts'
import type { Station, Town } from '#src/stations/station.ts'
import { indexTown } from '#src/stations/town-index.ts'
import type { FediverseActor } from '#src/store/fediverse.ts'
import { castTown, ekudden, hamnen, torget } from '#tests/support/town.ts'

const named = (...stations: readonly Partial<Station>[]): Town => ({
  ...castTown,
  stations: stations.map((over, n) => ({ ...[ekudden, hamnen, torget][n]!, ...over })),
})
const names = (town: Town, kept: readonly FediverseActor[] = []) =>
  newActors(kept, indexTown(town), 'avs').map(({ username }) => username)

describe('a station is named', () => {
  test.each([
    ['by its name', ['Ekudden', 'Hamnen', 'Torget'], ['ekudden', 'hamnen', 'torget']],
    [
      'in letters that every server takes',
      ['Åsbo kyrka (norra)', 'Återvinning på Östra gatan 12', '…'],
      ['asbo_kyrka_norra', 'atervinning_pa_ostra_gat', '903'],
    ],
    [
      'with its number where another has the name',
      ['Torget', 'Torget', 'AVS'],
      ['torget', 'torget_902', 'avs_903'],
    ],
  ])('%s', (_, given, expected) => {
    expect(names(named(...given.map((name) => ({ name }))))).toEqual(['avs', ...expected])
  })

  test('once: a new name, or another that takes it, changes nothing', () => {
    const kept = newActors([], indexTown(named({ name: 'Ekudden' })), 'avs')
    expect(names(named({ name: 'Storgatan' }), kept)).toEqual([])
    expect(names(named({ name: 'Storgatan' }, { name: 'Ekudden' }), kept)).toEqual(['ekudden_902'])
  })
})

test('ids tell nothing, and differ', () => {
  const ids = newActors([], indexTown(castTown), 'avs').map(({ id }) => id)
  expect(new Set(ids).size).toBe(4)
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{16}$/)
})

test('the town may be given another name, but none of a station', () => {
  const kept = newActors([], indexTown(castTown), 'avs')
  expect(newActors(kept, indexTown(castTown), 'provstad')).toEqual([
    { id: expect.any(String), place: TOWN, username: 'provstad' },
  ])
  expect(() => newActors(kept, indexTown(castTown), 'ekudden')).toThrow(
    'channels.activitypub.account: @ekudden is the name of the station 1490-901 for ever; choose another',
  )
})
