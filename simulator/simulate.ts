/** A town's life as a stream of events: what is sent, and what really happened. */
import type { ContainerId, DeviceId } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'

import { sensorsOf } from './devices.ts'
import type { Sensor, Sent } from './devices.ts'
import { NO_FAULTS } from './faults.ts'
import type { FaultKind, FaultRates } from './faults.ts'
import { groupsOf, levelPercent } from './model.ts'
import type { Box, Group } from './model.ts'
import { timeQueue } from './queue.ts'
import { wallClock } from './wall-clock.ts'

export type SimEvent =
  | {
      readonly kind: 'message'
      /** When it is published, in town time. */
      readonly at: EpochMs
      /** Who publishes: a network server's id, or `native` for devices that speak for themselves. */
      readonly via: string
      readonly deviceId: DeviceId
      readonly containerId: ContainerId
      readonly topic: string
      readonly payload: Uint8Array
      readonly faults: readonly FaultKind[]
      /** How full the box really was when the device looked; heaped boxes are over 100. */
      readonly trueFillPercent: number
    }
  | {
      readonly kind: 'emptied'
      readonly at: EpochMs
      readonly containerId: ContainerId
      readonly fromPercent: number
    }

export interface Simulation {
  readonly town: Town
  readonly seed: number
  readonly start: EpochMs
  /** Not included; absent means for ever. */
  readonly until?: EpochMs
  /** None when absent. */
  readonly faults?: FaultRates
}

type Coming =
  | { readonly kind: 'look'; readonly sensor: Sensor; readonly group: Group; readonly box: Box }
  | {
      readonly kind: 'send'
      readonly sensor: Sensor
      readonly sent: Sent
      readonly trueFillPercent: number
    }
  | { readonly kind: 'empty'; readonly group: Group }

/**
 * Everything that happens from `start` until `until`, in order of time, made as it is asked for: memory
 * stays at what the town itself needs. The same arguments give the same bytes; another container or
 * another fault rate leaves the rest as it was.
 */
export function* simulateTown(simulation: Simulation): Generator<SimEvent, void> {
  const { town, seed, start, until = Infinity, faults = NO_FAULTS } = simulation
  const queue = timeQueue<Coming>()

  const groups = groupsOf(town, seed, start, wallClock(town.timeZone))
  const places = new Map(
    groups.flatMap((group) => group.boxes.map((box) => [box.container.id, { group, box }])),
  )
  for (const group of groups) queue.push(group.nextEmptyingAt, { kind: 'empty', group })
  for (const sensor of sensorsOf(town, seed, start, faults)) {
    const place = places.get(sensor.containerId)!
    if (sensor.firstAt !== undefined) queue.push(sensor.firstAt, { kind: 'look', sensor, ...place })
  }

  for (let next = queue.pop(); next && next.at < until; next = queue.pop()) {
    const { at, item } = next
    switch (item.kind) {
      case 'look': {
        const { sensor, group, box } = item
        group.advance(at)
        const trueFillPercent = levelPercent(box)
        for (const sent of sensor.look(at, trueFillPercent)) {
          queue.push(sent.sentAt, { kind: 'send', sensor, sent, trueFillPercent })
        }
        const again = sensor.nextAfter(at)
        if (again !== undefined) queue.push(again, item)
        break
      }
      case 'send': {
        const { sensor, sent, trueFillPercent } = item
        yield {
          kind: 'message',
          at,
          via: sensor.via,
          deviceId: sensor.device.id,
          containerId: sensor.containerId,
          topic: sent.message.topic,
          payload: sent.message.payload,
          faults: sent.faults,
          trueFillPercent,
        }
        break
      }
      case 'empty':
        for (const emptied of item.group.empty()) yield { kind: 'emptied', at, ...emptied }
        queue.push(item.group.nextEmptyingAt, item)
        break
    }
  }
}
