/** What Kvitter asks an outside broker for: its own topic and those of the town's network servers. Pure. */
import type { Town } from '#src/stations/station.ts'

const NATIVE_FILTER = 'kvitter/v1/devices/+/reading'
/** Copies that subscribe under one name split the messages among them (MQTT 5 §4.8.2). */
const SHARE = '$share/kvitter/'

/**
 * Shared subscriptions for all that the town listens to. A filter inside another is left out: a shared
 * subscription each would bring the message twice.
 */
export function sharedFilters(town: Town): readonly string[] {
  const all = new Set([NATIVE_FILTER, ...town.networkServers.map((server) => server.topic)])
  return [...all]
    .filter((filter) => ![...all].some((other) => other !== filter && covers(other, filter)))
    .map((filter) => SHARE + filter)
}

/** Whether every topic that matches `inner` matches `outer` as well. */
export function covers(outer: string, inner: string): boolean {
  const wide = outer.split('/')
  const narrow = inner.split('/')
  for (const [i, level] of wide.entries()) {
    if (level === '#') return true
    // `a/#` matches `a` itself too, which `a/+` does not.
    if (i >= narrow.length || narrow[i] === '#') return false
    if (level !== '+' && level !== narrow[i]) return false
  }
  return wide.length === narrow.length
}
