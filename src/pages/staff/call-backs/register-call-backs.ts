/** The routes of calls to return. */
import type { FastifyReply } from 'fastify'
import { CALL_OUTCOMES, isTooFarAhead } from '#src/pickups/booking/call-backs.ts'
import { addDays, instantAt } from '#src/pickups/booking/service-days.ts'
import { BOOKING_LANGUAGES } from '#src/stations/return-bike.ts'
import { HOUR, parseWall, plus, wallTime, type EpochMs } from '#src/stations/time.ts'
import type { BookingDesk } from '#src/store/booking-desk.ts'
import type { CallBackRequest } from '#src/store/call-back-desk.ts'
import { callerFields } from '#src/store/person-fields.ts'
import { keyOf } from '../../book-draft.ts'
import type { Read } from '../../book-input.ts'
import type { Html } from '../../html.ts'
import { seeOther } from '../../report-form.ts'
import { noBoardPage } from '../board-page.ts'
import { BOARD_WORDS } from '../board-words.ts'
import type { FormFault } from '../form-parts.ts'
import { notFound } from '../not-found.ts'
import type { StaffView } from '../staff-layout.ts'
import type { StaffPages } from '../staff-page.ts'
import { given, oneOf, pathOf, withQuery } from '../staff-parts.ts'
import { CALL_BACKS, FROM_BOOKING, SETTLE_CALL } from './call-back-places.ts'
import { AGAIN, CALL_BACK_WORDS, type Again, type CallBackDid } from './call-back-words.ts'
import { callBacksPage, type CallBackNotes } from './call-backs-page.ts'

const DIDS: readonly CallBackDid[] = ['noted', 'called', 'not-reached', 'done', 'stale']
const MORNING_MINUTE = 9 * 60

export function registerCallBacks(
  pages: StaffPages,
  { bookings }: { readonly bookings: BookingDesk },
): void {
  const { callBacks: desk } = bookings

  async function show(view: StaffView, notes: Omit<CallBackNotes, 'key'>): Promise<Html> {
    const terms = bookings.terms()
    if (!terms) return noBoardPage(view, BOARD_WORDS[view.language].noBike)
    const key = keyOf(notes.typed)
    const calls = await desk.list(view.staff.name)
    return callBacksPage(view, calls, terms.bike.callBackDays, { ...notes, key })
  }

  pages.get(CALL_BACKS, (view, { query }) => show(view, { did: oneOf(DIDS, given(query, 'did')) }))

  pages.post(CALL_BACKS, async (view, form, _request, reply) => {
    if (given(form, 'do') === FROM_BOOKING) return show(view, { typed: form })
    const read = readCall(form, view)
    if (read.kind === 'faulty') {
      void reply.code(400)
      return show(view, { typed: form, faults: read.faults })
    }
    const sent = { actor: view.staff.name, key: keyOf(form) }
    const noted = await desk.note(read.value, sent)
    return noted.kind === 'ok' ? back(reply, view, 'noted') : show(view, {})
  })

  pages.post(SETTLE_CALL, async (view, form, { params }, reply) => {
    const outcome = oneOf(CALL_OUTCOMES, given(form, 'do'))
    if (!outcome) return seeOther(reply, pathOf(CALL_BACKS, view.language))
    const again = oneOf(AGAIN, given(form, 'again')) ?? 'hour'
    const settled = await desk.settle(params['id'] ?? '', view.staff.name, outcome, {
      version: Number(form.get('version')) || 0,
      callAt: instantOf(again, view),
    })
    if (settled.kind === 'no-such') {
      return notFound(view, reply, CALL_BACK_WORDS[view.language].noSuch)
    }
    return back(reply, view, settled.kind === 'ok' ? outcome : 'stale')
  })

  function back(reply: FastifyReply, { language }: StaffView, did: CallBackDid): FastifyReply {
    return seeOther(reply, withQuery(pathOf(CALL_BACKS, language), { did }))
  }
}

function instantOf(again: Again, { now, timeZone }: StaffView): EpochMs {
  switch (again) {
    case 'hour':
      return plus(now, HOUR)
    case 'three-hours':
      return plus(now, 3 * HOUR)
    case 'tomorrow':
      return instantAt(addDays(wallTime(now, timeZone).day, 1), MORNING_MINUTE, timeZone)
  }
}

function readCall(
  form: URLSearchParams,
  { language, now, timeZone }: StaffView,
): Read<CallBackRequest> {
  const words = CALL_BACK_WORDS[language].faults
  const faults: FormFault[] = []
  const read = (field: keyof typeof callerFields): string => {
    const parsed = callerFields[field].safeParse(given(form, field) ?? '')
    if (parsed.success) return parsed.data
    faults.push({ field, text: words[field] })
    return ''
  }
  const [name, phone] = [read('name'), read('phone')]
  const note = given(form, 'about') === undefined ? undefined : read('about')
  const written = given(form, 'callAt')
  const callAt = written === undefined ? undefined : parseWall(written.replace(' ', 'T'), timeZone)
  if (written !== undefined && (callAt === undefined || isTooFarAhead(callAt, now))) {
    faults.push({ field: 'callAt', text: words.callAt })
  }
  if (faults.length > 0) return { kind: 'faulty', faults }
  return {
    kind: 'ok',
    value: {
      caller: { name, phone, ...(note !== undefined && { note }) },
      language: oneOf(BOOKING_LANGUAGES, given(form, 'language')) ?? 'sv',
      interpreter: given(form, 'interpreter') === 'yes',
      ...(callAt !== undefined && { callAt }),
    },
  }
}
