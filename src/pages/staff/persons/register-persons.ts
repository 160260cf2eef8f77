/** The routes about personal data. What is asked for stands in no address: it is sent as a form. */
import type { FastifyReply } from 'fastify'
import { isoText, type EpochMs } from '#src/stations/time.ts'
import { parseReference } from '#src/store/errand-names.ts'
import type { BookingDesk } from '#src/store/booking-desk.ts'
import type { PersonQuery } from '#src/store/booking-people.ts'
import type { SubscriberDesk } from '#src/store/subscriber-desk.ts'
import type { PagesOptions } from '../../site.ts'
import { seeOther } from '../../report-form.ts'
import { askFirst } from '../ask-first.ts'
import type { StaffView } from '../staff-layout.ts'
import type { StaffPages } from '../staff-page.ts'
import { given, oneOf, pathOf, withQuery } from '../staff-parts.ts'
import { ACCESSES, AUDIT, PERSONS } from './person-places.ts'
import { PERSON_WORDS } from './person-words.ts'
import { accessesPage, auditPage, personsPage, type KeptOfPerson } from './persons-page.ts'

const MOST_LOOKS = 200
const FIELDS = ['phone', 'email', 'address', 'apartment'] as const
/** As long as the longest that could be kept. */
const MOST_SIGNS = 254

export function registerPersonPages(
  pages: StaffPages,
  options: Pick<PagesOptions, 'store'> & {
    readonly bookings: BookingDesk
    readonly subscribers?: SubscriberDesk
  },
): void {
  const { store, bookings: desk, subscribers } = options

  async function keptOf(
    query: PersonQuery,
    actor: string,
  ): Promise<KeptOfPerson | 'several-households'> {
    const exported = await desk.exportPerson(query, actor)
    if (exported.kind !== 'ok') return exported.kind
    const subscriber = query.email === undefined ? undefined : await subscribers?.kept(query.email)
    return { ...exported.value, ...(subscriber && { subscriber }) }
  }

  const several = (view: StaffView, reply: FastifyReply, query: PersonQuery) => {
    const { several: text } = PERSON_WORDS[view.language]
    void reply.code(400)
    return personsPage(view, { query, faults: [{ field: 'apartment', text }] })
  }

  pages.get(PERSONS, (view, { query }) => personsPage(view, { did: didText(view, query) }))

  pages.post(PERSONS, async (view, form, _request, reply) => {
    const words = PERSON_WORDS[view.language]
    const query = queryIn(form)
    if (query.phone === undefined && query.email === undefined && query.address === undefined) {
      void reply.code(400)
      const fault = { field: 'phone', text: words.nothingAsked }
      return personsPage(view, { query, faults: [fault] })
    }
    const actor = view.staff.name
    const what = oneOf(['file', 'erase'] as const, given(form, 'do'))
    if (what === 'erase' && given(form, 'sure') !== 'yes') {
      return askFirst(view, {
        title: words.eraseTitle,
        text: words.eraseText,
        yes: words.eraseYes,
        no: words.cancel,
        action: pathOf(PERSONS, view.language),
        values: { ...query, do: 'erase' },
        back: pathOf(PERSONS, view.language),
      })
    }
    if (what === 'erase') {
      const erased = await desk.erasePerson(query, actor)
      if (erased.kind !== 'ok') return several(view, reply, query)
      const isSubscriber =
        query.email !== undefined && (await subscribers?.erase(query.email)) === true
      const { erased: count, out } = erased.value
      return seeOther(
        reply,
        withQuery(pathOf(PERSONS, view.language), {
          erased: count + (isSubscriber ? 1 : 0),
          out: out.length > 0 ? out.join(' ') : undefined,
        }),
      )
    }
    const kept = await keptOf(query, actor)
    if (kept === 'several-households') return several(view, reply, query)
    if (what !== 'file') return personsPage(view, { query, kept })
    return reply
      .header('cache-control', 'no-store')
      .header('content-type', 'application/json; charset=utf-8')
      .header('content-disposition', 'attachment; filename="kvitter-person.json"')
      .send(exportText(kept))
  })

  pages.get(ACCESSES, async (view) => accessesPage(view, await store.errandLooks(MOST_LOOKS)))

  pages.get(AUDIT, async (view, { query }, reply) => {
    const words = PERSON_WORDS[view.language]
    const written = given(query, 'reference')
    if (written === undefined) return auditPage(view, {})
    const reference = parseReference(written)
    const wrong = (status: number, text: string) => {
      void reply.code(status)
      return auditPage(view, { reference: written, faults: [{ field: 'reference', text }] })
    }
    if (reference === undefined) return wrong(400, words.auditBad)
    const answer = await desk.changes(reference, { kind: 'staff', actor: view.staff.name })
    if (answer.kind !== 'ok') return wrong(404, words.auditNone)
    return auditPage(view, { reference, changes: answer.value })
  })
}

function queryIn(form: URLSearchParams): PersonQuery {
  return Object.fromEntries(
    FIELDS.flatMap((name) => {
      const value = given(form, name)?.slice(0, MOST_SIGNS)
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

function didText(view: StaffView, query: Readonly<Record<string, unknown>>): string | undefined {
  const words = PERSON_WORDS[view.language]
  const erased = given(query, 'erased')
  if (erased === undefined || !/^\d{1,6}$/.test(erased)) return undefined
  const out = (given(query, 'out') ?? '').split(' ').flatMap((text) => parseReference(text) ?? [])
  const told = words.erased(Number(erased))
  return out.length === 0 ? told : `${told} ${words.stillOut(out.join(', '))}`
}

/** Our own names for who lives where say nothing to anybody else. */
const INNER: ReadonlySet<string> = new Set(['household', 'id', 'errandId'])
const INSTANT = /^(?:at|until|.*At)$/

/** All of it as it is kept, instants as people read them. */
function exportText(kept: KeptOfPerson): string {
  return JSON.stringify(
    kept,
    (key, value: unknown) => {
      if (INNER.has(key)) return undefined
      return typeof value === 'number' && INSTANT.test(key) ? isoText(value as EpochMs) : value
    },
    2,
  )
}
