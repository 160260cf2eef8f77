/** A town's list of addresses with their positions, as CSV; and how two spellings of one are known as one. */
import { parse } from 'csv-parse/sync'
import type { FileFault } from './fault-line.ts'
import { nearestName } from './nearest-name.ts'
import { block, text } from './raw-block.ts'
import type { ListedAddress } from './return-bike.ts'
import { findPlaceFault } from './town-checks.ts'

export type ReadAddresses =
  | { readonly kind: 'ok'; readonly addresses: readonly ListedAddress[] }
  | { readonly kind: 'faulty'; readonly faults: readonly FileFault[] }

const COLUMNS = ['address', 'postcode', 'lat', 'lon', 'homes'] as const
const NEEDED = ['address', 'lat', 'lon'] as const
/** A file with one fault in each of ten thousand lines is told of by its first ones. */
const MOST_FAULTS = 20

/** Comma or semicolon between columns; a first line that names them; other columns are passed over. */
export function readAddressList(written: string, fileName: string): ReadAddresses {
  const faults: FileFault[] = []
  const tell = (line: number, field: string, message: string) => {
    if (faults.length < MOST_FAULTS) faults.push({ file: fileName, line, field, message })
  }
  const head = written.slice(0, written.search(/\r?\n|$/))
  let rows: readonly { readonly record: unknown; readonly info: { readonly lines: number } }[]
  try {
    rows = parse(written, {
      bom: true,
      columns: (names: string[]) => names.map((name) => name.trim().toLowerCase()),
      delimiter: head.includes(';') ? ';' : ',',
      info: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as typeof rows
  } catch (error) {
    tell(1, '', `not readable as CSV: ${(error as Error).message}`)
    return { kind: 'faulty', faults }
  }
  const names = Object.keys(block(rows[0]?.record))
  for (const name of NEEDED.filter((needed) => !names.includes(needed))) {
    tell(1, name, `the column is missing; the first line names ${COLUMNS.join(', ')}`)
  }
  if (faults.length > 0) return { kind: 'faulty', faults }

  const seen = new Map<string, number>()
  const addresses = rows.flatMap(({ record, info }): ListedAddress[] => {
    const row = block(record)
    const line = info.lines
    const address = text(row['address']) ?? ''
    const lat = Number(row['lat'])
    const lon = Number(row['lon'])
    const homes = text(row['homes']) ?? ''
    const before = faults.length
    if (address === '') tell(line, 'address', 'is empty')
    const key = addressKey(address, text(row['postcode']))
    if (seen.has(key)) tell(line, 'address', `"${address}" stands in line ${seen.get(key)} already`)
    seen.set(key, line)
    const fault = findPlaceFault(lat, lon)
    if (fault) tell(line, fault.key, fault.message)
    if (!/^([1-9]\d{0,3})?$/.test(homes)) tell(line, 'homes', 'expected a number of homes, or none')
    if (faults.length > before) return []
    const postcode = text(row['postcode']) ?? ''
    return [
      {
        address,
        ...(postcode !== '' && { postcode }),
        place: { lat, lon },
        ...(homes !== '' && { homes: Number(homes) }),
      },
    ]
  })
  return faults.length > 0 ? { kind: 'faulty', faults } : { kind: 'ok', addresses }
}

/**
 * The same for every way of writing one address: case, blanks and punctuation, `g.`, `v.` and `gr.` for
 * `gatan`, `vägen` and `gränd`, and the blank of `12 A` don't tell two apart. A postcode does where it is known.
 */
export function addressKey(address: string, postcode?: string): string {
  const plain = address
    .normalize('NFC')
    .toLowerCase()
    .replace(/(?<=\p{L})g\.(?=\s*\d)/u, 'gatan ')
    .replace(/(?<=\p{L})v\.(?=\s*\d)/u, 'vägen ')
    .replace(/(?<=\p{L})gr\.(?=\s*\d)/u, 'gränd ')
    .replace(/[.,;:'’"]/g, ' ')
    .replace(/(?<=\d)\s+(?=\p{L}(?!\p{L}))/gu, '')
    .replace(/\s+/g, ' ')
    .trim()
  const digits = postcode?.replace(/\D/g, '') ?? ''
  return digits === '' ? plain : `${plain}|${digits}`
}

export interface AddressBook {
  /** The listed address that somebody wrote, however they wrote it; several where only the postcode tells. */
  find(address: string, postcode?: string): readonly ListedAddress[]
  /** What they may have meant. */
  nearest(address: string): ListedAddress | undefined
  /** Those that begin so, in the order of the list. */
  beginningWith(address: string, most: number): readonly ListedAddress[]
}

export function openAddressBook(addresses: readonly ListedAddress[]): AddressBook {
  const byKey = Map.groupBy(addresses, ({ address }) => addressKey(address))
  return {
    find(address, postcode) {
      const found = byKey.get(addressKey(address)) ?? []
      const wanted = postcode?.replace(/\D/g, '') ?? ''
      if (wanted === '') return found
      return found.filter((a) => (a.postcode?.replace(/\D/g, '') ?? wanted) === wanted)
    },
    nearest(address) {
      const key = addressKey(address)
      // A slip in the name, not in the number: so a list of a whole town is soon gone through.
      const number = numberOf(key)
      const candidates = [...byKey.keys()].filter((other) => numberOf(other) === number)
      return byKey.get(nearestName(key, candidates) ?? '')?.[0]
    },
    beginningWith(address, most) {
      const begun = addressKey(address)
      const found: ListedAddress[] = []
      for (const [key, same] of byKey) {
        if (!key.startsWith(begun)) continue
        found.push(...same)
        if (found.length >= most) break
      }
      return found.slice(0, most)
    },
  }
}

function numberOf(key: string): string | undefined {
  return /\d.*$/.exec(key)?.[0]
}
