/** What the codecs' pool tells of itself. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { CodecPool } from './pool.ts'

/** A decode takes a millisecond or few; what took a second was stopped by the clock. */
const BUCKETS_S = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

/** Registers the metrics; gives back what takes a decode's time, in seconds. */
export function exposeCodecMetrics(
  register: Registry,
  pool: () => CodecPool,
): (seconds: number) => void {
  const registers = [register]
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  void new Counter({
    name: 'kvitter_codec_decodes_total',
    help: 'Uplinks given to the town’s codecs, by what came of it',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset()
      for (const [outcome, n] of Object.entries(pool().stats().outcomes)) this.inc({ outcome }, n)
    },
  })
  void new Counter({
    name: 'kvitter_codec_strikes_total',
    help: 'Decodes that had to be stopped: too many steps, too much memory, too slow',
    registers,
    collect() {
      this.reset()
      this.inc(pool().stats().strikes)
    },
  })
  gauge('kvitter_codec_waiting', 'Uplinks waiting for a codec', () => pool().stats().waiting)
  gauge(
    'kvitter_codecs_out_of_service',
    'Codecs that had to be stopped too often and are not run any more',
    () => pool().outOfService().length,
  )
  const seconds = new Histogram({
    name: 'kvitter_codec_seconds',
    help: 'How long a thread had a decode',
    buckets: BUCKETS_S,
    registers,
  })
  return (s) => seconds.observe(s)
}
