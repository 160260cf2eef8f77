/** One process, wired: broker, store, rules, channels, API and pages. Closes in reverse. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { collectDefaultMetrics, Counter, Registry } from 'prom-client'
import { describeApi } from '#src/api/openapi.ts'
import { PROBLEMS } from '#src/api/problem.ts'
import { openHttp } from '#src/api/server.ts'
import { openCardDesk } from '#src/cards/card-desk.ts'
import { openBroker } from '#src/ingest/broker.ts'
import { exposeCodecMetrics } from '#src/ingest/codecs/sandbox/codec-metrics.ts'
import { type CodecPool, openCodecPool } from '#src/ingest/codecs/sandbox/pool.ts'
import { replayQuarantine } from '#src/ingest/replay.ts'
import { type OutsideBroker, startSubscriber, type Subscriber } from '#src/ingest/subscriber.ts'
import { openFediverse } from '#src/notify/activitypub/fediverse.ts'
import { openMailLeg } from '#src/notify/messages/mail-leg.ts'
import { startDeliveries } from '#src/notify/deliver.ts'
import { announceStations, BIRTH_TOPIC } from '#src/notify/home-assistant.ts'
import { publishStatuses } from '#src/notify/mqtt-status.ts'
import { planDeliveries } from '#src/notify/plan-deliveries.ts'
import { registerPages } from '#src/pages/register.ts'
import type { Reread } from '#src/pages/site.ts'
import { openReplayDesk } from '#src/replay/desk.ts'
import { startNightly } from '#src/replay/nightly.ts'
import type { Past } from '#src/replay/replay-process.ts'
import { openOidc } from '#src/single-sign-on/oidc.ts'
import type { Terms } from '#src/pickups/booking/booking.ts'
import { openDayPlanner } from '#src/routing/day-planner.ts'
import { createEngine } from '#src/rules/engine.ts'
import type { KeptState } from '#src/rules/contract.ts'
import { overrules } from '#src/rules/overrule.ts'
import type { Applied } from '#src/stations/device-changes.ts'
import { DIRECT_WAYS, type Town } from '#src/stations/station.ts'
import { type Clock, DAY, HOUR, MINUTE, SECOND } from '#src/stations/time.ts'
import type { OpenJournal } from '#src/store/open-journal.ts'
import { openJournal } from '#src/store/open-journal.ts'
import type { Store } from '#src/store/contract.ts'
import { openBookingDesk } from '#src/store/booking-desk.ts'
import { openBookingUpkeep } from '#src/store/booking-upkeep.ts'
import { openDayDesk } from '#src/store/day-desk.ts'
import { openDayUpkeep } from '#src/store/day-upkeep.ts'
import { openLoanDesk } from '#src/store/loan-desk.ts'
import { openReportDesk } from '#src/store/report-desk.ts'
import { withInfluxHistory } from '#src/store/influx/influx-history.ts'
import type { QuarantineChoice } from '#src/store/quarantine-desk.ts'
import { openStaffDesk } from '#src/store/staff-desk.ts'
import { startCheckpoints } from '#src/store/sqlite/checkpoints.ts'
import { startCompaction } from '#src/store/sqlite/compaction.ts'
import { startSnapshots } from '#src/store/sqlite/snapshots.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { openSealer } from '#src/store/sealer.ts'
import { postCardFacts } from '#src/wording/cards/card-facts.ts'
import { postWording, type WordPost } from '#src/wording/post-text.ts'
import packageFile from '../package.json' with { type: 'json' }
import { openChannels, sameAccounts } from './channels.ts'
import { startDirectMessages } from './direct-messages.ts'
import type { BrokerSettings, Env, Settings } from './config.ts'
import { manageDevices } from './manage-devices.ts'
import { startDirect } from './direct.ts'
import { openSecretKey } from './secret-key.ts'
import { rereads, setupOf } from './setup.ts'
import type { TownFolder } from './town-folder.ts'
import { tellTownPlans } from './town-plans.ts'

export interface ServeOptions {
  readonly settings: Settings
  readonly folder: TownFolder
  readonly env: Env
  readonly clock: Clock
  readonly log: Logger
  /** A demo says so on its pages, lets anybody in over MQTT, and its clock runs faster. */
  readonly demo?: { readonly speed: number }
}

export interface Running extends AsyncDisposable {
  readonly httpUrl: string
  /** Absent where only an outside broker is listened to. */
  readonly mqttPort?: number
  readonly mqttWsPort?: number
  readonly journal: OpenJournal
  /** Goes on with the town's folder as it now is, unless it has faults. */
  reread(): Promise<Reread>
}

/**
 * By itself V8 lets its heap grow to three times what lives in it before it clears up. What is known of a
 * sensor lives from one reading to the next, so a large town's heap would be mostly what was known before
 * (docs/decisions/0008).
 */
const HEAP_GROWS_BY = '--heap-growing-percent=20'
const TICK_MS = 200
const TIDY_MS = 10 * MINUTE
const UPKEEP_MS = 10_000

/** Starts everything, or nothing: what had started is closed again when a later part fails. */
export async function serve(options: ServeOptions): Promise<Running> {
  const { settings, folder, clock, log } = options
  await using starting = new AsyncDisposableStack()
  setFlagsFromString(HEAP_GROWS_BY)
  const metrics = new Registry()
  collectDefaultMetrics({ register: metrics })

  const onFault = (what: string, error: unknown): void => log.error({ err: error }, what)
  const speed = options.demo?.speed ?? 1
  /** Until all of it closes; each job by what is told when it fails, which hinders no other. */
  const every = (ms: number, jobs: Readonly<Record<string, () => Promise<unknown>>>): void => {
    const timer = setInterval(() => {
      for (const [what, job] of Object.entries(jobs)) {
        job().catch((error: unknown) => onFault(what, error))
      }
    }, ms)
    starting.defer(() => clearInterval(timer))
  }
  const file = join(settings.data, 'kvitter.sqlite')
  const keepReadingsMs =
    settings.keepReadingsDays === undefined ? undefined : settings.keepReadingsDays * DAY
  const past: Past = { file, ...(settings.influx && { influx: settings.influx }) }
  const sqlite = starting.use(await openSqliteStore(file))
  const influx =
    settings.influx &&
    starting.use(
      await withInfluxHistory(sqlite, {
        ...settings.influx,
        ...(keepReadingsMs === undefined ? {} : { keepReadingsMs }),
        clock,
        onFault,
        onTrouble: (trouble) =>
          trouble === undefined
            ? log.info('InfluxDB takes readings again')
            : log.error(
                { because: trouble },
                'nothing is acknowledged until InfluxDB takes readings',
              ),
      }),
    )
  const store: Store = influx ?? sqlite
  starting.use(startCheckpoints(file, (error) => onFault('checkpoints have stopped', error)))
  // With its history elsewhere SQL holds a few days of readings, and what isn't there yet must not be packed.
  if (!influx) {
    starting.use(
      startCompaction(file, {
        clock,
        ...(keepReadingsMs === undefined ? {} : { keepReadingsMs }),
        onFault: (error) => onFault('readings could not be packed', error),
      }),
    )
  }
  const secret = await openSecretKey(settings.data, settings.secretKey, store)
  const cards = starting.use(
    openCardDesk({
      store,
      journal: {
        status: (container) => journal.status(container),
        get town() {
          return journal.town
        },
      },
      clock,
      publicUrl: settings.publicUrl,
      log,
      metrics,
    }),
  )
  const channelsOf = (town: Town) =>
    openChannels(town, { ...options, store, secret, pictures: cards })
  const channels = channelsOf(folder.town)
  const previousTown = await store.town()
  const devices = manageDevices({
    store,
    clock,
    file: folder.town,
    town: () => journal.town.town,
    apply: (town) => follow(town),
  })
  const served = await devices.withChanges()
  warnOfSkipped(served.skipped, log)
  const change = await store.saveTown(served.town, clock())
  // As the store has it: mountings that ended are still needed for what was measured before.
  const town = (await store.town())!
  log.info(change, `the town ${town.name} is in the database`)

  const failures = new Counter({
    name: 'kvitter_text_failures_total',
    help: 'Posts that a text of the town’s own could not word, and ours did',
    labelNames: ['language'],
    registers: [metrics],
  })
  const wordingBy = ({ texts }: TownFolder): WordPost =>
    postWording(texts, ({ language, because }) => {
      failures.inc({ language })
      log.error({ language, because }, 'a text of the town’s own failed on a post; ours was taken')
    })
  let { book, rules, texts, returnBike, mapBase, mapSource } = folder
  let wordPost = wordingBy(folder)
  /** Brings a town into force without losing what waits. */
  const follow = async (next: Town): Promise<void> => {
    await store.saveTown(next, clock())
    await journal.reload({
      town: (await store.town())!,
      makeEngine: makeEngineWith(book),
      rules,
    })
    await plans.tell()
    await subscriber?.follow()
  }
  const makeEngineWith = (book: TownFolder['book']) => (town: Town, kept: KeptState) =>
    createEngine({ book, town, kept })
  const journal: OpenJournal = starting.use(
    await openJournal({
      store,
      town,
      ...(previousTown ? { previousTown } : {}),
      makeEngine: makeEngineWith(folder.book),
      rules: folder.rules,
      wordPost: (post, town) => wordPost(post, town),
      deliveriesFor: planDeliveries,
      cardOf: postCardFacts,
      clock,
      onFault,
    }),
  )
  const plans = tellTownPlans(journal, clock)
  await plans.tell()
  starting.use(
    startSnapshots(file, {
      clock,
      timeZone: () => journal.town.town.timeZone,
      onFault: (error) => onFault('a snapshot of the engine could not be taken', error),
    }),
  )
  if (settings.verifyNightly !== false && !options.demo) {
    starting.use(
      startNightly({ past, clock, timeZone: () => journal.town.town.timeZone, log, metrics }),
    )
  }
  // Before the journal waits for its last commit, which may wait for an InfluxDB that is away.
  if (influx) starting.defer(() => influx.giveUp())

  const observe = exposeCodecMetrics(metrics, () => codecs)
  const codecs: CodecPool = starting.use(
    openCodecPool({
      observe,
      onFault: (error) => onFault('a thread for codecs could not be started; trying again', error),
      onOutOfService: (file, because) =>
        log.error(
          { file, because },
          'a codec had to be stopped too often and is not run any more; its messages wait in quarantine',
        ),
    }),
  )

  const direct = starting.use(
    await startDirect({
      store,
      secret,
      env: options.env,
      clock,
      town: () => journal.town,
      publicUrl: settings.publicUrl,
      log,
      metrics,
      speed,
    }),
  )

  const broker =
    settings.mqtt &&
    starting.use(
      await openBroker({
        journal,
        town: () => journal.town,
        clock,
        mqtt: settings.mqtt,
        ...(settings.mqttWs ? { ws: settings.mqttWs } : {}),
        anonymous: options.demo !== undefined,
        credential: (username) => store.credential(username),
        codecs,
        metrics,
        log,
        ...(settings.homeAssistant ? { openTopics: [BIRTH_TOPIC] } : {}),
      }),
    )
  if (broker) {
    starting.use(
      publishStatuses({
        journal,
        clock,
        publish: (topic, body) => broker.publishRetained(topic, body),
        onFault,
      }),
    )
  }
  if (broker && settings.homeAssistant) {
    const discovery = starting.use(
      announceStations({
        journal,
        language: settings.homeAssistant,
        publicUrl: settings.publicUrl,
        version: packageFile.version,
        publish: (topic, body) => broker.publishRetained(topic, body),
        onFault,
      }),
    )
    await broker.listen(BIRTH_TOPIC, (word) => {
      if (word === 'online') discovery.again()
    })
  }
  const [account] = folder.town.channels.activitypub ?? []
  const fediverse =
    account &&
    starting.use(
      await openFediverse({
        account,
        store,
        town: () => journal.town,
        clock,
        secret,
        publicUrl: settings.publicUrl,
        version: packageFile.version,
        log,
        metrics,
        speed,
      }),
    )
  // With addresses and work of their own, these stay as they were started.
  const lasting = [...(fediverse ? [fediverse.channel] : []), ...direct.channels]
  const deliveries = starting.use(
    startDeliveries({
      store,
      channels: [...channels, ...lasting],
      clock,
      log,
      metrics,
      // A minute and a half of real time; in a demo the town's minute is shorter.
      leaseMs: 90_000 * speed,
      speed,
      overrules: (bigger, smaller) => overrules(book.rules, bigger, smaller),
      timeZone: () => journal.town.town.timeZone,
    }),
  )
  every(Math.max(SECOND, MINUTE / speed), {
    'the accounts could not be looked after': () => deliveries.lookAfter(),
  })
  const stopPoking = journal.onCommitted((committed) => {
    if (committed.posts.length > 0) deliveries.poke()
  })
  starting.defer(stopPoking)

  const subscriber: Subscriber | undefined =
    settings.broker &&
    starting.use(
      await startSubscriber({
        journal,
        town: () => journal.town,
        clock,
        broker: await outsideBroker(settings.broker),
        codecs,
        metrics,
        log,
      }),
    )

  const reports = openReportDesk({
    store,
    journal,
    clock,
    metrics,
    onFlood: (station, kind) =>
      log.warn({ station, kind }, 'many report the same of a station within minutes'),
  })
  every(TIDY_MS, {
    'old salts could not be thrown away': () => reports.tidy(),
    'who never confirmed could not be forgotten': () => direct.desk.tidy(),
    'work long done could not be forgotten': () => store.tidyWork(clock()),
    'sessions that are over could not be forgotten': () => staff.tidy(),
  })

  const persons = starting.use(
    await startDirectMessages({
      file: folder.town,
      env: options.env,
      store,
      town: () => journal.town,
      texts: () => texts,
      clock,
      secret,
      publicUrl: settings.publicUrl,
      log,
      metrics,
      onFault,
      legs: direct.mail ? [openMailLeg(direct.mail, secret)] : [],
      speed,
    }),
  )

  const errandTerms = (): Terms | undefined => {
    const { serviceDays, timeZone } = journal.town.town
    return returnBike && serviceDays && { bike: returnBike, serviceDays, timeZone }
  }
  const errands = {
    store,
    sealer: openSealer(secret),
    clock,
    terms: errandTerms,
    publicUrl: settings.publicUrl,
    messages: persons.messages,
  }
  const bookings = openBookingDesk({
    ...errands,
    onDayLines: (lines) => days.spread(lines),
  })
  const loans = openLoanDesk(errands)
  const bookingUpkeep = openBookingUpkeep({
    ...errands,
    contact: () => journal.town.town.operator?.phone ?? `${settings.publicUrl}/boka`,
    metrics,
    onFault,
  })
  every(UPKEEP_MS, { 'bookings could not be seen to': () => bookingUpkeep.tick() })

  const planner = starting.use(openDayPlanner({ clock, metrics, log }))
  planner.follow(returnBike)
  const looking = {
    ...errands,
    journal,
    matrices: planner.matrices,
  }
  const days = openDayDesk({
    ...looking,
    solver: planner.solver,
    insert: (problem, from) => planner.insert(problem, from),
    afterEvents: (day) => dayUpkeep.follow(day),
  })
  const dayUpkeep = openDayUpkeep({
    ...looking,
    desk: days,
    bookings,
    bikeStopOf: (ruleId) => book.rules.find(({ id }) => id === ruleId)?.bikeStop,
    onFault,
  })
  every(UPKEEP_MS, { 'the bike’s days could not be seen to': () => dayUpkeep.tick() })

  const reload = async (next: TownFolder): Promise<void> => {
    // Before anything has changed, for it throws when a secret is missing.
    const opened = channelsOf(next.town)
    const staying = lasting.filter((channel) =>
      next.town.channels[channel.name]?.some((a) => a.account === channel.account),
    )
    const isSame = sameAccounts(journal.town.town, next.town)
    const { skipped } = await devices.reread(next.town, (town) => {
      ;({ book, rules, texts, returnBike, mapBase, mapSource } = next)
      wordPost = wordingBy(next)
      planner.follow(returnBike)
      return follow(town)
    })
    warnOfSkipped(skipped, log)
    await deliveries.follow(
      [...opened, ...staying],
      (way) => lasting.some(({ name }) => name === way.channel) || isSame(way),
    )
    for (const name of ['activitypub', ...DIRECT_WAYS] as const) {
      const [before, after] = [folder.town, next.town].map(({ channels }) => channels[name]?.[0])
      if (JSON.stringify(before) === JSON.stringify(after)) continue
      log.warn(`channels.${name}: a change takes effect at the next start`)
    }
    if (next.css !== folder.css) log.warn('pages.css: a change takes effect at the next start')
    codecs.keepOnly((journal.town.town.profiles ?? []).flatMap(({ codec }) => codec ?? []))
  }
  const reread = rereads(settings.town ?? '', options.env, reload)
  const staff = openStaffDesk({
    store,
    clock,
    sealer: errands.sealer,
    speed: options.demo?.speed ?? 1,
    publicUrl: settings.publicUrl,
    staffToken: settings.staffToken,
    riderToken: settings.riderToken,
  })
  if (!options.demo) await staff.forgetDemo()
  const tools = {
    devices,
    outbox: deliveries,
    messageTroubles: () => persons.troubles(),
    stoppedCodecs: () => codecs.outOfService(),
    replay: (choice: QuarantineChoice, dryRun: boolean, signal?: AbortSignal) =>
      replayQuarantine(
        { store, journal, town: () => journal.town, codecs, clock },
        choice,
        dryRun,
        signal,
      ),
  }
  const replays = starting.use(
    // An hour of real time; in a demo the town's hour is seconds.
    openReplayDesk({
      past,
      clock,
      onFault,
      keptMs: HOUR * (options.demo?.speed ?? 1),
      ...(settings.longestReplayMs !== undefined && { longestMs: settings.longestReplayMs }),
    }),
  )
  const noteSeen = (ids: readonly string[], by: string) =>
    store.noteAccess(
      ids.map((errandId) => ({ at: clock(), by, what: 'planned' as const, errandId })),
    )
  const http = starting.use(
    await openHttp({
      store,
      journal,
      clock,
      reports,
      subscribers: direct.desk,
      errands: { bookings, loans },
      days: {
        days,
        unseal: (sealed) => errands.sealer.unseal(sealed) ?? '',
        noteSeen,
      },
      ...(settings.trustedProxies ? { trustedProxies: settings.trustedProxies } : {}),
      publicUrl: settings.publicUrl,
      ...(settings.hubUrl === undefined ? {} : { hubUrl: settings.hubUrl }),
      host: settings.http.host,
      port: settings.http.port,
      staff,
      ...(options.demo ? { demo: options.demo } : {}),
      log,
      metrics,
      trouble: () => subscriber?.trouble() ?? influx?.trouble(),
      ...tools,
      standIns: () => planner.standIns(),
      fitsSmsReport: (no, token) => persons.fitsReport(no, token),
      replays,
      ruleIds: () => book.rules.map(({ id }) => id),
      rulesInForce: () => ({ text: rules, hash: book.hash }),
      plugins: [
        ...(fediverse ? [(app: FastifyInstance) => fediverse.register(app)] : []),
        (app) =>
          registerPages(app, {
            store,
            journal,
            clock,
            reports,
            cards,
            follow: direct,
            bookings: { desk: bookings, sealer: errands.sealer },
            days: { desk: days, noteSeen },
            loans,
            mapBase: () => mapBase,
            mapSource: () => mapSource,
            ...(folder.css !== undefined && { townCss: folder.css }),
            staff,
            work: { ...tools, bookings, loans },
            ...(settings.oidc && { singleSignOn: openOidc(settings.oidc) }),
            setup: setupOf(settings, options.env, clock, reread),
            ...(fediverse && { fediverse: (of) => fediverse.accountOf(of) }),
            publicUrl: settings.publicUrl,
            ruleIds: () => book.rules.map(({ id }) => id),
            api: describeApi(settings.publicUrl),
            problems: PROBLEMS,
            ...(options.demo ? { demo: options.demo } : {}),
          }),
      ],
    }),
  )

  every(TICK_MS, {
    'a tick failed': () => journal.tick(),
    'the day’s plans could not be told': () => plans.tick(),
  })

  const running = starting.move()
  return {
    httpUrl: http.url,
    ...(broker === undefined ? {} : { mqttPort: broker.port }),
    ...(broker?.wsPort === undefined ? {} : { mqttWsPort: broker.wsPort }),
    journal,
    reread,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

async function outsideBroker({ caFile, ...broker }: BrokerSettings): Promise<OutsideBroker> {
  return caFile === undefined ? broker : { ...broker, ca: await readFile(caFile, 'utf8') }
}

/** Changes that fit the town's file no more; they stay in the list. */
function warnOfSkipped(skipped: Applied['skipped'], log: Logger): void {
  for (const { no, why } of skipped) {
    log.warn(`change ${no} of the devices fits the town no more and is passed over: ${why}`)
  }
}
