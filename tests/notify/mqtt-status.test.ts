import { beforeEach, describe, expect, test } from 'vitest'
import { publishStatuses, type StatusOptions } from '#src/notify/mqtt-status.ts'
import type { ContainerStatus } from '#src/rules/decision.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import { instant, plus } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import type { Committed } from '#src/store/journal.ts'
import { castTown, containerId, ekudden, hamnen, torget } from '#tests/support/town.ts'
import { noon } from './deliveries.ts'

const paper = containerId('1490-901-paper-1')
const plastic = containerId('1490-901-plastic-1')
const glass = containerId('1490-902-clear-glass-1')

let town: Town
let statuses: Map<ContainerId, ContainerStatus>
let listeners: ((committed: Committed) => void)[]
let sent: [string, string][]
let faults: string[]
let waiting: { at: number; run: () => void }[]
let elapsed: number

beforeEach(() => {
  town = castTown
  statuses = new Map()
  listeners = []
  sent = []
  faults = []
  waiting = []
  elapsed = 0
})

/** Real time for the publisher: passes only when told to. */
function pass(ms: number): void {
  const until = elapsed + ms
  for (;;) {
    const next = waiting.filter((w) => w.at <= until).sort((a, b) => a.at - b.at)[0]
    if (!next) break
    waiting.splice(waiting.indexOf(next), 1)
    elapsed = next.at
    next.run()
  }
  elapsed = until
}

function start(over: Partial<StatusOptions> = {}): AsyncDisposable {
  let index = indexTown(town)
  return publishStatuses({
    journal: {
      status: (id) => statuses.get(id) ?? { containerId: id, word: 'unknown' },
      get town() {
        if (index.town !== town) index = indexTown(town)
        return index
      },
      onCommitted(listener) {
        listeners.push(listener)
        return () => void listeners.splice(listeners.indexOf(listener), 1)
      },
    },
    publish: (topic, body) => void sent.push([topic, body]),
    clock: () => plus(noon, elapsed),
    onFault: (what, error) => faults.push(`${what}: ${String(error)}`),
    pace: {
      now: () => elapsed,
      after(ms, run) {
        const entry = { at: elapsed + ms, run }
        waiting.push(entry)
        return () => {
          const index = waiting.indexOf(entry)
          if (index >= 0) waiting.splice(index, 1)
        }
      },
    },
    ...over,
  })
}

function commit(...containers: ContainerId[]): void {
  for (const listener of listeners) {
    listener({ seq: 1, at: noon, posts: [], withdrawn: [], decisions: [], containers })
  }
}

function set(id: ContainerId, fillPercent: number, word: ContainerStatus['word'] = 'has-room') {
  statuses.set(id, { containerId: id, word, fillPercent, measuredAt: noon, source: 'sensor' })
}

const topics = () => sent.splice(0).map(([topic]) => topic.split('/')[3])

test('every station is told at the start, an unknown level as unknown', () => {
  set(paper, 96.4, 'full')
  set(plastic, 71.5, 'nearly-full')
  const since = instant(Date.parse('2026-05-04T22:00:00Z'))
  const lost = containerId('1490-901-clear-glass-1')
  statuses.set(lost, { containerId: lost, word: 'unknown', unknownSince: since })
  start()
  expect(sent.map(([topic]) => topic)).toEqual([
    'kvitter/v1/stations/1490-901/status',
    'kvitter/v1/stations/1490-902/status',
    'kvitter/v1/stations/1490-903/status',
  ])
  expect(JSON.parse(sent[0]![1])).toEqual({
    station: '1490-901',
    name: 'Ekudden',
    updatedAt: '2026-05-05T10:00:00.000Z',
    containers: [
      {
        id: '1490-901-paper-1',
        fraction: 'paper',
        word: 'full',
        fillPercent: 96,
        measuredAt: '2026-05-05T10:00:00.000Z',
        unknownSince: null,
      },
      {
        id: '1490-901-plastic-1',
        fraction: 'plastic',
        word: 'nearly-full',
        fillPercent: 72,
        measuredAt: '2026-05-05T10:00:00.000Z',
        unknownSince: null,
      },
      {
        id: '1490-901-clear-glass-1',
        fraction: 'clear-glass',
        word: 'unknown',
        fillPercent: null,
        measuredAt: null,
        unknownSince: '2026-05-04T22:00:00.000Z',
      },
    ],
    full: 1,
    nearlyFull: 1,
    unknown: 1,
  })
})

describe('after the start', () => {
  beforeEach(() => {
    for (const id of [paper, plastic, glass]) set(id, 50)
    start()
    sent.splice(0)
    pass(6000)
  })

  test('a word that changes is told at once, of its station only', () => {
    set(glass, 90, 'full')
    commit(glass)
    expect(topics()).toEqual(['1490-902'])
  })

  test('a reading that changes neither word nor whole percent is not told', () => {
    set(paper, 50.4)
    commit(paper)
    expect(topics()).toEqual([])
    set(paper, 50.6)
    commit(paper)
    expect(topics()).toEqual(['1490-901'])
  })

  test('a station speaks at most once in five seconds, and last of how it then is', () => {
    for (const percent of [60, 61, 62, 63]) {
      set(paper, percent)
      commit(paper)
      pass(1000)
    }
    expect(topics()).toEqual(['1490-901'])
    set(plastic, 64)
    commit(plastic)
    pass(1000)
    expect(sent).toHaveLength(1)
    const { containers } = JSON.parse(sent[0]![1]) as { containers: { fillPercent: number }[] }
    expect(containers.map((c) => c.fillPercent)).toEqual([63, 64, null])
    sent.splice(0)
    pass(30_000)
    expect(sent).toEqual([])
  })

  test('what is back where it was when the five seconds are over is not told', () => {
    set(paper, 60)
    commit(paper)
    sent.splice(0)
    set(paper, 61)
    commit(paper)
    set(paper, 60)
    commit(paper)
    pass(6000)
    expect(topics()).toEqual([])
  })

  test('what ages to unknown without any commit is told within a minute', () => {
    statuses.set(paper, { containerId: paper, word: 'unknown', unknownSince: noon })
    pass(60_000)
    expect(topics()).toEqual(['1490-901'])
  })

  test('a station that leaves the town is taken away, a new one is told', () => {
    const slottet = { ...torget, id: '1490-904' as typeof torget.id, name: 'Slottet' }
    town = { ...castTown, stations: [ekudden, hamnen, slottet] }
    commit()
    expect(sent.map(([topic, body]) => [topic.split('/')[3], body === ''])).toEqual([
      ['1490-903', true],
      ['1490-904', false],
    ])
  })
})

test('a message that could not be published is tried again at the next sweep', async () => {
  let broken = true
  await using _ = start({
    publish(topic, body) {
      if (broken) return Promise.reject(new Error('no broker'))
      sent.push([topic, body])
      return Promise.resolve()
    },
  })
  await Promise.resolve()
  await Promise.resolve()
  expect(faults).toEqual([
    'the status of 1490-901 could not be published: Error: no broker',
    'the status of 1490-902 could not be published: Error: no broker',
    'the status of 1490-903 could not be published: Error: no broker',
  ])
  broken = false
  pass(60_000)
  expect(topics()).toEqual(['1490-901', '1490-902', '1490-903'])
})

test('after it is closed nothing is said and nothing waits', async () => {
  const statuses = start()
  set(paper, 60)
  commit(paper)
  await statuses[Symbol.asyncDispose]()
  sent.splice(0)
  commit(glass)
  pass(120_000)
  expect(sent).toEqual([])
  expect(waiting).toEqual([])
  expect(listeners).toEqual([])
})
