/** `kvitter labels`: QR labels for the containers, to print. */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { labelsOf } from '#src/labels/label-content.ts'
import { drawSheets, isPrintable, isRoomFor, SHEETS, type Sheet } from '#src/labels/label-sheet.ts'
import { isWebAddress } from '#src/stations/web-address.ts'
import { readTownFolder } from '../town-folder.ts'
import type { CommandResult } from './codec.ts'

const USAGE = [
  'usage: kvitter labels --town DIR --url URL --out FILE.pdf [--station ID]… [--sheet 2x4]',
  '',
  'A label for each container: its QR code, the fraction’s colour, picture and names, where it stands.',
  'Colours are the town’s, by fractionColours in town.yaml.',
  '',
  '  --url URL       the site as residents reach it; the code says URL/q/…',
  '  --station ID    only this station’s, by its own number or its id; may be given again',
  `  --sheet NxM     labels across and down a sheet of A4: ${Object.keys(SHEETS).join(', ')} [2x4]`,
].join('\n')

export async function labelsCommand(args: readonly string[]): Promise<CommandResult> {
  const text = { type: 'string' } as const
  let values
  try {
    values = parseArgs({
      args: [...args],
      options: {
        town: text,
        url: text,
        out: text,
        sheet: text,
        station: { type: 'string', multiple: true },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    return { code: 2, text: `${(error as Error).message}\n\n${USAGE}` }
  }
  if (values.help) return { code: 0, text: USAGE }
  const { town: folder, url, out, station: wanted = [] } = values
  const sheet = values.sheet ?? '2x4'
  const faults = [
    ...(folder === undefined ? ['--town: expected the town’s folder'] : []),
    ...(out === undefined ? ['--out: expected a file to write, such as labels.pdf'] : []),
    ...(url === undefined || !isWebAddress(url)
      ? ['--url: expected the site’s address, such as https://avs.provstad.se']
      : []),
    ...(Object.hasOwn(SHEETS, sheet)
      ? []
      : [`--sheet: expected one of ${Object.keys(SHEETS).join(', ')}`]),
  ]
  if (faults.length > 0) return { code: 2, text: faults.join('\n') }
  const read = await readTownFolder(folder!)
  if (read.kind === 'faulty') return { code: 2, text: read.faults.join('\n') }
  const { town } = read.folder
  const named = (s: (typeof town.stations)[number], id: string) =>
    s.id === id || s.externalId === id
  const unknown = wanted.filter((id) => !town.stations.some((s) => named(s, id)))
  if (unknown.length > 0) {
    return { code: 2, text: unknown.map((id) => `--station: there is no station ${id}`).join('\n') }
  }
  const stations =
    wanted.length === 0
      ? town.stations
      : town.stations.filter((s) => wanted.some((id) => named(s, id)))
  const labels = labelsOf(town, url!, stations)
  if (!isRoomFor(labels, sheet as Sheet)) {
    return {
      code: 2,
      text: `--sheet: ${sheet} has no room for codes with so long an address; choose larger labels or a shorter --url`,
    }
  }
  const odd = [...new Set(labels.flatMap((l) => [l.station, l.container]))].filter(
    (words) => !isPrintable(words),
  )
  try {
    await writeFile(out!, await drawSheets(labels, sheet as Sheet))
  } catch (error) {
    return { code: 1, text: `${out} can't be written: ${(error as Error).message}` }
  }
  const [across, down] = SHEETS[sheet as Sheet]
  const sheets = Math.ceil(labels.length / (across * down))
  return {
    code: 0,
    text: [
      `${out}: ${labels.length} labels of ${stations.length} stations on ${sheets} sheets of A4.`,
      ...odd.map((words) => `warning: the fonts lack characters of "${words}"`),
    ].join('\n'),
  }
}
