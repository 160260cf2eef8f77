/** Rule files and towns as they are kept, so that a replay knows what held when. */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzipSync, gzip } from 'node:zlib'
import type { Town } from '#src/stations/station.ts'
import type { KeptText } from './contract.ts'

const pack = promisify(gzip)

/** Packs it beside the event loop: a county's town takes a while. */
export async function keepText(text: string): Promise<KeptText> {
  return { hash: createHash('sha256').update(text).digest('hex'), body: await pack(text) }
}

export function readText(body: Uint8Array): string {
  return gunzipSync(body).toString()
}

/** The town as the rules see it: without devices' profiles, codecs and ways in and out. */
export function keepTown(town: Town): Promise<KeptText> {
  const {
    devices: _d,
    profiles: _p,
    networkServers: _n,
    channels: _c,
    operator: _o,
    ...seen
  } = town
  return keepText(JSON.stringify(seen))
}

export function readTown(text: string): Town {
  return { ...(JSON.parse(text) as Town), devices: [], networkServers: [], channels: {} }
}
