/**
 * Changes of devices made while the service runs, as facts on top of the town's file: the town as it is
 * served is the file with the changes applied in their order. Pure. A change that the file says already
 * changes nothing; one that no longer fits is passed over, with the reason.
 */
import type { ContainerId, DeviceId } from './ids.ts'
import { nearestName } from './nearest-name.ts'
import { DEVICE_PROFILES } from './station.ts'
import type { Container, Device, Geometry, Mounting, Town } from './station.ts'
import { type EpochMs, isoText } from './time.ts'

export type DeviceChange =
  | { readonly kind: 'register'; readonly deviceId: DeviceId; readonly profile: string }
  | {
      readonly kind: 'mount'
      readonly deviceId: DeviceId
      readonly containerId: ContainerId
      readonly channel?: string
      readonly alongside?: true
      readonly from: EpochMs
    }
  /** From wherever it sits. */
  | { readonly kind: 'unmount'; readonly deviceId: DeviceId; readonly until: EpochMs }
  /** Another device takes its place; the container keeps its history. */
  | {
      readonly kind: 'swap'
      readonly deviceId: DeviceId
      readonly by: DeviceId
      /** Where the other isn't registered yet; the first one's, if left out. */
      readonly profile?: string
      readonly at: EpochMs
    }
  /** "It is empty now", or "it is full now": the plumb distance that the sensor then measured. */
  | {
      readonly kind: 'calibrate'
      readonly containerId: ContainerId
      readonly level: 'empty' | 'full'
      readonly distanceMm: number
    }
  /** Only noted: credentials lie in the database. */
  | { readonly kind: 'credential-given' | 'credential-revoked'; readonly deviceId: DeviceId }
  /** Only noted: somebody said that the town's file has the changes so far. */
  | { readonly kind: 'settled' }

export interface RecordedChange {
  readonly no: number
  readonly at: EpochMs
  /** Who made it, as they sign themselves. */
  readonly by: string
  readonly change: DeviceChange
  /** The town's file says it as well by now: kept in the list, and applied no more. */
  readonly settled: boolean
}

export interface Applied {
  readonly town: Town
  readonly skipped: readonly { readonly no: number; readonly why: string }[]
}

/** What a change does to a town: something, nothing since the town says so already, or it can't be. */
export type Effect =
  | { readonly kind: 'changes' }
  | { readonly kind: 'same' }
  | { readonly kind: 'refused'; readonly why: string }

export function applyChanges(file: Town, changes: readonly RecordedChange[]): Applied {
  const open = changes.filter((change) => !change.settled)
  const { town, effects } = tryChanges(
    file,
    open.map(({ change }) => change),
  )
  const skipped = open.flatMap(({ no }, i) => {
    const effect = effects[i]!
    return effect.kind === 'refused' ? [{ no, why: effect.why }] : []
  })
  return { town, skipped }
}

/**
 * The town with the changes, one after another, and what each of them did; those that can't be are left
 * out. The same town where nothing changes. Costs the town's size once and each change next to nothing.
 */
export function tryChanges(
  town: Town,
  changes: readonly DeviceChange[],
): { readonly town: Town; readonly effects: readonly Effect[] } {
  const draft = draftOf(town)
  const effects = changes.map((change) => apply(draft, change))
  return { town: effects.some((e) => e.kind === 'changes') ? townOf(draft) : town, effects }
}

/** The town with the change, the same town where it says so already, or why it can't be. */
export function applyChange(town: Town, change: DeviceChange): Town | string {
  const { town: next, effects } = tryChanges(town, [change])
  const [effect] = effects
  return effect?.kind === 'refused' ? effect.why : next
}

export type Settling =
  | { readonly kind: 'said'; readonly nos: readonly number[] }
  | { readonly kind: 'unsaid'; readonly why: string }

/**
 * Which changes the town's file says by itself, so that they need not be applied any more. Either all of
 * them, or none with the first thing that the file lacks. A device that sits nowhere has no place in a
 * file: its registering is never among them.
 */
export function settleBy(file: Town, changes: readonly RecordedChange[]): Settling {
  const open = changes.filter((change) => !change.settled)
  const inFile = new Set(file.devices.map((d) => d.id))
  const homeless = open.filter(
    ({ change }) => change.kind === 'register' && !inFile.has(change.deviceId),
  )
  const wanted = factsOf(applyChanges(file, open).town)
  const said = factsOf(applyChanges(file, homeless).town)
  const missing = [...wanted].find((fact) => !said.has(fact))
  if (missing !== undefined) return { kind: 'unsaid', why: `it does not say that ${missing}` }
  const outdated = [...said].find((fact) => !wanted.has(fact))
  if (outdated !== undefined) return { kind: 'unsaid', why: `it still says that ${outdated}` }
  const stay = new Set(homeless)
  return { kind: 'said', nos: open.filter((change) => !stay.has(change)).map(({ no }) => no) }
}

/** All that changes can touch, each a sentence, in no order. */
function factsOf({ devices, mountings, stations }: Town): ReadonlySet<string> {
  const facts = new Set<string>()
  for (const { id, profile } of devices) facts.add(`${id} has the profile ${profile}`)
  for (const { deviceId, containerId, channel, alongside, from, until } of mountings) {
    const how = [
      ...(channel === undefined ? [] : [`by its channel ${channel}`]),
      ...(alongside ? ['alongside'] : []),
      `from ${isoText(from)}`,
      ...(until === undefined ? [] : [`until ${isoText(until)}`]),
    ]
    facts.add(`${deviceId} sits on ${containerId} ${how.join(' ')}`)
  }
  for (const { id, geometry } of stations.flatMap((s) => s.containers)) {
    const { emptyDistanceMm, fullDistanceMm } = geometry
    facts.add(`${id} is empty at ${emptyDistanceMm} mm and full at ${fullDistanceMm} mm`)
  }
  return facts
}

/** A town being changed: what is asked for often is at hand. */
interface Draft {
  readonly town: Town
  readonly profiles: ReadonlySet<string>
  readonly devices: Map<DeviceId, Device>
  readonly mountings: Mounting[]
  /** Places in `mountings`. */
  readonly ofDevice: Map<DeviceId, number[]>
  readonly ofContainer: Map<ContainerId, number[]>
  readonly containers: Map<ContainerId, Container>
}

function draftOf(town: Town): Draft {
  const draft: Draft = {
    town,
    profiles: new Set([...DEVICE_PROFILES, ...(town.profiles ?? []).map((p) => p.name)]),
    devices: new Map(town.devices.map((d) => [d.id, d])),
    mountings: [],
    ofDevice: new Map(),
    ofContainer: new Map(),
    containers: new Map(town.stations.flatMap((s) => s.containers).map((c) => [c.id, c])),
  }
  for (const mounting of town.mountings) put(draft, mounting)
  return draft
}

function townOf({ town, devices, mountings, containers }: Draft): Town {
  const stations = town.stations.map((station) => {
    const now = station.containers.map((c) => containers.get(c.id)!)
    return now.every((c, i) => c === station.containers[i])
      ? station
      : { ...station, containers: now }
  })
  return { ...town, stations, devices: [...devices.values()], mountings }
}

function put(draft: Draft, mounting: Mounting): void {
  const place = draft.mountings.push(mounting) - 1
  note(draft.ofDevice, mounting.deviceId, place)
  note(draft.ofContainer, mounting.containerId, place)
}

function note<Key>(places: Map<Key, number[]>, key: Key, place: number): void {
  const known = places.get(key)
  if (known) known.push(place)
  else places.set(key, [place])
}

const CHANGES: Effect = { kind: 'changes' }
const SAME: Effect = { kind: 'same' }
const refused = (why: string): Effect => ({ kind: 'refused', why })

/** All of a change or nothing: what is refused leaves no trace. */
function apply(draft: Draft, change: DeviceChange): Effect {
  switch (change.kind) {
    case 'register':
      return register(draft, change.deviceId, change.profile)
    case 'mount': {
      const { kind: _, ...mounting } = change
      return mount(draft, mounting)
    }
    case 'unmount':
      return unmount(draft, change.deviceId, change.until)
    case 'swap':
      return swap(draft, change)
    case 'calibrate':
      return calibrate(draft, change)
    case 'credential-given':
    case 'credential-revoked':
    case 'settled':
      return SAME
    default:
      return refused(`this version knows no change "${(change as { kind: string }).kind}"`)
  }
}

function register(draft: Draft, id: DeviceId, profile: string): Effect {
  const why = profileFault(draft, profile)
  if (why !== undefined) return refused(why)
  if (draft.devices.get(id)?.profile === profile) return SAME
  draft.devices.set(id, { id, profile })
  return CHANGES
}

function profileFault({ profiles }: Draft, profile: string): string | undefined {
  if (profiles.has(profile)) return undefined
  const near = nearestName(profile, [...profiles])
  return `"${profile}" is not a device profile${near === undefined ? '' : `; did you mean "${near}"?`}`
}

function mount(draft: Draft, mounting: Mounting): Effect {
  if (!draft.devices.has(mounting.deviceId)) {
    return refused(`there is no device ${mounting.deviceId}; register it first`)
  }
  const fit = fitOf(draft, mounting)
  if (fit.kind !== 'changes') return fit
  put(draft, mounting)
  return CHANGES
}

/** Whether the mounting is there already, or what stands in its way; `leaving` makes room for it. */
function fitOf(draft: Draft, mounting: Mounting, leaving?: DeviceId): Effect {
  const { deviceId, containerId, channel } = mounting
  if (!draft.containers.has(containerId)) return refused(`there is no container ${containerId}`)
  for (const own of seatsOf(draft, draft.ofDevice.get(deviceId))) {
    const isHere = own.containerId === containerId
    if (isHere && own.channel === channel && says(own, mounting)) {
      if (own.alongside === mounting.alongside) return SAME
      const how = own.alongside ? 'alongside' : 'as the chief one'
      return refused(`${deviceId} sits on ${containerId} already, ${how}; unmount it first`)
    }
    if (!meet(own, mounting)) continue
    if (own.channel === channel) {
      const since = own.from > mounting.from ? ` from ${isoText(own.from)} on` : ' then'
      return refused(`${deviceId} sits on ${own.containerId}${since}; unmount it first`)
    }
    if (isHere) {
      return refused(
        `${deviceId} sits on ${containerId} by another channel; one of a device’s sensors can watch a container`,
      )
    }
  }
  if (mounting.alongside) return CHANGES
  for (const other of seatsOf(draft, draft.ofContainer.get(containerId))) {
    if (other.alongside || other.deviceId === deviceId || other.deviceId === leaving) continue
    if (!meet(other, mounting)) continue
    return refused(
      `${other.deviceId} sits on ${containerId} then; swap them, or mount this one alongside`,
    )
  }
  return CHANGES
}

function unmount(draft: Draft, id: DeviceId, until: EpochMs): Effect {
  if (!draft.devices.has(id)) return refused(`there is no device ${id}`)
  // Told before. Where else it sat then, as was learnt later, is not for this change to end.
  if (seatsOf(draft, draft.ofDevice.get(id)).some((m) => m.until === until)) return SAME
  const leaving = placesAt(draft, id, until)
  if (leaving.length === 0) {
    const why = seatlessFault(draft, id, until)
    return why === undefined ? SAME : refused(why)
  }
  end(draft, leaving, until)
  return CHANGES
}

function end(draft: Draft, places: readonly number[], until: EpochMs): void {
  for (const place of places) draft.mountings[place] = { ...draft.mountings[place]!, until }
}

/** Why a device has no seat that could end then; undefined where it had left before. */
function seatlessFault(draft: Draft, id: DeviceId, at: EpochMs): string | undefined {
  const own = seatsOf(draft, draft.ofDevice.get(id))
  const ending = own.find((m) => m.from < at && (m.until ?? -Infinity) > at)
  if (ending) return `${id} leaves ${ending.containerId} at ${isoText(ending.until!)} already`
  if (own.some((m) => m.until !== undefined && m.until <= at)) return undefined
  return own.length === 0
    ? `${id} sits nowhere`
    : `${id} came to where it sits after ${isoText(at)}`
}

function swap(draft: Draft, change: Extract<DeviceChange, { kind: 'swap' }>): Effect {
  const { deviceId, by, at } = change
  if (deviceId === by) return refused('a device can’t take its own place')
  const old = draft.devices.get(deviceId)
  if (!old) return refused(`there is no device ${deviceId}`)
  const profile = change.profile ?? draft.devices.get(by)?.profile ?? old.profile
  const why = profileFault(draft, profile)
  if (why !== undefined) return refused(why)
  const left = seatsOf(draft, draft.ofDevice.get(deviceId)).filter(
    (m) => (m.until ?? Infinity) <= at,
  )
  const leaving = placesAt(draft, deviceId, at)
  const isTold = left.some((m) => m.until === at && cameTo(draft, by, m.containerId, at))
  const isDone = left.some((m) => sitsOn(draft, by, m.containerId, at))
  if (isTold || (isDone && leaving.length === 0)) return SAME
  if (leaving.length === 0) {
    return refused(seatlessFault(draft, deviceId, at) ?? `${deviceId} sits nowhere then`)
  }
  const coming = leaving.map((place): Mounting => ({
    ...draft.mountings[place]!,
    deviceId: by,
    from: at,
  }))
  for (const seat of coming) {
    const fit = fitOf(draft, seat, deviceId)
    if (fit.kind === 'refused') return fit
    // To be there already, and not alone, is to sit alongside.
    if (fit.kind === 'same') return refused(`${by} sits on ${seat.containerId} already`)
  }
  end(draft, leaving, at)
  draft.devices.set(by, { id: by, profile })
  for (const seat of coming) put(draft, seat)
  return CHANGES
}

/** What is called full must stay nearer to the sensor than what is called empty, by so much. */
const LEAST_SPAN_MM = 100
/** A floor that much further away than the town's file has it is an echo from elsewhere. */
const DEEPEST = 2

function calibrate(
  draft: Draft,
  { containerId, level, distanceMm }: Extract<DeviceChange, { kind: 'calibrate' }>,
): Effect {
  const container = draft.containers.get(containerId)
  if (!container) return refused(`there is no container ${containerId}`)
  const { emptyDistanceMm, fullDistanceMm, deadZoneMm } = container.geometry
  const measured: Partial<Geometry> =
    level === 'empty' ? { emptyDistanceMm: distanceMm } : { fullDistanceMm: distanceMm }
  const geometry: Geometry = { ...container.geometry, ...measured }
  if (geometry.emptyDistanceMm - geometry.fullDistanceMm < LEAST_SPAN_MM) {
    return refused(
      level === 'empty'
        ? `${distanceMm} mm is not below the full line (${fullDistanceMm} mm); is it really empty?`
        : `${distanceMm} mm is not above the floor (${emptyDistanceMm} mm); is it really full?`,
    )
  }
  if (level === 'empty' && distanceMm > DEEPEST * emptyDistanceMm) {
    return refused(
      `${distanceMm} mm is more than twice as deep as the town has it (${emptyDistanceMm} mm); if that is right, say so in town.yaml`,
    )
  }
  if (geometry.fullDistanceMm < deadZoneMm) {
    return refused(
      `${distanceMm} mm is within the dead zone (${deadZoneMm} mm), where the sensor sees nothing`,
    )
  }
  const isSame =
    geometry.emptyDistanceMm === emptyDistanceMm && geometry.fullDistanceMm === fullDistanceMm
  if (isSame) return SAME
  draft.containers.set(containerId, { ...container, geometry })
  return CHANGES
}

function seatsOf(draft: Draft, places: readonly number[] = []): readonly Mounting[] {
  return places.map((place) => draft.mountings[place]!)
}

/**
 * Where a device sits at an instant, and not only from it on. An end that is known is never moved: so
 * what was recorded of it holds, whatever else is learnt later.
 */
function placesAt(draft: Draft, id: DeviceId, at: EpochMs): readonly number[] {
  return (draft.ofDevice.get(id) ?? []).filter((place) => {
    const { from, until } = draft.mountings[place]!
    return from < at && until === undefined
  })
}

function sitsOn(draft: Draft, id: DeviceId, containerId: ContainerId, at: EpochMs): boolean {
  return seatsOf(draft, draft.ofDevice.get(id)).some(
    (m) => m.containerId === containerId && m.from <= at && (m.until ?? Infinity) > at,
  )
}

function cameTo(draft: Draft, id: DeviceId, containerId: ContainerId, at: EpochMs): boolean {
  return seatsOf(draft, draft.ofDevice.get(id)).some(
    (m) => m.containerId === containerId && m.from === at,
  )
}

/** Told before: from the same instant on, whatever became of it, or it sits there since and still does. */
function says(seat: Mounting, mounting: Mounting): boolean {
  return seat.from === mounting.from || (seat.from < mounting.from && seat.until === undefined)
}

/** Both periods are half-open. */
function meet(a: Mounting, b: Mounting): boolean {
  return a.from < (b.until ?? Infinity) && b.from < (a.until ?? Infinity)
}
