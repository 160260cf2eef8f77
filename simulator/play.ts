/** Sends a simulated town's messages at its pace. */
import { setTimeout as sleep } from 'node:timers/promises'

import { instant, isoText } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'

import type { BrokerLink } from './broker-link.ts'
import type { SimEvent } from './simulate.ts'

export interface Pace {
  /** Town time at the real instant `epochMs`. */
  readonly start: EpochMs
  readonly epochMs: number
  readonly speed: number
}

/** The real instant at which it is `at` in town, ms since 1970. */
export function realMs(pace: Pace, at: EpochMs): number {
  return pace.epochMs + (at - pace.start) / pace.speed
}

/** What time it is in town at the real instant `realMs`. */
export function townTime({ start, epochMs, speed }: Pace, realMs: number): EpochMs {
  return instant(Math.round(start + (realMs - epochMs) * speed))
}

export interface Played {
  readonly messages: number
  readonly emptied: number
  /** The last event's town time. */
  readonly reached: EpochMs | undefined
}

/**
 * Publishes each message when its time has come, over the link of whoever sends it, until the events
 * end or the signal says stop. What is overdue goes out at once.
 */
export async function play(
  events: Iterable<SimEvent>,
  pace: Pace,
  links: ReadonlyMap<string, BrokerLink>,
  signal: AbortSignal,
  onProgress: (played: Played) => void,
): Promise<Played> {
  let played: Played = { messages: 0, emptied: 0, reached: undefined }
  let toldAt = Date.now()
  for (const event of events) {
    const wait = realMs(pace, event.at) - Date.now()
    // Never early, not even by a millisecond: at a high speed that is seconds of town time, and the
    // reading would seem to come from the future.
    if (wait > 0) {
      await sleep(Math.ceil(wait), undefined, { signal }).catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
    }
    if (signal.aborted) break
    if (event.kind === 'emptied') {
      played = { ...played, emptied: played.emptied + 1, reached: event.at }
      continue
    }
    await links.get(event.via)!.publish(event.topic, event.payload)
    played = { ...played, messages: played.messages + 1, reached: event.at }
    if (Date.now() - toldAt >= 10_000) {
      toldAt = Date.now()
      onProgress(played)
    }
  }
  return played
}

/** An event as one line of JSON; a payload that isn't UTF-8 comes as base64. */
export function eventLine(event: SimEvent): string {
  const at = isoText(event.at)
  if (event.kind === 'emptied') {
    const { containerId } = event
    return JSON.stringify({
      kind: 'emptied',
      at,
      containerId,
      fromPercent: tenth(event.fromPercent),
    })
  }
  const { via, deviceId, containerId, topic, faults } = event
  return JSON.stringify({
    kind: 'message',
    at,
    via,
    deviceId,
    containerId,
    topic,
    ...payloadText(event.payload),
    faults,
    trueFillPercent: tenth(event.trueFillPercent),
  })
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function payloadText(payload: Uint8Array): { payload: string } | { payloadBase64: string } {
  try {
    return { payload: utf8.decode(payload) }
  } catch {
    return { payloadBase64: Buffer.from(payload).toString('base64') }
  }
}

const tenth = (value: number) => Math.round(value * 10) / 10
