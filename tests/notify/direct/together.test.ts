/** The outbox and the ways to residents as the service runs them: a far end that hangs holds up no other. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { startDirect } from '#src/direct.ts'
import { startDeliveries } from '#src/notify/deliver.ts'
import { planDeliveries } from '#src/notify/plan-deliveries.ts'
import { SUBSCRIBERS, type Town } from '#src/stations/station.ts'
import { instant } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { openssl, startFakePush } from '#tests/support/fake-push.ts'
import { startMailServer } from '#tests/support/mail-server.ts'
import { castTown } from '#tests/support/town.ts'
import { until } from '#tests/support/until.ts'
import { makePost } from '../deliveries.ts'
import { FROM, PUBLIC_URL, SECRET } from './bench.ts'

const ANNA = 'anna@example.se'

test.skipIf(openssl === undefined)(
  'a post reaches mailboxes while the push service hangs, and browsers while the mail server hangs',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kvitter-together-'))
    await using cleanUp = new AsyncDisposableStack()
    cleanUp.defer(() => rm(folder, { recursive: true, force: true }))
    const mail = cleanUp.use(await startMailServer())
    const push = cleanUp.use(await startFakePush())
    const store = cleanUp.use(await openSqliteStore(join(folder, 'town.sqlite')))
    const clock = () => instant(Date.now())
    const town: Town = {
      ...castTown,
      channels: {
        email: [{ account: SUBSCRIBERS, from: FROM, name: 'Provstad', smtpUrlEnv: 'SMTP_URL' }],
        push: [{ account: SUBSCRIBERS, contact: FROM }],
      },
    }
    await store.saveTown(town, clock())
    const logged: string[] = []
    const note = (fields: object, text: string) => logged.push(JSON.stringify({ fields, text }))
    const log = { info: note, warn: note, error: note }
    const metrics = new Registry()
    const direct = cleanUp.use(
      await startDirect({
        store,
        secret: SECRET,
        env: { SMTP_URL: mail.url },
        clock,
        town: () => indexTown(town),
        publicUrl: PUBLIC_URL,
        log,
        metrics,
        innerPush: { ca: push.ca },
      }),
    )
    const deliveries = cleanUp.use(
      startDeliveries({ store, channels: direct.channels, clock, log, leaseMs: 120_000 }),
    )

    await direct.desk.askByEmail(ANNA, { language: 'sv' }, '192.0.2.1')
    await until(() => mail.taken.length === 1, 10_000)
    const token = /\/([\w-]{44})\s/.exec(mail.taken[0]!.mail.text!)![1]!
    await direct.desk.confirm(token)
    const target = push.subscribe(direct.ways.pushKey!)
    await direct.desk.askByPush(target, { language: 'sv' }, '192.0.2.2')

    const say = async (n: number) => {
      const post = makePost(n, clock())
      await store.journal((tx) =>
        tx.keepEffects({
          decisions: [],
          posts: [post],
          withdrawn: [],
          deliveries: planDeliveries(post, indexTown(town)),
          containers: [],
          state: new Map(),
          seq: n,
          at: clock(),
        }),
      )
      deliveries.poke()
    }
    push.troubles.push('hang')
    await say(1)
    await until(
      () => mail.taken.length === 2,
      10_000,
      () => logged.join('\n'),
    )
    expect(push.pushed).toEqual([])

    mail.troubles.push('hang')
    const other = push.subscribe(direct.ways.pushKey!)
    await direct.desk.askByPush(other, { language: 'sv' }, '192.0.2.3')
    await say(2)
    await until(
      () => push.pushed.length > 0,
      10_000,
      () => logged.join('\n'),
    )
    expect(mail.taken).toHaveLength(2)
    expect(await metrics.getSingleMetricAsString('kvitter_subscribers')).toContain(
      'kvitter_subscribers{way="email"} 1\nkvitter_subscribers{way="push"} 2',
    )
    expect(logged.join('\n')).not.toMatch(/anna|\/to\//)
  },
)
