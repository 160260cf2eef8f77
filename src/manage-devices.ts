/** Changes of devices in the running service: one after another, checked, kept, and in force at once. */
import { applyChanges, settleBy, tryChanges } from '#src/stations/device-changes.ts'
import type { Applied, DeviceChange, Effect } from '#src/stations/device-changes.ts'
import type { Town } from '#src/stations/station.ts'
import type { Clock } from '#src/stations/time.ts'
import type { Store } from '#src/store/contract.ts'
import { mutex } from '#src/store/mutex.ts'

export type Changed =
  /** Each change's number, in their order; absent for those that the town said already. */
  | { readonly kind: 'done'; readonly nos: readonly (number | undefined)[] }
  /** Nothing was done, since one of them can't be. */
  | { readonly kind: 'refused'; readonly effects: readonly Effect[] }

export type Settled =
  | { readonly kind: 'settled'; readonly count: number }
  | { readonly kind: 'refused'; readonly why: string }

export interface DeviceManagement {
  /** The town's file with the changes so far. */
  withChanges(): Promise<Applied>
  /** All of them, or none where one can't be. */
  change(changes: readonly DeviceChange[], by: string): Promise<Changed>
  /** What they would do. */
  trial(changes: readonly DeviceChange[]): readonly Effect[]
  /** Marks what the town's file says by now, or tells what it lacks. */
  settle(by: string): Promise<Settled>
  /** The town's file as it now is, with the changes, is brought into force. */
  reread(file: Town, apply: (town: Town) => Promise<void>): Promise<Applied>
}

/** `apply` brings a town into force; it resolves when that is so. `town` is the one in force. */
export function manageDevices(options: {
  readonly store: Pick<Store, 'deviceChanges' | 'keepDeviceChanges' | 'settleDeviceChanges'>
  readonly clock: Clock
  readonly file: Town
  readonly town: () => Town
  readonly apply: (town: Town) => Promise<void>
}): DeviceManagement {
  const { store, clock } = options
  let { file } = options
  const inTurn = mutex()

  return {
    withChanges: async () => applyChanges(file, await store.deviceChanges()),
    change: (changes, by) =>
      inTurn(async () => {
        const before = options.town()
        const { town, effects } = tryChanges(before, changes)
        if (effects.some((e) => e.kind === 'refused')) return { kind: 'refused', effects }
        const news = changes.filter((c, i) => effects[i]!.kind === 'changes' || isNote(c))
        const kept = new Map<DeviceChange, number>()
        for (const [i, no] of (await store.keepDeviceChanges(news, by, clock())).entries()) {
          kept.set(news[i]!, no)
        }
        if (town !== before) await options.apply(town)
        return { kind: 'done', nos: changes.map((c) => kept.get(c)) }
      }),
    trial: (changes) => tryChanges(options.town(), changes).effects,
    settle: (by) =>
      inTurn(async () => {
        const settling = settleBy(file, await store.deviceChanges())
        if (settling.kind === 'unsaid') return { kind: 'refused', why: settling.why }
        if (settling.nos.length > 0) {
          const noted = await store.keepDeviceChanges([{ kind: 'settled' }], by, clock())
          await store.settleDeviceChanges([...settling.nos, ...noted])
        }
        return { kind: 'settled', count: settling.nos.length }
      }),
    reread: (next, apply) =>
      inTurn(async () => {
        const applied = applyChanges(next, await store.deviceChanges())
        await apply(applied.town)
        file = next
        return applied
      }),
  }
}

function isNote({ kind }: DeviceChange): boolean {
  return kind === 'credential-given' || kind === 'credential-revoked'
}
