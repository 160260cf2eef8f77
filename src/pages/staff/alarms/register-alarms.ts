/** The route of the list of alarms. */
import type { PagesOptions } from '../../site.ts'
import type { StaffPages } from '../staff-page.ts'
import { DAY, plus } from '#src/stations/time.ts'
import { floodsSince } from '#src/store/report-desk.ts'
import type { MessageTrouble } from '#src/store/messages.ts'
import type { OutboxDesk } from '#src/store/outbox.ts'
import { alarmPage, type StoppedCodec } from './alarm-page.ts'
import { ALARMS } from './alarm-place.ts'

const MOST_CHANGES = 30
/** So long a flood is worth a look. */
const FLOODS_MS = DAY

export function registerAlarmPage(
  pages: StaffPages,
  {
    store,
    journal,
    outbox,
    messageTroubles,
    stoppedCodecs,
  }: Pick<PagesOptions, 'store' | 'journal'> & {
    readonly outbox: Pick<OutboxDesk, 'alarms'>
    readonly messageTroubles: () => readonly MessageTrouble[]
    readonly stoppedCodecs: () => readonly StoppedCodec[]
  },
): void {
  pages.get(ALARMS, async (view) =>
    alarmPage(view, {
      sensors: journal.sensors(),
      accounts: outbox.alarms(),
      messages: messageTroubles(),
      codecs: stoppedCodecs(),
      floods: await floodsSince(store, plus(view.now, -FLOODS_MS)),
      changes: await store.alarmChanges({ limit: MOST_CHANGES }),
    }),
  )
}
