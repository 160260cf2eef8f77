/** What the `channels` of a `town.yaml` must hold true beyond their shape: no account twice, places that exist. */
import { block, list, text } from './raw-block.ts'
import type { Block } from './raw-block.ts'
import { fieldName, unknownName } from './town-faults.ts'
import type { Path, Tell } from './town-faults.ts'

interface Placed {
  readonly value: Block
  readonly path: Path
}

export function checkChannels(raw: Block, tell: Tell): void {
  const known = {
    stations: list(raw['stations']).flatMap((s) => text(block(s)['id']) ?? []),
    areas: list(raw['areas']).flatMap((a) => text(block(a)['id']) ?? []),
  }
  const channels = block(raw['channels'])
  for (const [channel, value] of Object.entries(channels)) {
    const path = ['channels', channel]
    const accounts = Array.isArray(value)
      ? value.map((item, i): Placed => ({ value: block(item), path: [...path, i] }))
      : [{ value: block(value), path }]
    checkTwice(accounts, tell)
    for (const account of accounts) {
      checkPlaces(account, 'stations', known.stations, tell)
      checkPlaces(account, 'areas', known.areas, tell)
    }
    if (channel === 'x') checkSameWords(accounts, tell)
  }
}

function checkTwice(accounts: readonly Placed[], tell: Tell): void {
  const first = new Map<string, Path>()
  for (const { value, path } of accounts) {
    const account = text(value['account'])?.toLowerCase().replace(/^@/, '')
    if (account === undefined) continue
    const before = first.get(account)
    if (before === undefined) first.set(account, path)
    else tell([...path, 'account'], `"${account}" is already the account of ${fieldName(before)}`)
  }
}

function checkPlaces(
  { value, path }: Placed,
  key: 'stations' | 'areas',
  known: readonly string[],
  tell: Tell,
): void {
  const names = list(value[key])
  for (const [i, item] of names.entries()) {
    const name = text(item)
    if (name === undefined) continue
    if (!known.includes(name)) tell([...path, key, i], unknownName(`"${name}"`, name, key, known))
    else if (names.indexOf(item) < i) tell([...path, key, i], `"${name}" stands here twice`)
  }
}

/** X forbids the same words from several accounts. Of a wider and a narrower one only the narrower speaks. */
function checkSameWords(accounts: readonly Placed[], tell: Tell): void {
  const first = new Map<string, Path>()
  for (const { value, path } of accounts) {
    for (const [key, place] of placesOf(value)) {
      const said = JSON.stringify([value['language'], key, place])
      const before = first.get(said)
      first.set(said, before ?? path)
      if (before === undefined || before === path) continue
      const what = key === 'town' ? 'the whole town' : `${key} "${place}"`
      tell(
        path,
        `${fieldName(before)} already says in this language what ${what} says; X forbids the same words from two accounts`,
      )
    }
  }
}

function placesOf(account: Block): readonly (readonly [string, string])[] {
  const stations = list(account['stations']).map((s) => ['station', String(s)] as const)
  const areas = list(account['areas']).map((a) => ['area', String(a)] as const)
  const places = [...stations, ...areas]
  return places.length === 0 ? [['town', '']] : places
}
