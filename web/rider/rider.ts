/**
 * The rider's page: what is kept on the phone is drawn, a tap is kept before it is answered, and what is
 * kept goes to the server whenever there is one.
 */
import { MINUTE, SECOND } from '#src/stations/time.ts'
import { askSure, askTaken, askWeighings, askWhy } from './dialogs.ts'
import { bikeName, type Catalogue, type Day, type Line, stopsOf, takenAt } from './day.ts'
import { draw, h } from './draw.ts'
import type { Keep } from './keep.ts'
import { lineOf, type Link } from './line.ts'
import { type Fetched, firstDay, type KeptDay, lacksPeople, withNews, withoutNews } from './news.ts'
import { openCalendar, type PageFacts, townClock } from './page-facts.ts'
import {
  lineTexts,
  listPart,
  newsPart,
  noRoomPart,
  type Queue,
  refusedPart,
  waitingText,
} from './parts.ts'
import { smallJpeg } from './photo.ts'
import type { Answer, Told } from './queue.ts'
import { isOutcome, lastOutcome, roundOf, type Row, type ShownRound } from './round.ts'
import { openSender } from './send.ts'
import { asDay, asItems, listen, newId, type Server, type Stream } from './server.ts'
import { stopCard } from './stop-card.ts'
import { type Telling, whereOf } from './stop-words.ts'
import { WORDS } from './words.ts'

const FLUSH_EVERY_MS = 20 * SECOND
/** A plan that nobody says has changed is looked at again after this; and who lives there, of which nobody says it. */
const OLD_MS = 10 * MINUTE
/** Lines of the log come in bursts. */
const GATHER_MS = 400
const NO_STREAM_MS = 1500
/** By the phone's clock. */
const UNDO_MS = 5 * MINUTE

type Lack = 'loading' | 'no-plan' | 'no-day' | 'no-network'

export interface RiderPage {
  /** What came since, and what is still to be sent; call when the network, or the rider, is back. */
  readonly wake: () => Promise<void>
  /** A new version of the page waits. */
  readonly offerUpdate: (update: () => void) => void
  readonly offerInstall: (install: (() => void) | 'by-hand') => void
}

export async function openRiderPage(
  root: HTMLElement,
  facts: PageFacts,
  keep: Keep,
  server: Server,
  /** Something is left for when there is a network. */
  onLeft: () => void,
): Promise<RiderPage> {
  const words = WORDS[facts.language]
  const clock = townClock(facts)
  const calendar = openCalendar(facts.timeZone)
  const parts = frame(root)
  const sender = openSender(keep, server, clock, () => void show())

  let kept: KeptDay | undefined
  let queue: Queue = { events: [], photos: [] }
  let catalogue: Catalogue = new Map()
  let lack: Lack = 'loading'
  let link: Link = navigator.onLine ? 'online' : 'offline'
  /** A day of several bikes of which the rider has to choose one. */
  let unchosen: Day | undefined
  let chosen: string | undefined
  /** The stop of which the camera was opened. */
  let pictured: string | undefined
  let undoable: { readonly stop: string; readonly until: number } | undefined
  let said = ''
  let update: (() => void) | undefined
  let install: (() => void) | 'by-hand' | undefined
  let stream: Stream | undefined
  let heard: Line[] = []
  let retrying: ReturnType<typeof setTimeout> | undefined
  let gathering: ReturnType<typeof setTimeout> | undefined

  parts.camera.addEventListener('change', () => {
    const [file] = parts.camera.files ?? []
    if (file && pictured !== undefined) void takePhoto(pictured, file)
    parts.camera.value = ''
  })

  const today = () => calendar.dayOf(clock())
  const telling = (): Telling => ({ words, language: facts.language, catalogue, calendar })

  // What the phone knows is shown before anybody is asked.
  catalogue = asCatalogue(await keep.items())
  await forgetOtherDays()
  await show()
  setInterval(() => void beat(false), FLUSH_EVERY_MS)

  return {
    wake: () => beat(true),
    offerUpdate(run) {
      update = run
      void show()
    },
    offerInstall(run) {
      install = run
      void show()
    },
  }

  /** Sends what waits, and looks whether the plan is still the plan. */
  async function beat(isAsked: boolean): Promise<void> {
    await forgetOtherDays()
    if (!navigator.onLine) {
      link = 'offline'
      lack = 'no-network'
      stream?.close()
      stream = undefined
      await show()
      return
    }
    if (link === 'offline') link = 'online'
    await flush(isAsked)
    if (!stream?.isOpen() || stream.day !== today()) connect()
    if (!kept || isOld(kept)) await refresh()
    await show()
  }

  async function forgetOtherDays(): Promise<void> {
    await keep.tidy(today())
    const stored = await keep.day()
    // Newer than what is stored: on its way there, or the phone is full.
    const isNewer = kept?.day.day === today() && !(stored && stored.fetchedAt >= kept.fetchedAt)
    if (!isNewer) kept = stored
  }

  /** What can't be kept is shown all the same, as long as the page is open. */
  async function keepDay(day: KeptDay): Promise<void> {
    kept = day
    await keep.keepDay(day).catch(() => {
      said = words.cannotKeep
    })
  }

  async function flush(isAsked: boolean): Promise<void> {
    const done = await sender.flush(isAsked)
    if (done.kind === 'empty' && done.sent > 0) link = 'online'
    if (done.kind === 'signed-out') link = 'signed-out'
    if (done.kind === 'later') {
      link = navigator.onLine ? 'no-answer' : 'offline'
      onLeft()
    }
    clearTimeout(retrying)
    if ('afterMs' in done) retrying = setTimeout(() => void flush(false), done.afterMs)
    await show()
  }

  function connect(): void {
    stream?.close()
    if (document.visibilityState === 'hidden') return
    heard = []
    stream = listen(today(), kept?.line ?? 0, (line) => {
      heard.push(line)
      gather(GATHER_MS)
    })
    gather(kept ? NO_STREAM_MS : 0)
  }

  function gather(ms: number): void {
    clearTimeout(gathering)
    gathering = setTimeout(() => void refresh(), ms)
  }

  async function refresh(): Promise<void> {
    const day = today()
    const fetchedAt = clock()
    if (catalogue.size === 0) await fetchItems()
    const people = kept?.day.day !== day || isOld(kept)
    const answer = await server.day(day, people)
    noteLink(answer)
    const fetched = asDay(answer, day)
    if (!fetched) {
      lack = answer.status === 404 ? 'no-day' : 'no-network'
      await show()
      return
    }
    const lines = heard
    heard = []
    await takeDay({ day: fetched, fetchedAt, people, lines })
  }

  function isOld({ peopleAt }: KeptDay): boolean {
    // A clock that has been set back makes nothing young for ever.
    return Math.abs(clock() - peopleAt) > OLD_MS
  }

  async function takeDay(now: Fetched): Promise<void> {
    const { day, people } = now
    const bike = await bikeOf(day)
    const isToChoose = bike === undefined ? riddenIn(day).length > 0 : unchosen !== undefined
    unchosen = isToChoose ? day : undefined
    if (bike === undefined) {
      lack = 'no-plan'
      kept = undefined
    } else {
      const isSame = kept?.day.day === day.day && kept.bike === bike
      const next = isSame ? withNews(kept!, now) : firstDay(bike, now)
      await keepDay(next)
      if (!people && lacksPeople(next)) await fetchPeople(next)
    }
    await show()
  }

  /** Somebody is new in the round of whom the phone has no address. */
  async function fetchPeople(was: KeptDay): Promise<void> {
    const fetchedAt = clock()
    const answer = await server.day(was.day.day, true)
    const day = asDay(answer, was.day.day)
    if (!day) return
    // They are no news: the stop's own mark stays.
    const next = withNews(was, { day, fetchedAt, people: true, lines: [] })
    await keepDay({ ...next, marks: was.marks, gone: next.gone })
  }

  async function bikeOf(of: Day): Promise<string | undefined> {
    const { day, rounds, published } = of
    if (!published) return undefined
    const choice = await keep.choice()
    const mine = choice?.day === day ? rounds.find(({ bike }) => bike === choice.bike) : undefined
    if (mine) return mine.bike
    if (kept?.day.day === day) return kept.bike
    const [only, ...others] = riddenIn(of)
    return others.length === 0 ? only?.bike : undefined
  }

  async function fetchItems(): Promise<void> {
    const items = asItems(await server.items())
    if (!items) return
    catalogue = asCatalogue(items)
    await keep.keepItems(items).catch(() => undefined)
  }

  function noteLink({ status }: Answer): void {
    if (status === undefined) link = navigator.onLine ? 'no-answer' : 'offline'
    else link = status === 401 || status === 403 ? 'signed-out' : 'online'
  }

  /** The tap is answered when it is on disk. */
  async function tell(
    stop: string,
    what: Pick<Told, 'kind'> & Partial<Omit<Told, 'id' | 'at' | 'stop' | 'kind'>>,
  ): Promise<void> {
    if (!kept) return
    const told = { id: newId(), day: kept.day.day, bike: kept.bike, stop, ...what }
    try {
      await keep.tell({ ...told, planVersion: kept.day.version }, facts.rider, clock())
    } catch {
      await announce(words.cannotKeep)
      return
    }
    const isEnd = isOutcome(what.kind)
    undoable = isEnd ? { stop, until: Date.now() + UNDO_MS } : undefined
    if (isEnd || what.kind === 'undone') chosen = undefined
    await show()
    if (isEnd) scrollTo({ top: 0 })
    await flush(true)
  }

  async function takePhoto(stop: string, file: File): Promise<void> {
    if (!kept) return
    const bytes = await smallJpeg(file)
    if (!bytes) return announce(words.photoUnreadable)
    const photo = { id: newId(), day: kept.day.day, stop, at: clock() }
    try {
      await keep.keepPhoto({ ...photo, way: { state: 'waiting' } }, bytes)
    } catch {
      return announce(words.cannotKeep)
    }
    await announce(words.photoKept)
    void flush(true)
    return undefined
  }

  async function announce(text: string): Promise<void> {
    said = text
    await show()
  }

  function actionsFor(row: Row) {
    const { stop } = row
    return {
      setOut: () => void tell(stop.id, { kind: 'on-the-way' }),
      arrived: () => void tell(stop.id, { kind: 'arrived' }),
      done: () => void (stop.kind === 'drop-off' ? weighIn(row) : tell(stop.id, { kind: 'done' })),
      doneOtherwise: () => void doneOtherwise(row),
      failed: () => void failed(row),
      photo: () => {
        pictured = stop.id
        parts.camera.click()
      },
      copy: (text: string) =>
        void navigator.clipboard.writeText(text).then(
          () => announce(words.copied),
          () => announce(words.cannotCopy),
        ),
    }
  }

  async function weighIn(row: Row): Promise<void> {
    const given = await askWeighings(row, takenAt(kept!.day, row.stop.dropOff), words)
    if (given) await tell(row.stop.id, { kind: 'done', ...given })
  }

  async function doneOtherwise(row: Row): Promise<void> {
    const given = await askTaken(row, telling())
    if (given) await tell(row.stop.id, { kind: 'done', ...given })
  }

  async function failed(row: Row): Promise<void> {
    const given = await askWhy(row, words)
    if (given) await tell(row.stop.id, given)
  }

  async function chooseBike(bike: string, day: Day): Promise<void> {
    await keep.choose(day.day, bike)
    unchosen = undefined
    await takeDay({ day, fetchedAt: clock(), people: false, lines: heard })
  }

  async function command(name: 'start' | 'end', left: number): Promise<void> {
    if (!kept) return
    if (name === 'end' && left > 0 && !(await askSure(words, words.endSure(left), words.end)))
      return
    const { day, bike } = kept
    for (const version of [day.version, undefined]) {
      // Somebody was faster: what a rider starts or ends doesn't hang on what they did.
      const seen = version ?? kept.day.version
      const answer = await server.command(day.day, name, { version: seen, bike })
      noteLink(answer)
      if (answer.status === 409 && version !== undefined) {
        await refresh()
        continue
      }
      if (answer.status === undefined) return announce(words.needsNetwork)
      if (answer.status >= 400) {
        const { detail } = (answer.body ?? {}) as { readonly detail?: string }
        return announce(`${words.notPossible} ${detail ?? answer.status}`)
      }
      break
    }
    await refresh()
    return undefined
  }

  async function signOut(): Promise<void> {
    await flush(true)
    const { events, photos } = lineOf({ link, ...queue })
    const waiting = waitingText(events, photos, words)
    if (waiting !== '') {
      const isSure = await askSure(words, words.signOutSure(waiting), words.signOutAnyway)
      if (!isSure) return
    }
    // Told first: a phone that only forgets would still be signed in, and another tab would fetch it all anew.
    const leadsTo = await server.signOut(facts.signOut)
    if (leadsTo === undefined) return announce(words.needsNetwork)
    stream?.close()
    await keep.clear()
    for (const name of await caches.keys()) await caches.delete(name)
    location.assign(leadsTo)
    return undefined
  }

  async function show(): Promise<void> {
    const [events, photos] = await Promise.all([keep.events(), keep.photos()])
    queue = { events, photos }
    const line = lineTexts(link, queue, kept, clock(), { words, calendar })
    parts.line.className = `line ${line.kind}`
    draw(parts.sending, line.sending, () => [line.sending])
    draw(parts.plan, line.plan, () => [line.plan])
    draw(parts.say, said, () => [said])
    draw(
      parts.notices,
      [link, queue, kept?.marks, kept?.gone, update !== undefined, install],
      notices,
    )
    const shown = kept && !unchosen ? roundOf(kept, events, photos, catalogue, chosen) : undefined
    drawStop(shown)
    draw(parts.undo, undoText(shown), () => undoBar(shown))
    draw(parts.list, shown && [shown.rest, shown.over, shown.gone, shown.next?.stop.id], () =>
      shown && kept ? listPart(shown, kept, telling(), choose) : [],
    )
    draw(parts.foot, [kept?.bike, kept?.day.rounds, install, link, shown?.rest.length], () =>
      foot(shown),
    )
  }

  function choose(stop: string): void {
    chosen = stop
    void show()
    scrollTo({ top: 0 })
    parts.stop.focus()
  }

  function drawStop(shown: ShownRound | undefined): void {
    const row = shown?.next
    const over = shown?.over.find(({ stop }) => stop.id === chosen)
    draw(parts.stop, [row, over, kept?.day.day, lack, unchosen, catalogue.size], () => {
      if (over) return overCard(over)
      if (row) return stopCard(row, telling(), actionsFor(row))
      if (unchosen) return whichBike(unchosen)
      if (kept && stopsOf(kept.day, kept.bike).length > 0) return [h('h1', {}, words.allDone)]
      if (kept) return [h('h1', { class: 'lead' }, words.noPlan)]
      const texts: Readonly<Record<Lack, string>> = {
        loading: words.loading,
        'no-plan': words.noPlan,
        'no-day': words.noDay,
        'no-network': words.noNetwork,
      }
      return [h('h1', { class: 'lead' }, texts[lack])]
    })
  }

  /** What is over can still be taken back, or get a photo. */
  function overCard(row: Row): readonly Node[] {
    const { stop, standing } = row
    const reason = standing.because && words.reasons[standing.because]
    return [
      h('p', { class: 'eyebrow' }, reason ?? words.states[standing.state]),
      h('h1', {}, whereOf(stop, words)),
      h(
        'div',
        { class: 'taps' },
        h(
          'button',
          {
            type: 'button',
            class: 'tap',
            id: 'take-back',
            onclick: () => void tell(stop.id, { kind: 'undone' }),
          },
          words.undo,
        ),
        stop.kind !== 'break' &&
          h(
            'button',
            { type: 'button', class: 'tap', onclick: actionsFor(row).photo },
            words.photo,
          ),
      ),
    ]
  }

  function whichBike(day: Day): readonly Node[] {
    return [
      h('h1', {}, words.whichBike),
      h(
        'div',
        { class: 'taps' },
        ...riddenIn(day).map(({ bike, stops }) =>
          h(
            'button',
            { type: 'button', class: 'tap', onclick: () => void chooseBike(bike, day) },
            `${bikeName(day, bike)} · ${words.stopsLeft(stops.length)}`,
          ),
        ),
      ),
    ]
  }

  function undoText(shown: ShownRound | undefined): string {
    const is = undoable && undoable.until > Date.now() && shown
    const last = is && lastOutcome(shown, queue.events, 0)
    if (!last || last.row.stop.id !== undoable!.stop) return ''
    return `${whereOf(last.row.stop, words)}: ${words.states[last.row.standing.state]}`
  }

  function undoBar(shown: ShownRound | undefined): readonly Node[] {
    const text = undoText(shown)
    if (text === '') return []
    const { stop } = undoable!
    return [
      h('span', {}, text),
      h(
        'button',
        { type: 'button', id: 'undo', onclick: () => void tell(stop, { kind: 'undone' }) },
        words.undo,
      ),
    ]
  }

  function notices(): readonly Node[] {
    const shown = kept && roundOf(kept, queue.events, queue.photos, catalogue)
    return [
      ...(link === 'signed-out'
        ? [
            h(
              'section',
              { class: 'refused' },
              h('p', {}, words.nothingLost),
              h('a', { class: 'tap first', href: facts.signIn }, words.signIn),
            ),
          ]
        : []),
      ...(update
        ? [
            h(
              'section',
              { class: 'news' },
              h('p', {}, words.update),
              h('button', { type: 'button', class: 'tap', onclick: update }, words.reload),
            ),
          ]
        : []),
      ...noRoomPart(queue, words),
      ...refusedPart(queue, kept, telling(), () => void dropRefused()),
      ...(kept && shown ? newsPart(shown, kept, telling(), () => void seenNews()) : []),
    ]
  }

  async function seenNews(): Promise<void> {
    if (kept) await keepDay(withoutNews(kept))
    await show()
  }

  async function dropRefused(): Promise<void> {
    for (const { no, way } of queue.events) if (way.state === 'refused') await keep.dropEvent(no)
    for (const { id, way } of queue.photos) if (way.state === 'refused') await keep.dropPhoto(id)
    await show()
  }

  function foot(shown: ShownRound | undefined): readonly Node[] {
    const round = kept?.day.rounds.find(({ bike }) => bike === kept?.bike)
    const left = (shown?.rest.length ?? 0) + (shown?.next ? 1 : 0)
    const button = (text: string, onclick: () => void) =>
      h('button', { type: 'button', class: 'tap', onclick }, text)
    return [
      ...(round?.out
        ? [h('p', { class: 'access' }, `${words.bikeOut}: ${round.out.because}`)]
        : []),
      ...(round?.endedAt ? [h('p', { class: 'soft' }, words.ended)] : []),
      h(
        'div',
        { class: 'taps' },
        round && !round.startedAt && button(words.start, () => void command('start', left)),
        round?.startedAt && !round.endedAt && button(words.end, () => void command('end', left)),
        kept &&
          riddenIn(kept.day).length > 1 &&
          button(words.otherBike, () => {
            unchosen = kept?.day
            void show()
          }),
        typeof install === 'function' && button(words.install, install),
        button(words.signOut, () => void signOut()),
      ),
      ...(install === 'by-hand' ? [h('p', { class: 'soft' }, words.installHint)] : []),
      h('p', { class: 'soft' }, words.privacy),
    ]
  }
}

/** Dispatchers see drafts; nobody rides by one. */
function riddenIn({ published, rounds }: Day): Day['rounds'] {
  return published ? rounds.filter(({ stops }) => stops.length > 0) : []
}

function asCatalogue(items: Parameters<Keep['keepItems']>[0]): Catalogue {
  return new Map(items.map((item) => [item.id, item]))
}

function frame(root: HTMLElement) {
  // Only the first half is read aloud: the other grows older by the minute.
  const sending = h('strong', { role: 'status' })
  const plan = h('span')
  const parts = {
    line: h('div', { class: 'line' }, sending, plan),
    say: h('p', { class: 'say', role: 'status' }),
    notices: h('div', { class: 'notices' }),
    stop: h('section', { class: 'stop', tabindex: -1 }),
    undo: h('div', { class: 'undo', role: 'status' }),
    list: h('section', { class: 'list' }),
    foot: h('footer', { class: 'round-foot' }),
    camera: h('input', { type: 'file', accept: 'image/*', capture: 'environment', hidden: true }),
  }
  // What comes under the finger with the first press of two isn't meant by the second.
  parts.stop.addEventListener(
    'click',
    (event) => {
      if (event.detail <= 1) return
      event.stopPropagation()
      event.preventDefault()
    },
    { capture: true },
  )
  root.replaceChildren(...Object.values(parts))
  return { ...parts, sending, plan }
}
