import { connectAsync } from 'mqtt'
import { expect, test } from 'vitest'
import { mosquittoPath, startMosquitto } from '#tests/support/mosquitto.ts'
import { until } from '#tests/support/until.ts'
import { brokerForTests, TOKEN } from './broker-for-tests.ts'

/** As docs/OUTSIDE-BROKER.md has it. */
test.skipIf(mosquittoPath === undefined)(
  'Mosquitto bridged to the embedded broker brings what the network server publishes, and nothing of its own',
  async () => {
    await using broker = await brokerForTests({ anonymous: false })
    await using mosquitto = await startMosquitto({
      lines: [
        'connection kvitter',
        `address 127.0.0.1:${broker.port}`,
        'bridge_protocol_version mqttv311',
        'remote_username chirp',
        `remote_password ${TOKEN}`,
        'cleansession false',
        'notifications false',
        'try_private false',
        'topic application/7/device/+/event/up out 1',
      ],
    })
    const server = await connectAsync(mosquitto.url)
    await until(() => broker.stats().connectedClients === 1, 10_000)
    await server.publishAsync('application/7/device/0101010101010101/event/up', 'x', { qos: 1 })
    await server.publishAsync('application/8/device/0101010101010101/event/up', 'x', { qos: 1 })
    await server.publishAsync('application/7/device/0202020202020202/event/up', 'x', { qos: 1 })
    await until(() => broker.stats().messages.rejected === 2, 10_000)
    expect(broker.stats()).toMatchObject({
      messages: { rejected: 2, ignored: 0 },
      rejected: { 'not-json': 2 },
    })
    await server.endAsync()
  },
)
