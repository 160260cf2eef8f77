/** The routes for crews: what they see at a station. */
import { REPORT_KINDS } from '#src/rules/record.ts'
import { parseContainerId, parseStationId } from '#src/stations/ids.ts'
import type { Station } from '#src/stations/station.ts'
import { tellObservation, type TellEmptying } from '#src/store/told-by-staff.ts'
import { statusWord } from '#src/wording/status-text.ts'
import { containerTitle } from '../../container-marks.ts'
import type { PagesOptions } from '../../site.ts'
import { notFound } from '../not-found.ts'
import type { StaffView } from '../staff-layout.ts'
import { seeOther } from '../../report-form.ts'
import type { StaffPages } from '../staff-page.ts'
import { given, oneOf, pathOf, withQuery } from '../staff-parts.ts'
import { fieldPage, fieldStationPage, GROUND_KINDS, kindText, type SeenKind } from './field-page.ts'
import { FIELD, FIELD_STATION } from './field-places.ts'
import { FIELD_WORDS } from './field-words.ts'

const KINDS: readonly SeenKind[] = [...REPORT_KINDS, 'emptied']

export function stationIn({ town }: StaffView, text: string | undefined): Station | undefined {
  const id = parseStationId(text ?? '')
  return id && town.stations.get(id)
}

export function registerFieldPages(
  pages: StaffPages,
  {
    journal,
    clock,
    tellEmptying,
  }: Pick<PagesOptions, 'journal' | 'clock'> & { readonly tellEmptying: TellEmptying },
): void {
  pages.get(FIELD, (view, { query }) => fieldPage(view, given(query, 'q')))

  pages.get(FIELD_STATION, (view, { params, query }, reply) => {
    const station = stationIn(view, params['id'])
    if (!station) return notFound(view, reply, FIELD_WORDS[view.language].noStation)
    return fieldStationPage(view, station, { did: didText(view, station, query) })
  })

  pages.post(FIELD_STATION, async (view, form, { params }, reply) => {
    const words = FIELD_WORDS[view.language]
    const station = stationIn(view, params['id'])
    if (!station) return notFound(view, reply, words.noStation)
    const kind = oneOf(KINDS, given(form, 'kind'))
    const isOfGround = GROUND_KINDS.some((one) => one === kind)
    const id = parseContainerId(given(form, 'container') ?? '')
    // What is of the whole station is told of whichever container.
    const container = isOfGround
      ? station.containers[0]
      : station.containers.find((one) => one.id === id)
    if (!kind || !container) {
      void reply.code(400)
      return fieldStationPage(view, station, { fault: words.refused })
    }
    const actor = view.staff.name
    let isNews = true
    if (kind === 'emptied') {
      const emptying = {
        containerId: container.id,
        emptiedAt: clock(),
        by: 'staff',
        actor,
      } as const
      isNews = (await tellEmptying(emptying)) === 'kept'
    } else {
      const upshot = await tellObservation(journal, container.id, kind, actor)
      isNews = upshot?.applied?.kind === 'now'
    }
    return seeOther(
      reply,
      withQuery(pathOf(FIELD_STATION, view.language, { id: station.id }), {
        did: kind,
        container: isOfGround ? undefined : container.id,
        news: isNews ? undefined : 'no',
      }),
    )
  })
}

function didText(
  view: StaffView,
  station: Station,
  query: Readonly<Record<string, unknown>>,
): string | undefined {
  const { language } = view
  const words = FIELD_WORDS[language]
  const kind = oneOf(KINDS, given(query, 'did'))
  if (!kind) return undefined
  const container = station.containers.find(({ id }) => id === given(query, 'container'))
  const what = container ? containerTitle(container, station, language) : station.name
  const told = words.told(kindText(view, kind), what.toLowerCase())
  if (given(query, 'news') === 'no') return `${told} ${words.repeat}`
  if (!container) return told
  return `${told} ${words.counts(statusWord(view.statusOf(container.id).word, language))}`
}
