/** What the codecs' pool tells of itself. */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { CodecPool } from './pool.ts'

export function exposeCodecMetrics(register: Registry, pool: CodecPool): void {
  const registers = [register]
  void new Counter({
    name: 'kvitter_codec_decodes_total',
    help: 'Uplinks given to the town’s codecs, by what came of it',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset()
      for (const [outcome, n] of Object.entries(pool.stats().outcomes)) this.inc({ outcome }, n)
    },
  })
  void new Gauge({
    name: 'kvitter_codec_waiting',
    help: 'Uplinks waiting for a codec',
    registers,
    collect() {
      this.set(pool.stats().waiting)
    },
  })
  void new Gauge({
    name: 'kvitter_codecs_out_of_service',
    help: 'Codecs that had to be stopped too often and are not run any more',
    registers,
    collect() {
      this.set(pool.outOfService().length)
    },
  })
}
