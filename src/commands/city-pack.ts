/** `kvitter city-pack`: a town's streets from OpenStreetMap, for the return bike's travel times. */
import { parseArgs } from 'node:util'
import { makeCityPack, writeCityPack } from '#src/routing/city-pack.ts'
import { BadOsmFile } from '#src/routing/osm-pbf.ts'
import type { CommandResult } from './codec.ts'

const USAGE = [
  'usage: kvitter city-pack import FILE.osm.pbf [--out FILE.citypack]',
  '',
  'Makes a graph for cargo bikes of an extract of OpenStreetMap. Take one that covers the town and a few',
  'kilometres around it. The data is © OpenStreetMap contributors, ODbL: say so where maps are shown.',
  '',
  '  --out FILE   where it goes; FILE.citypack beside the extract',
].join('\n')

export function cityPackCommand(args: readonly string[]): CommandResult {
  let parsed
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { out: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    })
  } catch (error) {
    return { code: 2, text: `${(error as Error).message}\n\n${USAGE}` }
  }
  const { values, positionals } = parsed
  if (values.help) return { code: 0, text: USAGE }
  const [what, file, more] = positionals
  if (what !== 'import' || file === undefined || more !== undefined) return { code: 2, text: USAGE }
  const out = values.out ?? `${file.replace(/\.osm\.pbf$|\.pbf$/, '')}.citypack`
  try {
    const pack = makeCityPack(file)
    if (pack.to.length === 0) return { code: 1, text: `${file} has no way that a bike could take.` }
    writeCityPack(out, pack)
    return { code: 0, text: `${out}: ${pack.lat.length} nodes, ${pack.to.length} edges.` }
  } catch (error) {
    if (error instanceof BadOsmFile)
      return { code: 1, text: `${file} can’t be read: ${error.message}.` }
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    return { code: 1, text: (error as Error).message }
  }
}
