/** The pages of those who write the rules and answer for what is said. */
import { gatherSilences } from '#src/rules/silences.ts'
import { parsePostKey } from '#src/stations/ids.ts'
import {
  beginSilence,
  correctPost,
  endSilence,
  type Corrected,
  type SilenceEnded,
} from '#src/store/staff-says.ts'
import { html, type Html } from '../html.ts'
import { seeOther } from '../report-form.ts'
import { rulesIsland } from '../rules-island.ts'
import type { PagesOptions } from '../site.ts'
import {
  correctionsPage,
  type CorrectionQuery,
  type CorrectionsFound,
  findPosts,
  parseCorrectionQuery,
} from './corrections-page.ts'
import { parseDecisionQuery } from './decision-query.ts'
import { findDecisions } from './decision-search.ts'
import { DECISION, decisionMissingPage, decisionPage, decisionsPage } from './decisions-page.ts'
import { openPressOnce } from './pressed-once.ts'
import { readWish, silencesPage, type SilencesFound } from './silences-page.ts'
import { staffLayout, type StaffView } from './staff-layout.ts'
import { CORRECTIONS, DECISIONS, RULES, SILENCES, staffPath } from './staff-menu.ts'
import type { StaffPages } from './staff-page.ts'
import { WHY_WORDS } from './why-words.ts'

const LONGEST_WHY = 500

export function registerRuleDesk(pages: StaffPages, options: PagesOptions): void {
  const { store, journal, clock, ruleIds = () => [] } = options
  const correctOnce = openPressOnce<Corrected>()
  const silenceOnce = openPressOnce<unknown>()
  const endOnce = openPressOnce<SilenceEnded>()

  pages.get({ ...RULES, scripts: true }, (view) => {
    const words = WHY_WORDS[view.language]
    return staffLayout(view, {
      title: words.rulesTitle,
      path: RULES.path,
      isWide: true,
      head: pages.web.island('rules'),
      body: html`<h1>${words.rulesTitle}</h1>
        <p class="lead">${words.rulesLead}</p>
        ${rulesIsland(view, html`<p>${words.rulesWithout}</p>`)}`,
    })
  })

  pages.get(DECISIONS, async (view, request) => {
    const query = parseDecisionQuery(request.query, view.town)
    const found = await findDecisions(store, query, view.timeZone)
    const { station, container } = query
    const subjects = container
      ? [container.id, container.stationId]
      : station && [station.id, ...station.containers.map(({ id }) => id)]
    const standings = subjects
      ?.flatMap((subject) => journal.standing(subject))
      .filter(({ ruleId }) => query.ruleId === undefined || query.ruleId === ruleId)
    return decisionsPage(view, query, {
      ...found,
      ruleIds: ruleIds(),
      ...(standings && { standings }),
    })
  })

  pages.get(DECISION, async (view, request, reply) => {
    const id = /^\d{1,15}$/.test(request.params['id']!) ? Number(request.params['id']) : 0
    const [decision] = await store.decisions({ afterId: id - 1, limit: 1 })
    if (decision?.id === id) return decisionPage(view, decision)
    void reply.code(404)
    return decisionMissingPage(view)
  })

  const corrections = async (
    view: StaffView,
    query: CorrectionQuery,
    more: Pick<CorrectionsFound, 'fault' | 'why'> = {},
  ): Promise<Html> => {
    const chosen = query.key && (await store.post(query.key))
    const isRight = chosen?.audience === 'public'
    const found = await findPosts(store, query)
    return correctionsPage(view, query, { ...found, ...more, ...(isRight && { chosen }) })
  }

  pages.get(CORRECTIONS, (view, request) => corrections(view, parseCorrectionQuery(request.query)))

  pages.post(CORRECTIONS, async (view, form, _request, reply) => {
    const words = WHY_WORDS[view.language]
    const key = parsePostKey(form.get('post') ?? '')
    const why = (form.get('why') ?? '').trim()
    const again = (fault: string): Promise<Html> => {
      void reply.code(400)
      return corrections(view, key ? { key } : {}, { fault, why })
    }
    if (why.length > LONGEST_WHY) return again(words.faults.why)
    const actor = view.staff.name
    const corrected =
      key &&
      (await correctOnce(form, () =>
        correctPost({ store, journal }, { key, actor, ...(why !== '' && { why }) }),
      ))
    if (!corrected || corrected.kind === 'unknown') return again(words.postMissing)
    if (corrected.kind === 'refused') return again(words.notCorrected[corrected.because])
    return seeOther(reply, `${staffPath(CORRECTIONS.path, view.language)}?did=${corrected.kind}`)
  })

  const silences = async (
    view: StaffView,
    more: Pick<SilencesFound, 'did' | 'fault' | 'form'> = {},
  ): Promise<Html> =>
    silencesPage(view, {
      told: gatherSilences(await store.silences()),
      ruleIds: ruleIds(),
      ...more,
    })

  pages.get(SILENCES, (view, request) => {
    const did = (['silenced', 'ended'] as const).find((word) => word === request.query['did'])
    return silences(view, did && { did })
  })

  pages.post(SILENCES, async (view, form, _request, reply) => {
    const words = WHY_WORDS[view.language]
    const here = staffPath(SILENCES.path, view.language)
    const actor = view.staff.name
    const id = form.get('end')
    if (id !== null) {
      const ended = await endOnce(form, () => endSilence({ store, journal, clock }, id, actor))
      if (ended.kind === 'ended') return seeOther(reply, `${here}?did=ended`)
      void reply.code(409)
      return silences(view, { fault: words.silenceOver })
    }
    const read = readWish(form, view, ruleIds())
    if ('fault' in read) {
      void reply.code(400)
      return silences(view, { fault: words.faults[read.fault], form })
    }
    const { wish } = read
    await silenceOnce(form, () => beginSilence(journal, { ...wish, actor }))
    return seeOther(reply, `${here}?did=silenced`)
  })
}
