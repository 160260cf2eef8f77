/** The drawing thread's end: one SVG after another becomes a PNG. What resvg holds is freed at once. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parentPort } from 'node:worker_threads'
import { initWasm, Resvg } from '@resvg/resvg-wasm'
import { FAMILY } from '#src/wording/cards/card-type.ts'
import { readFonts } from './fonts.ts'
import type { Drawn } from './renderer.ts'

const port = parentPort!
await initWasm(readFileSync(fileURLToPath(import.meta.resolve('@resvg/resvg-wasm/index_bg.wasm'))))
const { regular, bold } = readFonts()

port.on('message', (svg: string) => {
  const drawn = draw(svg)
  port.postMessage(drawn, 'png' in drawn ? [drawn.png.buffer as ArrayBuffer] : [])
})

function draw(svg: string): Drawn {
  try {
    const resvg = new Resvg(svg, {
      font: { fontBuffers: [regular, bold], defaultFontFamily: FAMILY },
    })
    try {
      const image = resvg.render()
      const png = image.asPng()
      image.free()
      return { png }
    } finally {
      resvg.free()
    }
  } catch (error) {
    return { fault: String(error) }
  }
}
