/** The route of the list of alarms. */
import type { PagesOptions } from '../../site.ts'
import type { StaffPages } from '../staff-page.ts'
import { DAY, plus, type EpochMs } from '#src/stations/time.ts'
import { floodsSince } from '#src/store/report-desk.ts'
import type { MessageTrouble } from '#src/store/messages.ts'
import type { OutboxDesk } from '#src/store/outbox.ts'
import { alarmPage, type AlarmsNow, type StoppedCodec } from './alarm-page.ts'
import { ALARMS } from './alarm-place.ts'

const MOST_CHANGES = 30
/** So long a flood is worth a look. */
const FLOODS_MS = DAY

type AlarmParts = Pick<PagesOptions, 'store' | 'journal'> & {
  readonly outbox: Pick<OutboxDesk, 'alarms'>
  readonly messageTroubles: () => readonly MessageTrouble[]
  readonly stoppedCodecs: () => readonly StoppedCodec[]
}

export function registerAlarmPage(pages: StaffPages, parts: AlarmParts): void {
  pages.get(ALARMS, async (view) =>
    alarmPage(view, {
      ...(await alarmsNow(parts, view.now)),
      changes: await parts.store.alarmChanges({ limit: MOST_CHANGES }),
    }),
  )
}

/** Of what isn't there nothing is wrong. */
export async function alarmsNow(
  parts: Pick<AlarmParts, 'store' | 'journal'> & Partial<AlarmParts>,
  now: EpochMs,
): Promise<AlarmsNow> {
  return {
    sensors: parts.journal.sensors(),
    accounts: parts.outbox?.alarms() ?? [],
    messages: parts.messageTroubles?.() ?? [],
    codecs: parts.stoppedCodecs?.() ?? [],
    floods: await floodsSince(parts.store, plus(now, -FLOODS_MS)),
  }
}
