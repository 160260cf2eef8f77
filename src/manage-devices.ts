/** Changes of devices in the running service: one after another, checked, kept, and in force at once. */
import { applyChange, applyChanges } from '#src/stations/device-changes.ts'
import type { Applied, DeviceChange } from '#src/stations/device-changes.ts'
import type { Town } from '#src/stations/station.ts'
import type { Clock } from '#src/stations/time.ts'
import type { Store } from '#src/store/contract.ts'

export type Changed =
  | { readonly kind: 'changed'; readonly no: number }
  /** The town says so already. */
  | { readonly kind: 'same' }
  | { readonly kind: 'refused'; readonly why: string }

export interface DeviceManagement {
  /** The town's file with the changes so far. */
  withChanges(file: Town): Promise<Applied>
  change(change: DeviceChange, by: string): Promise<Changed>
  /** From now on the town's file says all that was changed so far. */
  settle(by: string): Promise<number>
}

/** `apply` brings a town into force; it resolves when that is so. */
export function manageDevices(options: {
  readonly store: Pick<Store, 'deviceChanges' | 'keepDeviceChange' | 'settleDeviceChanges'>
  readonly clock: Clock
  readonly town: () => Town
  readonly apply: (town: Town) => Promise<void>
}): DeviceManagement {
  const { store, clock } = options
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const run = last.then(work, work)
    last = run.catch(() => undefined)
    return run
  }

  return {
    withChanges: async (file) => applyChanges(file, await store.deviceChanges()),
    change: (change, by) =>
      inTurn(async () => {
        const before = options.town()
        const next = applyChange(before, change)
        if (typeof next === 'string') return { kind: 'refused', why: next }
        const isNote = change.kind === 'credential-given' || change.kind === 'credential-revoked'
        if (next === before && !isNote) return { kind: 'same' }
        const no = await store.keepDeviceChange(change, by, clock())
        if (next !== before) await options.apply(next)
        return { kind: 'changed', no }
      }),
    settle: () => inTurn(() => store.settleDeviceChanges()),
  }
}
