/** A county's history in InfluxDB: killed under load, it costs no reading, and all goes on by itself. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { letIn, tokenOf } from '#tests/support/credentials.ts'
import { influxdPath, startInfluxd } from '#tests/support/influxd.ts'
import { startPublisher } from '#tests/support/mqtt-publisher.ts'
import { runKvitter, startKvitter } from '#tests/support/process.ts'
import { writeTownFolder } from '#tests/support/town-folder.ts'
import { until } from '#tests/support/until.ts'

const DEVICE = 'dev-001-paper-1'
const RULES = `version: 1
policy: { tz: Europe/Stockholm }
rules:
  - { id: full, per: container, when: c.full, for: 30m, cooldown: 6h, priority: 60, post: full }
`
/** How long it is away; ten seconds in the suite, a minute by hand. */
const AWAY_MS = Number(process.env['KVITTER_INFLUX_AWAY_S'] ?? 10) * 1000
const MESSAGES = 600

test.skipIf(influxdPath === undefined)(
  'InfluxDB killed and away while readings come: nothing acknowledged is lost, nothing is there twice',
  { timeout: 60_000 + 2 * AWAY_MS },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kvitter-influx-'))
    await using cleanUp = new AsyncDisposableStack()
    cleanUp.defer(() => rm(folder, { recursive: true, force: true }))
    const influxd = cleanUp.use(await startInfluxd())
    const town = join(folder, 'town')
    const data = join(folder, 'data')
    await writeTownFolder(town, { stations: 1, fractions: ['paper'], rules: RULES })
    await runKvitter(['import', town, '--data', data])
    await letIn(data, { [DEVICE]: 'device' })
    const flags = [
      ...['--town', town, '--data', data, '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0'],
      ...['--mqtt-ws', 'off', '--history', 'influx', '--influx-url', influxd.url],
    ]
    const served = cleanUp.use(await startKvitter(flags))
    const ready = async () => (await fetch(`${served.httpUrl}/readyz`)).status
    const publisher = startPublisher({
      port: served.mqttPort,
      clientId: 'device',
      username: DEVICE,
      password: tokenOf(DEVICE),
      window: 50,
    })
    cleanUp.defer(() => publisher.close())
    const start = Date.now() - MESSAGES * 1000
    const send = (from: number, to: number) => {
      for (let n = from; n < to; n++) {
        const at = new Date(start + n * 1000).toISOString()
        const payload = JSON.stringify({ at, fillPercent: 20 + n / 100 })
        publisher.publish({ topic: `kvitter/v1/devices/${DEVICE}/reading`, payload })
      }
    }
    send(0, MESSAGES / 2)
    await publisher.allAcknowledged()
    expect(await ready()).toBe(200)

    await influxd.kill()
    send(MESSAGES / 2, MESSAGES)
    await until(
      async () => (await ready()) === 503,
      15_000,
      () => served.log(),
    )
    await wait(AWAY_MS)
    expect(await ready()).toBe(503)
    await influxd.start()
    await publisher.allAcknowledged()
    await until(
      async () => (await ready()) === 200,
      15_000,
      () => served.log(),
    )

    expect(await toldBy(served.httpUrl)).toEqual(
      Array.from({ length: MESSAGES }, (_, n) => 20 + n / 100),
    )

    // Told to stop while InfluxDB is away, it stops; what it could not write is written at the next start.
    await influxd.kill()
    send(MESSAGES, MESSAGES + 1)
    await until(
      async () => (await ready()) === 503,
      15_000,
      () => served.log(),
    )
    expect(await served.stop(), served.log()).toBe(0)
    expect(publisher.acknowledged.size).toBe(MESSAGES)
    publisher.close()
    await influxd.start()
    const again = cleanUp.use(await startKvitter(flags))
    await until(async () => (await toldBy(again.httpUrl)).length === MESSAGES + 1, 15_000)
    expect(await again.stop(), again.log()).toBe(0)
  },
)

async function toldBy(httpUrl: string): Promise<readonly number[]> {
  const answer = await fetch(`${httpUrl}/api/v1/containers/1490-001-paper-1/readings`)
  const { readings } = (await answer.json()) as { readings: { fillPercent: number }[] }
  return readings.map((r) => r.fillPercent)
}
