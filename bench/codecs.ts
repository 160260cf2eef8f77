/**
 * Payload codecs: how long the sandbox takes to get up, and how many frames a second it decodes, beside our
 * own reading of the same bytes. Codecs are of our own, in the makers' style: small as most, and large.
 *
 *     node bench/codecs.ts [--seconds 3]
 */
import { parseArgs } from 'node:util'
import { openCodecPool } from '#src/ingest/codecs/sandbox/pool.ts'
import { decodeMilesight } from '#src/ingest/codecs/milesight-tlv.ts'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '3' } } })
const forMs = Number(values.seconds) * 1000

/** The same entries as our own decoder reads. */
const SMALL = `function decodeUplink(input) {
  var data = {}, b = input.bytes;
  for (var i = 0; i < b.length; ) {
    var channel = b[i++], type = b[i++];
    if (channel === 0x01 && type === 0x75) data.battery = b[i++];
    else if (channel === 0x03 && type === 0x82) { data.distance = b[i] | (b[i + 1] << 8); i += 2; }
    else if (channel === 0x04 && type === 0x00) data.position = b[i++] === 0 ? 'normal' : 'tilt';
    else break;
  }
  return { data: data };
}`
/** As long as the longest published ones, most of it never run. */
const LARGE = `${SMALL}\n${Array.from({ length: 900 }, (_, n) => `function helper${n}(x) { switch (x) { case ${n}: return { name: 'field ${n}', unit: 'mm' }; default: return null; } }`).join('\n')}`
const bytes = Uint8Array.fromHex('01755c03824408040001')
const input = { bytes, fPort: 85, recvTimeMs: 0 }

const row = (what: string, figure: string) => console.log(`${what.padEnd(44)} ${figure}`)

const begun = performance.now()
{
  await using pool = openCodecPool({ workers: 1 })
  await pool.run({ file: 'small.js', source: SMALL }, input)
  row('first decode, a thread and QuickJS included', `${(performance.now() - begun).toFixed(0)} ms`)
}
for (const [name, source] of [
  [`small codec, ${SMALL.length} characters`, SMALL],
  [`large codec, ${LARGE.length} characters`, LARGE],
] as const) {
  for (const workers of [1, 2]) {
    await using pool = openCodecPool({ workers })
    const codec = { file: 'codec.js', source }
    await Promise.all(Array.from({ length: 20 }, () => pool.run(codec, input)))
    let n = 0
    const start = performance.now()
    while (performance.now() - start < forMs) {
      await Promise.all(Array.from({ length: 4 * workers }, () => pool.run(codec, input)))
      n += 4 * workers
    }
    const perSecond = (n * 1000) / (performance.now() - start)
    row(`${name}, ${workers} worker${workers > 1 ? 's' : ''}`, `${perSecond.toFixed(0)} decodes/s`)
  }
}
let n = 0
const start = performance.now()
while (performance.now() - start < forMs) {
  for (let i = 0; i < 1000; i++) decodeMilesight(bytes, 'em310-udl')
  n += 1000
}
row(
  'our own decoder of the same bytes',
  `${((n * 1000) / (performance.now() - start)).toFixed(0)} decodes/s`,
)
