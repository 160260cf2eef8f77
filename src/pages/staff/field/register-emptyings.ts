/** The routes about emptyings: listed, reported, taken back, planned. */
import { gatherEmptyings, type Emptying } from '#src/rules/emptyings.ts'
import { planFaults } from '#src/rules/plan-faults.ts'
import { PLAN_SOURCES } from '#src/rules/record.ts'
import { sortByFraction } from '#src/stations/container-order.ts'
import type { Container, Station } from '#src/stations/station.ts'
import { DAY, parseWall, plus, type EpochMs } from '#src/stations/time.ts'
import {
  comingOf,
  correctEmptying,
  EMPTYING_OFF_MS,
  emptyingsOf,
  planEmptyings,
  type TellEmptying,
} from '#src/store/told-by-staff.ts'
import { whenText } from '#src/wording/status-text.ts'
import type { PagesOptions } from '../../site.ts'
import { askFirst } from '../ask-first.ts'
import { containerText } from '../devices/device-list.ts'
import type { FormFault, FormFaults } from '../form-parts.ts'
import { notFound } from '../not-found.ts'
import type { StaffView } from '../staff-layout.ts'
import { seeOther } from '../../report-form.ts'
import type { StaffPages } from '../staff-page.ts'
import { given, oneOf, pathOf, withQuery } from '../staff-parts.ts'
import {
  emptyingsPage,
  stationEmptyingsPage,
  type EmptyingNotes,
  type Planned,
} from './emptyings-page.ts'
import { EMPTYINGS, NEVER_EMPTIED, STATION_EMPTYINGS } from './field-places.ts'
import { FIELD_WORDS, type FieldWords } from './field-words.ts'
import { stationIn } from './register-field.ts'

type Did = keyof FieldWords['did']

const LATELY_MS = 7 * DAY
const HISTORY_MS = 90 * DAY

export function registerEmptyingPages(
  pages: StaffPages,
  {
    store,
    journal,
    clock,
    tellEmptying,
  }: Pick<PagesOptions, 'store' | 'journal' | 'clock'> & { readonly tellEmptying: TellEmptying },
): void {
  async function since(at: EpochMs, containers: readonly Container[] | undefined) {
    // One told before may have been moved into the span since.
    const toldSince = plus(at, -EMPTYING_OFF_MS)
    const told = containers
      ? await Promise.all(
          containers.map(({ id }) => store.emptyings({ containerId: id, since: toldSince })),
        )
      : [await store.emptyings({ since: toldSince })]
    const ofEach = told.flatMap((records) => [
      ...Map.groupBy(records, ({ containerId }) => containerId).values(),
    ])
    return ofEach
      .flatMap((records) => gatherEmptyings(records))
      .filter(({ emptiedAt }) => emptiedAt >= at)
      .sort((a, b) => b.emptiedAt - a.emptiedAt)
  }

  function plannedIn(view: StaffView): readonly Planned[] {
    const until = plus(view.now, LATELY_MS)
    return [...view.town.containers.keys()]
      .flatMap((containerId): Planned[] => {
        const window = view.statusOf(containerId).nextEmptying
        if (!window || window.from > until) return []
        const sources = PLAN_SOURCES.filter((source) =>
          comingOf(journal, containerId, source, view.now).some(
            (one) => one.from < window.until && one.until > window.from,
          ),
        )
        return [{ containerId, window, sources }]
      })
      .sort((a, b) => a.window.from - b.window.from)
  }

  pages.get(EMPTYINGS, async (view, { query }, reply) => {
    const station = stationIn(view, given(query, 'station'))
    if (station) {
      return seeOther(reply, pathOf(STATION_EMPTYINGS, view.language, { id: station.id }))
    }
    const done = await since(plus(view.now, -LATELY_MS), undefined)
    return emptyingsPage(view, { planned: plannedIn(view), done })
  })

  async function show(view: StaffView, station: Station, notes: EmptyingNotes) {
    const plans = sortByFraction(station.containers).flatMap((container) =>
      PLAN_SOURCES.flatMap((source) =>
        comingOf(journal, container.id, source, view.now).map((window) => ({
          container,
          source,
          window,
        })),
      ),
    )
    const done = await since(plus(view.now, -HISTORY_MS), station.containers)
    return stationEmptyingsPage(
      view,
      { station, done, plans: plans.toSorted((a, b) => a.window.from - b.window.from) },
      notes,
    )
  }

  pages.get(STATION_EMPTYINGS, async (view, { params, query }, reply) => {
    const words = FIELD_WORDS[view.language]
    const station = stationIn(view, params['id'])
    if (!station) return notFound(view, reply, words.noStation)
    return show(view, station, { did: oneOf(Object.keys(words.did) as Did[], given(query, 'did')) })
  })

  pages.post(STATION_EMPTYINGS, async (view, form, { params }, reply) => {
    const words = FIELD_WORDS[view.language]
    const station = stationIn(view, params['id'])
    if (!station) return notFound(view, reply, words.noStation)
    const told =
      given(form, 'do') === 'report'
        ? await report(view, station, form)
        : await plan(view, station, form)
    if (typeof told !== 'string') {
      void reply.code(400)
      return show(view, station, { faults: told, typed: form })
    }
    const back = pathOf(STATION_EMPTYINGS, view.language, { id: station.id })
    return seeOther(reply, withQuery(back, { did: told }))
  })

  async function report(
    view: StaffView,
    station: Station,
    form: URLSearchParams,
  ): Promise<Did | FormFaults> {
    const words = FIELD_WORDS[view.language].faults
    const now = clock()
    const faults: FormFault[] = []
    const wanted = form.getAll('containers')
    const containers = station.containers.filter(({ id }) => wanted.includes(id))
    const written = given(form, 'at')
    const emptiedAt = written === undefined ? now : readTime(written, view.timeZone)
    const by = oneOf(['contractor', 'staff'] as const, given(form, 'by'))
    if (containers.length === 0) faults.push({ field: 'containers', text: words.containers })
    if (emptiedAt === undefined || emptiedAt > now || emptiedAt < plus(now, -EMPTYING_OFF_MS)) {
      faults.push({ field: 'at', text: words.at(EMPTYING_OFF_MS / DAY) })
    }
    if (!by) faults.push({ field: 'by', text: words.by })
    if (faults.length > 0) return faults
    const actor = view.staff.name
    const told = await Promise.all(
      containers.map(({ id }) =>
        tellEmptying({ containerId: id, emptiedAt: emptiedAt!, by: by!, actor }),
      ),
    )
    return told.includes('kept') ? 'emptied' : 'same'
  }

  /** One window more, or one less. */
  async function plan(
    view: StaffView,
    station: Station,
    form: URLSearchParams,
  ): Promise<Did | FormFaults> {
    const words = FIELD_WORDS[view.language]
    const now = clock()
    const container = station.containers.find(({ id }) => id === given(form, 'container'))
    if (!container) return [{ field: 'container', text: words.faults.container }]
    const before = comingOf(journal, container.id, 'staff', now)
    const actor = view.staff.name
    if (given(form, 'do') === 'unplan') {
      const rest = before.filter(({ from }) => String(from) !== given(form, 'from'))
      const did = await planEmptyings(journal, container.id, rest, actor, now)
      return did === 'kept' ? 'unplanned' : 'same'
    }
    const [from, until] = (['from', 'until'] as const).map((name) =>
      readTime(given(form, name) ?? '', view.timeZone),
    )
    const unread: FormFault[] = [
      ...(from === undefined ? [{ field: 'from', text: words.faults.time }] : []),
      ...(until === undefined ? [{ field: 'until', text: words.faults.time }] : []),
    ]
    if (from === undefined || until === undefined) return unread
    const isKnown = before.some((one) => one.from === from && one.until === until)
    if (isKnown) return 'same'
    const all = [...before, { from, until }].toSorted((a, b) => a.from - b.from)
    const faults = planFaults(all, now)
    if (faults.length > 0) {
      return faults
        .slice(0, 1)
        .map(({ end, because }) => ({ field: end, text: words.planFaults[because] }))
    }
    await planEmptyings(journal, container.id, all, actor, now)
    return 'planned'
  }

  async function emptyingIn(
    station: Station,
    values: Parameters<typeof given>[0],
  ): Promise<Emptying | undefined> {
    const container = station.containers.find(({ id }) => id === given(values, 'container'))
    if (!container) return undefined
    const all = await emptyingsOf(store, container.id)
    return all.find(({ id }) => String(id) === given(values, 'emptying'))
  }

  pages.get(NEVER_EMPTIED, async (view, { params, query }, reply) => {
    const { language } = view
    const words = FIELD_WORDS[language]
    const station = stationIn(view, params['id'])
    const emptying = station && (await emptyingIn(station, query))
    if (!station || !emptying) return notFound(view, reply, words.historyNone)
    const { containerId, emptiedAt, id } = emptying
    return askFirst(view, {
      title: words.neverTitle,
      text: words.neverText(
        containerText(view, containerId),
        whenText(emptiedAt, view.now, view.timeZone, language),
      ),
      yes: words.neverYes,
      no: words.cancel,
      action: pathOf(NEVER_EMPTIED, language, { id: station.id }),
      values: { container: containerId, emptying: String(id) },
      back: pathOf(STATION_EMPTYINGS, language, { id: station.id }),
    })
  })
  pages.post(NEVER_EMPTIED, async (view, form, { params }, reply) => {
    const words = FIELD_WORDS[view.language]
    const station = stationIn(view, params['id'])
    const emptying = station && (await emptyingIn(station, form))
    if (!station || !emptying) return notFound(view, reply, words.historyNone)
    await correctEmptying(journal, emptying, undefined, view.staff.name)
    const back = pathOf(STATION_EMPTYINGS, view.language, { id: station.id })
    return seeOther(reply, withQuery(back, { did: 'never' }))
  })
}

/** A time by the clock on the wall, as a browser's field gives it or as somebody types it. */
function readTime(text: string, timeZone: string): EpochMs | undefined {
  return parseWall(text.replace(' ', 'T'), timeZone)
}
