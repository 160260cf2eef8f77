/** What a `returnbike.yaml` must hold true beyond its shape, and beside its `town.yaml`. */
import { block, finite, list, text } from './raw-block.ts'
import type { Block } from './raw-block.ts'
import { WASTE_KINDS } from './return-bike.ts'
import type { ServiceDays, Town } from './station.ts'
import { WEEKDAYS } from './time.ts'
import { checkUnique, findPlaceFault } from './town-checks.ts'
import { fieldName, unknownName } from './town-faults.ts'
import type { Path, Tell } from './town-faults.ts'
import { checkServiceDays } from './town-plan-checks.ts'
import { parseHours } from './town-shape.ts'

/** Tells everything that contradicts itself. `town` is absent where its own file has faults. */
export function crossCheckReturnBike(raw: Block, town: Town | undefined, tell: Tell): void {
  const lists = [
    ['slots', 'slot'],
    ['items', 'item'],
    ['bikes', 'bike'],
    ['dropOffs', 'drop-off'],
  ] as const
  for (const [key, noun] of lists) checkUnique(list(raw[key]), [key], noun, tell)
  checkUnique(list(block(raw['loans'])['things']), ['loans', 'things'], 'thing to lend', tell)
  checkSlots(raw, town, tell)
  checkItems(raw, tell)
  checkDropOffs(raw, town, tell)
  checkHomes(raw, tell)
  checkApart(raw, tell)
  checkDistricts(raw, town, tell)
  checkTravel(block(raw['travel']), tell)
  checkRetention(raw, tell)
}

/** One source, and a profile only where it means something. */
function checkTravel(travel: Block, tell: Tell): void {
  const [first, second] = ['cityPack', 'osrm', 'valhalla'].filter((key) => key in travel)
  const isFormula = 'detour' in travel || 'heights' in travel
  if (first === undefined && !isFormula && Object.keys(travel).length > 0) {
    tell(['travel'], 'names no source: write cityPack, osrm or valhalla, or leave travel out')
  }
  if (second !== undefined) {
    tell(['travel', second], `is a second source beside ${first}; leave one of them out`)
  }
  if ('profile' in travel && !('osrm' in travel)) {
    tell(['travel', 'profile'], 'goes with osrm; leave it out')
  }
}

interface WrittenSlot {
  readonly path: Path
  readonly hours: NonNullable<ReturnType<typeof parseHours>>
  readonly days: readonly unknown[]
}

/** No two at once, and each within some service day of the town's. */
function checkSlots(raw: Block, town: Town | undefined, tell: Tell): void {
  const slots = list(raw['slots']).flatMap((value, i): WrittenSlot[] => {
    const { hours: written, days } = block(value)
    const hours = parseHours(text(written) ?? '')
    if (!hours) return []
    return [{ path: ['slots', i], hours, days: days === undefined ? WEEKDAYS : list(days) }]
  })
  for (const [i, { path, hours, days }] of slots.entries()) {
    const other = slots
      .slice(0, i)
      .find(
        (s) =>
          s.hours.fromMinute < hours.untilMinute &&
          hours.fromMinute < s.hours.untilMinute &&
          s.days.some((day) => days.includes(day)),
      )
    if (other) tell([...path, 'hours'], `overlaps with the hours of ${fieldName(other.path)}`)
  }
  const shifts = list(raw['bikes']).map((bike) => readShift(block(bike)['shift']))
  for (const { path, hours, days } of slots) {
    const isWorked = shifts.some(
      (shift) =>
        shift === undefined ||
        (shift.hours.fromMinute < hours.untilMinute &&
          hours.fromMinute < shift.hours.untilMinute &&
          shift.days.some((day) => days.includes(day))),
    )
    if (shifts.length > 0 && !isWorked) {
      tell([...path, 'hours'], 'no bike’s rider works then (bikes[].shift)')
    }
  }
  if (!town) return
  if (!town.serviceDays) {
    tell(['slots'], 'town.yaml has no serviceDays; say there when the bike runs')
    return
  }
  for (const { path, hours, days } of slots) {
    if (town.serviceDays.some((day) => mayHold(day, hours, days))) continue
    tell([...path, 'hours'], 'no service day of town.yaml has these hours')
  }
}

/** Undefined: all day. */
function readShift(value: unknown): Pick<WrittenSlot, 'hours' | 'days'> | undefined {
  const { hours: written, days } = block(value)
  const hours = parseHours(text(written) ?? '')
  return hours && { hours, days: days === undefined ? WEEKDAYS : list(days) }
}

function mayHold(
  { weekdays, hours }: ServiceDays,
  slot: WrittenSlot['hours'],
  days: WrittenSlot['days'],
): boolean {
  // A holiday's day may be moved to any other weekday, and dates are on any.
  const isOnDay = weekdays === undefined || weekdays.some((day) => days.includes(day))
  return (
    isOnDay &&
    (hours === undefined ||
      (hours.fromMinute <= slot.fromMinute && slot.untilMinute <= hours.untilMinute))
  )
}

/** A thing is either fetched, with its size, or refused, with where it goes instead. */
function checkItems(raw: Block, tell: Tell): void {
  const limits = block(raw['limits'])
  const most = finite(limits['kgPerItem']) ?? 25
  const errand = finite(limits['litresPerErrand']) ?? 1000
  const bikes = list(raw['bikes']).map(block)
  const largest = (key: string) => Math.max(0, ...bikes.map((bike) => finite(bike[key]) ?? 0))
  const taken = list(raw['dropOffs']).flatMap((dropOff) => list(block(dropOff)['takes']))
  for (const [i, value] of list(raw['items']).entries()) {
    const item = block(value)
    const path = ['items', i]
    const size = ['litres', 'kg', 'longestCm', 'waste']
    if (item['refused'] !== undefined) {
      for (const key of [...size, 'reusable', 'most']) {
        if (item[key] === undefined) continue
        tell([...path, key], 'goes with what the bike takes; leave it out where refused is written')
      }
      continue
    }
    for (const key of size) {
      if (item[key] !== undefined) continue
      tell(
        [...path, key],
        'is missing; say how large and what kind of waste it is, or refused: why the bike can’t take it and where it goes instead',
      )
    }
    const bounds = [
      ['kg', most, `limits.kgPerItem is ${most}`],
      ['litres', errand, `limits.litresPerErrand is ${errand}`],
      ['kg', largest('kg'), `no bike carries more than ${largest('kg')} kg`],
      ['litres', largest('litres'), `no bike holds more than ${largest('litres')} litres`],
      ['longestCm', largest('longestCm'), `no bike takes more than ${largest('longestCm')} cm`],
    ] as const
    for (const [key, bound, why] of bounds) {
      const amount = finite(item[key])
      if (amount !== undefined && bound > 0 && amount > bound) {
        tell([...path, key], `${amount} is too much: ${why}; write refused instead`)
        break
      }
    }
    const waste = text(item['waste'])
    if (waste !== undefined && taken.length > 0 && !taken.includes(waste)) {
      tell([...path, 'waste'], `no drop-off takes ${waste}`)
    }
  }
}

function checkHomes(raw: Block, tell: Tell): void {
  for (const [i, value] of list(raw['bikes']).entries()) {
    const home = block(block(value)['home'])
    const lat = finite(home['lat'])
    const lon = finite(home['lon'])
    if (lat === undefined || lon === undefined) continue
    const fault = findPlaceFault(lat, lon)
    if (fault) tell(['bikes', i, 'home', fault.key], fault.message)
  }
}

/** Each names something that the bike fetches, and two that differ. */
function checkApart(raw: Block, tell: Tell): void {
  const wasteOf = new Map(
    list(raw['items']).map((item) => [text(block(item)['id']), text(block(item)['waste'])]),
  )
  const items = [...wasteOf.keys()].filter((id) => id !== undefined)
  const known = [...new Set([...WASTE_KINDS, ...items])]
  for (const [i, value] of list(raw['apart']).entries()) {
    const pair = list(value).map(text)
    for (const [j, name] of pair.entries()) {
      if (name === undefined || known.includes(name)) continue
      tell(['apart', i, j], unknownName(`"${name}"`, name, 'kind of waste or item', known))
    }
    const [one, other] = pair
    if (one === undefined || other === undefined) continue
    if (one === other || wasteOf.get(one) === other || wasteOf.get(other) === one) {
      tell(['apart', i], 'would keep a thing from itself; write two that mustn’t ride together')
    }
  }
}

function checkDropOffs(raw: Block, town: Town | undefined, tell: Tell): void {
  const stations: readonly string[] = town?.stations.map(({ id }) => id) ?? []
  for (const [i, value] of list(raw['dropOffs']).entries()) {
    const dropOff = block(value)
    const path = ['dropOffs', i]
    checkServiceDays(list(dropOff['open']), [...path, 'open'], tell)
    const station = text(dropOff['station'])
    if (town && station !== undefined && !stations.includes(station)) {
      tell([...path, 'station'], unknownName(`"${station}"`, station, 'station', stations))
    }
    const lat = finite(dropOff['lat'])
    const lon = finite(dropOff['lon'])
    if (lat === undefined || lon === undefined) continue
    const fault = findPlaceFault(lat, lon)
    if (fault) tell([...path, fault.key], fault.message)
  }
}

function checkDistricts(raw: Block, town: Town | undefined, tell: Tell): void {
  const known: readonly string[] = town?.areas?.map(({ id }) => id) ?? []
  for (const [i, value] of list(raw['districts']).entries()) {
    const district = block(value)
    const path = ['districts', i]
    const area = text(district['area'])
    if (town && area !== undefined && !known.includes(area)) {
      tell([...path, 'area'], unknownName(`"${area}"`, area, 'town area', known))
    }
    for (const [p, point] of list(district['outline']).entries()) {
      const [lon, lat] = list(point).map(finite)
      if (lon === undefined || lat === undefined) continue
      const fault = findPlaceFault(lat, lon)
      if (fault) tell([...path, 'outline', p], `is [lon, lat]: ${fault.message}`)
    }
  }
}

/** What has been erased can't be counted. */
function checkRetention(raw: Block, tell: Tell): void {
  const counted = finite(block(block(raw['limits'])['household'])['days']) ?? 30
  const kept = finite(block(raw['privacy'])['eraseAfterDays']) ?? 30
  if (counted > kept) {
    tell(
      ['limits', 'household', 'days'],
      `a household's errands are forgotten after privacy.eraseAfterDays (${kept}); write at most that many days`,
    )
  }
  const note = finite(block(raw['privacy'])['noteDays']) ?? 1
  if (note > kept) {
    tell(['privacy', 'noteDays'], `must not be more than eraseAfterDays (${kept})`)
  }
}
