import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import { DEFAULT_FAULTS, FAULT_KINDS, NO_FAULTS } from '#simulator/faults.ts'
import type { FaultKind, FaultRates } from '#simulator/faults.ts'
import { simulateTown } from '#simulator/simulate.ts'
import type { SimEvent } from '#simulator/simulate.ts'
import type { Town } from '#src/stations/station.ts'
import { DAY, HOUR, instant, plus } from '#src/stations/time.ts'
import { parseTownFile } from '#src/stations/town-file.ts'
import { castTown, deviceId } from '#tests/support/town.ts'

const START = instant(Date.parse('2026-05-05T06:00:00Z'))

const path = new URL('../../towns/boras/town.yaml', import.meta.url)
const parsed = parseTownFile(readFileSync(path, 'utf8'), 'towns/boras/town.yaml')
if (parsed.kind === 'faulty') throw new Error('the demo town is faulty')
const boras = parsed.town

const life = (town: Town, faults: FaultRates, hours: number, seed = 1) => [
  ...simulateTown({ town, seed, start: START, until: plus(START, hours * HOUR), faults }),
]
type Sent = Extract<SimEvent, { kind: 'message' }>
const messages = (events: readonly SimEvent[]) =>
  events.filter((e): e is Sent => e.kind === 'message')
const text = (message: Sent) => Buffer.from(message.payload).toString()

function hashOf(events: Iterable<SimEvent>): string {
  const hash = createHash('sha256')
  for (const event of events) {
    hash.update(`${event.kind} ${event.at} ${event.containerId}\n`)
    if (event.kind === 'message') hash.update(event.topic).update(event.payload)
    else hash.update(String(event.fromPercent))
  }
  return hash.digest('hex')
}

describe('a simulated day', () => {
  const day = life(boras, DEFAULT_FAULTS, 24)

  test('is the same, byte for byte, with the same seed', () => {
    expect(hashOf(life(boras, DEFAULT_FAULTS, 24))).toBe(hashOf(day))
  })

  test('is another with another seed', () => {
    expect(hashOf(life(boras, DEFAULT_FAULTS, 24, 2))).not.toBe(hashOf(day))
  })

  test('begins with the same hours, however long it goes on', () => {
    const cut = day.filter((e) => e.at < plus(START, 3 * HOUR))
    expect(hashOf(life(boras, DEFAULT_FAULTS, 3))).toBe(hashOf(cut))
  })

  test('comes in order of time and within its bounds', () => {
    const times = day.map((e) => e.at)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times[0]).toBeGreaterThanOrEqual(START)
    expect(times.at(-1)).toBeLessThan(START + DAY)
  })

  test('has about one message a device in three quarters of an hour, a third through each server', () => {
    const sent = messages(day)
    const perDevice = sent.length / boras.devices.length
    expect(perDevice).toBeGreaterThan(24)
    expect(perDevice).toBeLessThan(40)
    const share = (via: string) => sent.filter((m) => m.via === via).length / sent.length
    for (const via of ['native', 'tts', 'chirpstack']) expect(share(via)).toBeGreaterThan(0.28)
  })

  test('has every fault in it', () => {
    const seen = new Set(messages(day).flatMap((m) => m.faults))
    // What is lost can't be seen among the messages.
    const silent: FaultKind[] = ['lost']
    expect(FAULT_KINDS.filter((kind) => !seen.has(kind))).toEqual(silent)
  })
})

test('on a Saturday morning some boxes are full, more pass 85 % within two hours, and crews come', () => {
  const start = instant(Date.parse('2026-05-09T08:00:00Z'))
  const until = plus(start, 6 * HOUR)
  const first = new Map<string, number>()
  const passedAfterHours: number[] = []
  let emptied = 0
  for (const event of simulateTown({ town: boras, seed: 1, start, until })) {
    if (event.kind === 'emptied') {
      emptied += 1
      continue
    }
    const { deviceId, trueFillPercent } = event
    const before = first.get(deviceId)
    if (before === undefined) first.set(deviceId, trueFillPercent)
    else if (before < 85 && trueFillPercent >= 85) {
      passedAfterHours.push((event.at - start) / HOUR)
      first.set(deviceId, trueFillPercent)
    }
  }
  const fullAtFirst = [...first.values()].filter((level) => level >= 85).length
  expect(fullAtFirst).toBeGreaterThan(5)
  expect(passedAfterHours[0]).toBeLessThan(2)
  expect(passedAfterHours.length).toBeGreaterThan(4)
  expect(emptied).toBeGreaterThan(5)
})

describe('without faults', () => {
  test('every device measures what is there, within its noise', () => {
    const geometry = new Map(
      boras.stations.flatMap((s) => s.containers).map((c) => [c.id, c.geometry]),
    )
    const errors: number[] = []
    for (const message of messages(life(boras, NO_FAULTS, 12))) {
      const box = geometry.get(message.containerId)!
      const span = box.emptyDistanceMm - box.fullDistanceMm
      const said = fillSaid(message, box.emptyDistanceMm, span)
      // Beyond the full line, and near it, the dead zone hides the truth.
      if (message.trueFillPercent > 95 || message.trueFillPercent < 2) continue
      errors.push(Math.abs(said - message.trueFillPercent) * (span / 100))
    }
    errors.sort((a, b) => a - b)
    expect(errors.length).toBeGreaterThan(2000)
    // Ten millimetres of echo, eight of hanging askew.
    expect(errors[Math.floor(errors.length * 0.5)]).toBeLessThan(12)
    expect(errors.at(-1)).toBeLessThan(75)
  })

  test('counters go up by one and nothing comes twice', () => {
    const seqs = new Map<string, number[]>()
    for (const m of messages(life(boras, NO_FAULTS, 24)).filter((m) => m.via === 'native')) {
      const { seq } = JSON.parse(text(m)) as { seq: number }
      seqs.set(m.deviceId, [...(seqs.get(m.deviceId) ?? []), seq])
    }
    for (const own of seqs.values()) {
      expect(own).toEqual(own.map((_, i) => (own[0]! + i) % 65_536))
    }
  })
})

/** The fill level in what a message says, by the formula that the device's box asks for. */
function fillSaid(message: Sent, emptyMm: number, spanMm: number): number {
  const fromMm = (distanceMm: number) => (100 * (emptyMm - distanceMm)) / spanMm
  const body = JSON.parse(text(message)) as {
    distanceMm?: number
    fillPercent?: number
    data?: string
    uplink_message?: { frm_payload: string }
  }
  if (body.fillPercent !== undefined) return body.fillPercent
  if (body.distanceMm !== undefined) return fromMm(body.distanceMm)
  const bytes = Buffer.from(body.data ?? body.uplink_message!.frm_payload, 'base64')
  // The EM400 puts the temperature before the distance.
  return fromMm(bytes.readUInt16LE(bytes.length === 14 ? 9 : 5))
}

describe('each fault', () => {
  const only = (rates: Partial<FaultRates>) => ({ ...NO_FAULTS, ...rates })
  const clean = messages(life(boras, NO_FAULTS, 24))

  test('lost: the message never comes, and the others are as they were', () => {
    const left = messages(life(boras, only({ lostShare: 0.5 }), 24))
    expect(left.length / clean.length).toBeGreaterThan(0.47)
    expect(left.length / clean.length).toBeLessThan(0.53)
    const all = new Set(clean.map(text))
    expect(left.filter((m) => !all.has(text(m)))).toEqual([])
  })

  test('twice: the same bytes come again within a minute or so', () => {
    const twice = messages(life(boras, only({ twiceShare: 0.2 }), 24))
    const again = twice.filter((m) => m.faults.includes('twice'))
    expect(again.length / clean.length).toBeCloseTo(0.2, 1)
    for (const m of again.slice(0, 200)) {
      const first = twice.find((f) => text(f) === text(m))!
      expect(first.faults).toEqual([])
      expect(m.at - first.at).toBeGreaterThanOrEqual(1000)
      expect(m.at - first.at).toBeLessThan(62_000)
    }
  })

  test('late: it was measured minutes to hours before it comes', () => {
    const late = messages(life(boras, only({ lateShare: 0.2 }), 24)).filter((m) =>
      m.faults.includes('late'),
    )
    const ages = late
      .filter((m) => m.via === 'native')
      .map((m) => m.at - new Date((JSON.parse(text(m)) as { at: string | number }).at).getTime())
    expect(ages.length).toBeGreaterThan(100)
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(5 * 60_000)
    expect(Math.max(...ages)).toBeLessThan(6.2 * HOUR)
  })

  test('garbled: broken JSON, broken UTF-8, broken base64 or half a payload', () => {
    const garbled = messages(life(boras, only({ garbledShare: 0.2 }), 24)).filter((m) =>
      m.faults.includes('garbled'),
    )
    const kinds = new Set(garbled.map(whatIsBroken))
    expect(kinds).toEqual(new Set(['utf-8', 'json', 'base64', 'payload']))
  })

  test('no echo: distances say 65535 and percentages 255', () => {
    const silent = messages(life(boras, only({ noEchoShare: 0.2 }), 24)).filter((m) =>
      m.faults.includes('no-echo'),
    )
    const said = new Set(silent.map((m) => fillSaid(m, 65_535 + 100, 100)))
    expect(said).toEqual(new Set([100, 255]))
  })

  test('spurious echo: a single reading far from the truth', () => {
    const off = messages(life(boras, only({ spuriousEchoShare: 0.1 }), 24))
    const share = off.filter((m) => m.faults.includes('spurious-echo')).length / off.length
    expect(share).toBeCloseTo(0.1, 1)
  })

  test('phantom: some devices hear one and the same false echo again and again', () => {
    const rates = only({ phantomDeviceShare: 0.2, phantomShare: 0.3 })
    const heard = messages(life(boras, rates, 24)).filter((m) => m.faults.includes('phantom'))
    const byDevice = Map.groupBy(
      heard.filter((m) => m.via === 'native'),
      (m) => m.deviceId,
    )
    expect(byDevice.size).toBeGreaterThan(5)
    for (const own of byDevice.values()) {
      expect(new Set(own.map((m) => fillSaid(m, 0, -100))).size).toBe(1)
    }
  })

  test('stuck: the same measurement for hours, whatever happens in the box', () => {
    const stuck = messages(life(boras, only({ stuckPerDay: 0.3 }), 48)).filter(
      (m) => m.faults.includes('stuck') && m.via === 'native',
    )
    const longest = Map.groupBy(stuck, (m) => m.deviceId)
      .values()
      .toArray()
      .sort((a, b) => b.length - a.length)[0]!
    expect(longest.length).toBeGreaterThan(10)
    expect(new Set(longest.map((m) => fillSaid(m, 0, -100))).size).toBeLessThan(4)
  })

  test('wrong clock: a month ahead, or counting from 1970', () => {
    const wrong = messages(life(boras, only({ wrongClockPerDay: 0.3 }), 24)).filter((m) =>
      m.faults.includes('wrong-clock'),
    )
    const offDays = wrong.map(
      (m) => (new Date((JSON.parse(text(m)) as { at: string | number }).at).getTime() - m.at) / DAY,
    )
    const ahead = offDays.filter((d) => d > 29.9 && d < 30.1)
    const unset = offDays.filter((d) => d < -50 * 365)
    expect(ahead.length).toBeGreaterThan(50)
    expect(unset.length).toBeGreaterThan(50)
    expect(ahead.length + unset.length).toBe(wrong.length)
  })

  test('dead: silence for days, then life again with the counter at nought', () => {
    const sent = messages(life(castTown, only({ deadPerDay: 0.1 }), 24 * 40))
    const own = sent.filter((m) => m.deviceId === deviceId('dev-901-paper-1'))
    const gaps = own.slice(1).map((m, i) => (m.at - own[i]!.at) / DAY)
    const long = gaps.findIndex((gap) => gap > 0.9)
    expect(gaps[long]).toBeGreaterThan(0.9)
    expect(gaps[long]).toBeLessThan(30)
    expect((JSON.parse(text(own[long + 1]!)) as { seq: number }).seq).toBe(0)
  })
})

function whatIsBroken(m: Sent): string {
  let body: { data?: string; uplink_message?: { frm_payload?: string } }
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(m.payload)
  } catch {
    return 'utf-8'
  }
  try {
    body = JSON.parse(text(m)) as typeof body
  } catch {
    return 'json'
  }
  const data = body.data ?? body.uplink_message?.frm_payload ?? ''
  return /^[A-Za-z0-9+/]+=*$/.test(data) ? 'payload' : 'base64'
}

describe('devices', () => {
  test('that are moved speak of one container, then of the other', () => {
    const device = deviceId('dev-901-paper-1')
    const [first, second] = castTown.stations[0]!.containers
    const noon = plus(START, 6 * HOUR)
    const town: Town = {
      ...castTown,
      devices: [{ id: device, profile: 'native' }],
      mountings: [
        { deviceId: device, containerId: first!.id, from: instant(0), until: noon },
        { deviceId: device, containerId: second!.id, from: noon },
      ],
    }
    const sent = messages(life(town, NO_FAULTS, 24))
    const slack = 10_000
    expect(sent.filter((m) => m.containerId === first!.id && m.at > noon + slack)).toEqual([])
    expect(sent.filter((m) => m.containerId === second!.id && m.at < noon)).toEqual([])
    expect(new Set(sent.map((m) => m.containerId)).size).toBe(2)
  })

  test('on LoRaWAN are heard through the one server there is, and not at all without', () => {
    const device = deviceId('024b560000000001')
    const town: Town = {
      ...castTown,
      devices: [{ id: device, profile: 'milesight/em400' }],
      mountings: [{ ...castTown.mountings[0]!, deviceId: device }],
    }
    expect(messages(life(town, NO_FAULTS, 24))).toEqual([])
    const networkServers = [
      { id: 'cs', kind: 'chirpstack-v4', topic: 'application/+/device/+/event/up' } as const,
    ]
    const heard = messages(life({ ...town, networkServers }, NO_FAULTS, 24))
    expect(new Set(heard.map((m) => m.via))).toEqual(new Set(['cs']))
  })
})

test('a year of a town is made as it is asked for, and keeps nothing of what it gave', () => {
  const endless = simulateTown({ town: castTown, seed: 1, start: START, faults: DEFAULT_FAULTS })
  let events = 0
  let last = START
  for (const event of endless) {
    events += 1
    last = event.at
    if (event.at > plus(START, 365 * DAY)) break
  }
  expect(events).toBeGreaterThan(30_000)
  expect(last - START).toBeGreaterThan(365 * DAY)
})
