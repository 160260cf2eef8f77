/** The routes of the quarantine. */
import { setTimeout } from 'node:timers/promises'
import { parseDeviceId } from '#src/stations/ids.ts'
import { REJECTIONS, type Rejection } from '#src/stations/reading.ts'
import type { QuarantineTried, TryQuarantine } from '#src/store/quarantine-desk.ts'
import type { PagesOptions } from '../../site.ts'
import { askFirst } from '../ask-first.ts'
import { DEVICE_WORDS } from '../devices/device-words.ts'
import type { FormFaults } from '../form-parts.ts'
import type { StaffView } from '../staff-layout.ts'
import { seeOther } from '../../report-form.ts'
import type { StaffPages } from '../staff-page.ts'
import { given, oneOf, pathOf, withQuery } from '../staff-parts.ts'
import { quarantinePage, type Tried } from './quarantine-page.ts'
import { QUARANTINE, TRY_AGAIN } from './quarantine-place.ts'
import { QUARANTINE_WORDS } from './quarantine-words.ts'

const PER_PAGE = 25
/** Nobody waits longer for a page; what takes longer goes on by itself. */
const PATIENCE_MS = 8000

type Values = Parameters<typeof given>[0]

export function registerQuarantinePages(
  pages: StaffPages,
  { store, replay }: Pick<PagesOptions, 'store'> & { readonly replay: TryQuarantine },
): void {
  const foresee = openForesight(replay)

  pages.get(QUARANTINE, async (view, { query }, reply) => {
    const wish = {
      reason: oneOf(REJECTIONS, given(query, 'reason')),
      device: given(query, 'device'),
      topic: given(query, 'topic'),
    }
    const deviceId = parseDeviceId(wish.device ?? '')
    const beforeId = wholeOf(query, 'before')
    const isNoDevice = wish.device !== undefined && !deviceId
    if (isNoDevice) void reply.code(400)
    const faults: FormFaults = isNoDevice
      ? [{ field: 'device', text: DEVICE_WORDS[view.language].faults.id }]
      : []
    const messages = isNoDevice
      ? []
      : await store.quarantine({
          ...(wish.reason && { reason: wish.reason }),
          ...(deviceId && { deviceId }),
          ...(wish.topic !== undefined && { topic: wish.topic }),
          ...(beforeId !== undefined && { beforeId }),
          limit: PER_PAGE + 1,
        })
    const shown = messages.slice(0, PER_PAGE)
    const facts = {
      counts: await store.rejectedCounts(),
      messages: shown,
      faults,
      ...(messages.length > PER_PAGE && { next: shown.at(-1)!.id }),
    }
    return quarantinePage(
      view,
      facts,
      wish,
      triedOf(query) ?? oneOf(['on'] as const, given(query, 'going')),
    )
  })

  pages.get(TRY_AGAIN, async (view, { query }, reply) => {
    const reason = oneOf(REJECTIONS, given(query, 'reason'))
    if (!reason) return seeOther(reply, pathOf(QUARANTINE, view.language))
    const words = QUARANTINE_WORDS[view.language]
    const foreseen = await foresee(reason)
    return askFirst(view, {
      title: `${words.reasons[reason].name}: ${words.tryTitle.toLowerCase()}`,
      text: foreseen ? words.tryText(foreseen.tried, foreseen.kept) : words.tryMany,
      yes: words.tryYes,
      no: words.cancel,
      action: pathOf(TRY_AGAIN, view.language),
      values: { reason },
      back: pathOf(QUARANTINE, view.language),
    })
  })

  pages.post(TRY_AGAIN, async (view, form, request, reply) => {
    const reason = oneOf(REJECTIONS, given(form, 'reason'))
    const id = wholeOf(form, 'id')
    if (!reason && id === undefined) return seeOther(reply, pathOf(QUARANTINE, view.language))
    const trying = replay(id === undefined ? { reason: reason! } : { id }, false)
    const result = await within(PATIENCE_MS, trying)
    if (result) return seeOther(reply, backTo(view, result, reason))
    trying.catch((error: unknown) => request.log.error({ err: error }, 'trying again failed'))
    return seeOther(reply, withQuery(pathOf(QUARANTINE, view.language), { reason, going: 'on' }))
  })
}

/**
 * What would come of trying all of a reason; undefined where that takes too long to wait for. One is foreseen
 * at a time, for whoever asks, and no longer than somebody waits.
 */
function openForesight(
  replay: TryQuarantine,
): (reason: Rejection) => Promise<QuarantineTried | undefined> {
  let running:
    | { readonly reason: Rejection; readonly answer: Promise<QuarantineTried | undefined> }
    | undefined
  async function ask(reason: Rejection): Promise<QuarantineTried | undefined> {
    const patience = AbortSignal.timeout(PATIENCE_MS)
    try {
      return await replay({ reason }, true, patience)
    } catch (error) {
      if (patience.aborted) return undefined
      throw error
    } finally {
      running = undefined
    }
  }
  return async (reason) => {
    running ??= { reason, answer: ask(reason) }
    return running.reason === reason ? running.answer : undefined
  }
}

/** What a promise gives, if it does so in time. */
async function within<Value>(ms: number, promise: Promise<Value>): Promise<Value | undefined> {
  const patience = new AbortController()
  const late = setTimeout(ms, undefined, { signal: patience.signal }).catch(() => undefined)
  try {
    return await Promise.race([promise, late])
  } finally {
    patience.abort()
  }
}

function wholeOf(values: Values, name: string): number | undefined {
  const text = given(values, name)
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined
}

function backTo(view: StaffView, result: QuarantineTried, reason: string | undefined): string {
  const { tried, kept, repeats, conflicts, ignored } = result
  const rejected = tried - kept - repeats - ignored
  return withQuery(pathOf(QUARANTINE, view.language), {
    reason,
    tried,
    kept,
    repeats: repeats + ignored,
    rejected: Math.max(rejected, conflicts),
  })
}

function triedOf(query: Values): Tried | undefined {
  const [tried, kept, repeats, rejected] = (['tried', 'kept', 'repeats', 'rejected'] as const).map(
    (name) => wholeOf(query, name),
  )
  if (tried === undefined) return undefined
  return { tried, kept: kept ?? 0, repeats: repeats ?? 0, rejected: rejected ?? 0 }
}
