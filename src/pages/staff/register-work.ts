/** The pages about what the town's things do: sensors, messages, accounts, containers, loans. */
import type { BookingDesk } from '#src/store/booking-desk.ts'
import type { DeviceDesk } from '#src/store/device-desk.ts'
import type { LoanDesk } from '#src/store/loan-desk.ts'
import type { MessageTrouble } from '#src/store/messages.ts'
import type { OutboxDesk } from '#src/store/outbox.ts'
import type { TryQuarantine } from '#src/store/quarantine-desk.ts'
import { openEmptyingTeller } from '#src/store/told-by-staff.ts'
import type { PagesOptions } from '../site.ts'
import type { StoppedCodec } from './alarms/alarm-page.ts'
import { registerAlarmPage } from './alarms/register-alarms.ts'
import { registerChannelPages } from './channels/register-channels.ts'
import { registerDevicePages } from './devices/register-devices.ts'
import { registerEmptyingPages } from './field/register-emptyings.ts'
import { registerFieldPages } from './field/register-field.ts'
import { registerLoanPages } from './loans/register-loans.ts'
import { registerPersonPages } from './persons/register-persons.ts'
import { registerQuarantinePages } from './quarantine/register-quarantine.ts'
import type { StaffPages } from './staff-page.ts'

/** What staff work with; shared with the API. */
export interface StaffWork {
  readonly devices: DeviceDesk
  readonly outbox: OutboxDesk
  readonly replay: TryQuarantine
  readonly messageTroubles: () => readonly MessageTrouble[]
  readonly stoppedCodecs: () => readonly StoppedCodec[]
  readonly bookings: BookingDesk
  readonly loans: LoanDesk
}

export function registerWork(pages: StaffPages, options: PagesOptions, work: StaffWork): void {
  const all = { ...options, ...work }
  registerAlarmPage(pages, all)
  const field = { ...all, tellEmptying: openEmptyingTeller(options.journal) }
  registerFieldPages(pages, field)
  registerEmptyingPages(pages, field)
  registerDevicePages(pages, all)
  registerQuarantinePages(pages, all)
  registerChannelPages(pages, all)
  registerPersonPages(pages, {
    ...all,
    ...(options.follow && { subscribers: options.follow.desk }),
  })
  registerLoanPages(pages, { loans: work.loans, terms: () => work.bookings.terms() })
}
