/**
 * Two copies of Kvitter, each with a database of its own, share what comes through Mosquitto, and are
 * killed at random moments: what a copy acknowledged lies in its database, and nothing in both.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { randomFrom } from '#simulator/random.ts'
import { mosquittoPath, startMosquitto } from '#tests/support/mosquitto.ts'
import { type Message, startPublisher } from '#tests/support/mqtt-publisher.ts'
import { type Served, startKvitter } from '#tests/support/process.ts'
import { writeTownFolder } from '#tests/support/town-folder.ts'
import { until } from '#tests/support/until.ts'

const KILLS = 12
const STATIONS = 10
const FRACTIONS = ['paper', 'plastic', 'metal']
const RULES = `version: 1
policy:
  tz: Europe/Stockholm
  group_wait: 0s
  settle: 0s
  budget: { per_station_per_day: 1000, per_account_per_day: 10000, min_gap: 0s, reserve_for_priority_80: 0%, when_spent: drop }
  stale_after: 2h
  first_load: silent
facts: { sensor_silent_after: 12h, late_after: 30m, max_skew: 2m }
rules:
  - { id: full, per: container, when: c.full, clear: c.fill < 70.0, cooldown: 0s, priority: 60, quiet: ignore, post: full }
`

test.skipIf(mosquittoPath === undefined)(
  `two copies share the load: after ${KILLS} kills every message is kept once, in one of the two`,
  { timeout: 120_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kvitter-outside-'))
    await using cleanUp = new AsyncDisposableStack()
    cleanUp.defer(() => rm(folder, { recursive: true, force: true }))
    const mosquitto = cleanUp.use(await startMosquitto())
    const town = join(folder, 'town')
    await writeTownFolder(town, { stations: STATIONS, fractions: FRACTIONS, rules: RULES })
    const names = ['one', 'two'] as const
    const start = async (name: string): Promise<Served> => {
      const served = await startKvitter([
        ...['--town', town, '--data', join(folder, name), '--http', '127.0.0.1:0'],
        ...['--mqtt', 'off', '--broker', mosquitto.url, '--broker-id', name],
      ])
      cleanUp.use(served)
      return served
    }
    const copies = { one: await start('one'), two: await start('two') }
    for (const name of names) {
      const ready = await fetch(`${copies[name].httpUrl}/readyz`)
      expect(ready.status, copies[name].log()).toBe(200)
    }

    const publisher = startPublisher({ port: mosquitto.port, clientId: 'devices', window: 200 })
    cleanUp.defer(() => publisher.close())
    const devices = Array.from({ length: STATIONS }, (_, s) =>
      String(s + 1).padStart(3, '0'),
    ).flatMap((id) => FRACTIONS.map((fraction) => `dev-${id}-${fraction}-1`))
    const chance = randomFrom(20_261_124, 'outside')
    const sent = new Map<string, Message>()
    let n = 0
    let lastAt = 0
    const publishing = setInterval(() => {
      for (let i = 0; i < 12; i++) {
        const which = n % devices.length
        const fillPercent = Number((20 + n * 1e-4).toFixed(4))
        lastAt = Math.max(lastAt + 1, Date.now())
        // A time of its own, a counter, or neither: then only the broker's DUP mark tells a repeat.
        const body = [
          { at: new Date(lastAt).toISOString(), fillPercent },
          { fillPercent, seq: n },
          { fillPercent },
        ][which % 3]
        const message = {
          topic: `kvitter/v1/devices/${devices[which]!}/reading`,
          payload: JSON.stringify(body),
        }
        sent.set(`${devices[which]!} ${fillPercent}`, message)
        publisher.publish(message)
        n++
      }
    }, 10)
    try {
      for (let kill = 0; kill < KILLS; kill++) {
        const name = names[chance.below(2)]!
        await new Promise((resolve) => setTimeout(resolve, 30 + chance.next() * 700))
        await copies[name].kill()
        copies[name] = await start(name)
      }
    } finally {
      clearInterval(publishing)
    }
    await publisher.allAcknowledged()
    expect(publisher.resent, 'the publisher had no reason to send twice').toBe(0)

    const kept = (): Kept[] => names.flatMap((name) => keptIn(join(folder, name)))
    await until(
      () => new Set(kept().map((row) => row.key)).size >= sent.size,
      20_000,
      () => `${kept().length} of ${sent.size}\n${copies.one.log()}\n${copies.two.log()}`,
    )
    for (const name of names) expect(await copies[name].stop(), copies[name].log()).toBe(0)

    const rows = kept()
    const times = new Map<string, number>()
    for (const { key, n: count } of rows) times.set(key, (times.get(key) ?? 0) + count)
    expect({
      lost: [...sent.keys()].filter((key) => !times.has(key)).length,
      twice: [...times].filter(([, count]) => count > 1).map(([key]) => key),
      strangers: [...times.keys()].filter((key) => !sent.has(key)).length,
    }).toEqual({ lost: 0, twice: [], strangers: 0 })
    for (const name of names) {
      expect(keptIn(join(folder, name)).length, `${name} had its share`).toBeGreaterThan(n / 10)
    }
    process.stdout.write(
      `${KILLS} kills, ${n} messages, ${keptIn(join(folder, 'one')).length} with copy one\n`,
    )
  },
)

interface Kept {
  readonly key: string
  readonly n: number
}

/** Reads the file as anybody might, beside the process that writes it. */
function keptIn(data: string): Kept[] {
  const db = new DatabaseSync(join(data, 'kvitter.sqlite'), { readOnly: true, timeout: 5000 })
  try {
    const rows = db
      .prepare(
        'select d.id as device, raw_fill as fill, count(*) as n from reading r join device d on d.no = r.device_no group by 1, 2',
      )
      .all() as unknown as { device: string; fill: number; n: number }[]
    return rows.map(({ device, fill, n }) => ({ key: `${device} ${fill}`, n }))
  } finally {
    db.close()
  }
}
