/** Sensors under lids: they look every so often, see more or less what is there, and tell it. */
import type { ContainerId } from '#src/stations/ids.ts'
import type { Device, Geometry, Mounting, NetworkServer, Town } from '#src/stations/station.ts'
import { DAY, HOUR, MINUTE, SECOND, instant, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'

import { episodes } from './faults.ts'
import type { FaultKind, FaultRates } from './faults.ts'
import { isSpoken, milesightPayload, nativeMessage, serverMessage } from './messages.ts'
import type { Message, Radio, Sample } from './messages.ts'
import { randomFrom } from './random.ts'
import type { Random } from './random.ts'

/** A message on its way. */
export interface Sent {
  readonly sentAt: EpochMs
  readonly message: Message
  /** What went wrong with it, if anything. */
  readonly faults: readonly FaultKind[]
}

/** A device on a container. */
export interface Sensor {
  readonly device: Device
  readonly containerId: ContainerId
  /** Through whom it speaks: a network server's id, or `native`. */
  readonly via: string
  /** When it looks for the first time at or after the start; undefined if it never does. */
  readonly firstAt: EpochMs | undefined
  /** When it looks next after `at`; undefined when it is taken down before that. */
  nextAfter(at: EpochMs): EpochMs | undefined
  /** Looks into a box that is `levelPercent` full: none, one or two messages. */
  look(at: EpochMs, levelPercent: number): Sent[]
}

/** How often a device looks, and how many of ten do so. */
const INTERVALS: readonly (readonly [number, number])[] = [
  [20 * MINUTE, 1],
  [30 * MINUTE, 2],
  [60 * MINUTE, 5],
  [120 * MINUTE, 2],
]
/** What the sensors say when no echo came back: all ones. A percent meter has eight bits for it. */
const NO_ECHO_MM = 0xffff
const NO_ECHO_PERCENT = 0xff
/** Real echoes scatter by about a percent of a box's height (95 % within 1–2 points). */
const NOISE_MM = 10

/**
 * The sensors of a town, one for each period that a device sits on a container. LoRaWAN devices speak
 * through a network server of the town: EM400 through The Things Stack and EM310-UDL through ChirpStack
 * where there are both, else through the one there is; where there is none they can't be heard and are
 * left out.
 */
export function sensorsOf(town: Town, seed: number, start: EpochMs, rates: FaultRates): Sensor[] {
  const devices = new Map(town.devices.map((d) => [d.id, d]))
  const geometries = new Map(
    town.stations.flatMap((s) => s.containers).map((c) => [c.id, c.geometry]),
  )
  return town.mountings.flatMap((mounting) => {
    const device = devices.get(mounting.deviceId)!
    const geometry = geometries.get(mounting.containerId)!
    const server = serverFor(device, town.networkServers)
    if (device.profile !== 'native' && server === undefined) return []
    return [sensor(device, mounting, geometry, server, seed, start, rates)]
  })
}

function serverFor(device: Device, servers: readonly NetworkServer[]): NetworkServer | undefined {
  if (device.profile === 'native') return undefined
  const preferred = device.profile === 'milesight/em400' ? 'tts-v3' : 'chirpstack-v4'
  return servers.find((s) => s.kind === preferred) ?? servers[0]
}

function sensor(
  device: Device,
  mounting: Mounting,
  geometry: Geometry,
  server: NetworkServer | undefined,
  seed: number,
  start: EpochMs,
  rates: FaultRates,
): Sensor {
  const name = `sensor/${device.id}/${mounting.containerId}`
  const stream = (part: string) => randomFrom(seed, `${name}/${part}`)

  const nature = stream('nature')
  const intervalMs = nature.pick(INTERVALS)
  const phaseMs = nature.next() * intervalMs
  const timeAsText = nature.next() < 0.7
  const inPercent = device.profile === 'native' && nature.next() < 0.4
  const batteryAtStart = 40 + nature.next() * 60
  const batteryYears = 4 + nature.next() * 4
  const counterAtStart = nature.below(20_000)
  // The sensor never hangs quite where the drawing says.
  const mountedOffMm = nature.normal() * 8
  const phantomDraw = nature.next()
  const phantomPercent = 45 + nature.next() * 50
  const hasPhantom = phantomDraw < rates.phantomDeviceShare

  const stuck = episodes(rates.stuckPerDay, 6, 96, start, stream('stuck'))
  const clockOff = episodes(rates.wrongClockPerDay, 12, 240, start, stream('clock'))
  const dead = episodes(rates.deadPerDay, 24, 240, start, stream('dead'))
  const noise = stream('noise')
  const mishaps = stream('mishaps')
  const air = stream('air')

  const from = Math.max(mounting.from, start)
  let counter = counterAtStart
  let lives = 0
  let last: Pick<Sample, 'distanceMm' | 'fillPercent'> | undefined

  const withinMounting = (at: number) =>
    mounting.until === undefined || at < mounting.until ? instant(at) : undefined
  // LoRaWAN devices keep their own time badly, which spreads them: a second or two either way.
  const jitterMs = () => noise.next() * 4 * SECOND - 2 * SECOND

  return {
    device,
    containerId: mounting.containerId,
    via: server?.id ?? 'native',
    firstAt: withinMounting(from + phaseMs),
    nextAfter: (at) => withinMounting(at + intervalMs + jitterMs()),
    look(at, levelPercent) {
      // Always the same number of draws, so that a rate changes nothing but its own fault.
      const echo = noise.normal()
      const luck = drawLuck(mishaps)
      const radio = drawRadio(air)

      const isDead = dead.since(at) !== undefined
      const revived = dead.ended(at)
      if (revived !== lives) {
        lives = revived
        counter = 0
      } else {
        counter = (counter + 1) % 65_536
      }
      if (isDead) return []

      const faults: FaultKind[] = []
      let seen = see(levelPercent, geometry, echo * NOISE_MM + mountedOffMm, inPercent)
      if (stuck.since(at) !== undefined && last !== undefined) {
        faults.push('stuck')
        seen = last
      } else if (luck.noEcho < rates.noEchoShare) {
        faults.push('no-echo')
        seen = inPercent ? { fillPercent: NO_ECHO_PERCENT } : { distanceMm: NO_ECHO_MM }
      } else if (luck.spurious < rates.spuriousEchoShare) {
        faults.push('spurious-echo')
        seen = see(luck.where * 100, geometry, 0, inPercent)
      } else if (hasPhantom && levelPercent < phantomPercent && luck.phantom < rates.phantomShare) {
        faults.push('phantom')
        seen = see(phantomPercent, geometry, 0, inPercent)
      }
      last = seen

      const wrongSince = device.profile === 'native' ? clockOff.since(at) : undefined
      if (wrongSince !== undefined) faults.push('wrong-clock')
      const sample: Sample = {
        ...seen,
        measuredAt: wrongSince === undefined ? at : wrongTime(at, wrongSince),
        batteryPercent: batteryAt(batteryAtStart, batteryYears, at - start),
        temperatureC: temperatureAt(at, echo),
        counter,
      }

      const isGarbled = luck.garbled < rates.garbledShare
      if (isGarbled) faults.push('garbled')
      const message = encode(
        device,
        server,
        sample,
        radio,
        timeAsText,
        isGarbled ? luck.how : undefined,
      )

      if (luck.lost < rates.lostShare) return []
      const isLate = luck.late < rates.lateShare
      if (isLate) faults.push('late')
      // Up to a few seconds through the air and the servers; late means up to six hours.
      const delayMs = isLate
        ? 5 * MINUTE + luck.howLate * 6 * HOUR
        : 200 + luck.howLate * 2 * SECOND
      const sentAt = plus(at, Math.round(delayMs))
      const sent: Sent[] = [{ sentAt, message, faults }]
      if (luck.twice < rates.twiceShare) {
        const again = plus(sentAt, Math.round(SECOND + luck.howLate * MINUTE))
        sent.push({ sentAt: again, message, faults: [...faults, 'twice'] })
      }
      return sent
    },
  }
}

/** What the sensor would say of that level: distance by the box's geometry, or percent. */
function see(
  levelPercent: number,
  geometry: Geometry,
  offMm: number,
  inPercent: boolean,
): Pick<Sample, 'distanceMm' | 'fillPercent'> {
  const { emptyDistanceMm, fullDistanceMm, deadZoneMm } = geometry
  const span = emptyDistanceMm - fullDistanceMm
  const distance = emptyDistanceMm - (levelPercent / 100) * span + offMm
  // Nearer than the dead zone a sensor repeats the nearest distance it knows.
  const distanceMm = Math.round(Math.min(emptyDistanceMm + 20, Math.max(deadZoneMm, distance)))
  if (!inPercent) return { distanceMm }
  const percent = (100 * (emptyDistanceMm - distanceMm)) / span
  return { fillPercent: Math.round(Math.min(100, Math.max(0, percent)) * 10) / 10 }
}

function encode(
  device: Device,
  server: NetworkServer | undefined,
  sample: Sample,
  radio: Radio,
  timeAsText: boolean,
  garbled: number | undefined,
): Message {
  if (!isSpoken(device.profile) || server === undefined) {
    const message = nativeMessage(device.id, sample, timeAsText)
    return garbled === undefined ? message : garble(message, garbled)
  }
  const bytes = milesightPayload(device.profile, sample)
  if (garbled === undefined || garbled < 0.4) {
    const data = Buffer.from(bytes).toString('base64')
    const message = serverMessage(server, device.id, sample, data, radio)
    return garbled === undefined ? message : garble(message, garbled / 0.4)
  }
  // The envelope is whole, yet what it carries is not.
  const cut = Buffer.from(bytes.subarray(0, bytes.length - 4)).toString('base64')
  const data = garbled < 0.7 ? cut : `*${cut.slice(1)}`
  return serverMessage(server, device.id, sample, data, radio)
}

/** Cuts a message off, or puts a byte in it that is no UTF-8. `how` is 0…1. */
function garble(message: Message, how: number): Message {
  const { topic, payload } = message
  const at = Math.floor(((how * 2) % 1) * (payload.length - 2)) + 1
  if (how < 0.5) return { topic, payload: payload.slice(0, at) }
  const broken = payload.slice()
  broken[at] = 0xff
  return { topic, payload: broken }
}

interface Luck {
  readonly noEcho: number
  readonly spurious: number
  readonly where: number
  readonly phantom: number
  readonly garbled: number
  readonly how: number
  readonly lost: number
  readonly late: number
  readonly howLate: number
  readonly twice: number
}

function drawLuck(random: Random): Luck {
  return {
    noEcho: random.next(),
    spurious: random.next(),
    where: random.next(),
    phantom: random.next(),
    garbled: random.next(),
    how: random.next(),
    lost: random.next(),
    late: random.next(),
    howLate: random.next(),
    twice: random.next(),
  }
}

function drawRadio(random: Random): Radio {
  return {
    spreadingFactor: 7 + random.below(4),
    rssi: -118 + random.below(50),
    snr: Math.round((random.next() * 18 - 8) * 2) / 2,
    frequencyHz: 868_100_000 + 200_000 * random.below(3),
  }
}

/** A month ahead, or counting from 1970 since the battery went in; a device keeps to its way. */
function wrongTime(at: EpochMs, since: number): EpochMs {
  return Math.floor(since / 1000) % 2 === 0 ? plus(at, 30 * DAY) : instant(at - since)
}

function batteryAt(startPercent: number, years: number, ageMs: number): number {
  const used = (100 * ageMs) / (years * 365 * DAY)
  return Math.max(1, Math.round(startPercent - used))
}

/** About the air in southern Sweden, with the sun on the lid: warmest in late July and at four. */
function temperatureAt(at: EpochMs, echo: number): number {
  const day = at / DAY
  const year = Math.cos((2 * Math.PI * (day - 204)) / 365.25)
  const hour = Math.cos(2 * Math.PI * (day - 14 / 24))
  return Math.round((7.5 + 9.5 * year + 4 * hour + 0.5 * echo) * 10) / 10
}
