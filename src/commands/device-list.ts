/** Device lists as network servers export them, or as somebody keeps them: CSV with whatever headings. Pure. */
import { parse } from 'csv-parse/sync'
import { parseContainerId, parseDeviceId } from '#src/stations/ids.ts'

export interface ListedDevice {
  readonly line: number
  /** A DevEUI in small letters, or another name. */
  readonly id: string
  readonly profile: string
  readonly container?: string
  readonly name?: string
}

export type DeviceList =
  | { readonly kind: 'list'; readonly devices: readonly ListedDevice[] }
  /** Each begins with its line. */
  | { readonly kind: 'faulty'; readonly faults: readonly string[] }

/** Headings in small letters without blanks and signs: ChirpStack’s, The Things Stack’s, and common ones. */
const COLUMNS = {
  id: ['deveui', 'devicedeveui', 'eui', 'idsdeveui', 'deviceid', 'id', 'enddeviceidsdeveui'],
  profile: ['profile', 'kvitterprofile'],
  model: [
    'model',
    'modelid',
    'versionidsmodelid',
    'deviceprofile',
    'deviceprofilename',
    'devicemodel',
    'type',
  ],
  container: ['container', 'containerid'],
  name: ['name', 'devicename', 'description'],
} as const
const MOST_ROWS = 100_000

/**
 * `profile` is for devices of which nothing better is known; `maps` are `MODEL=PROFILE`, the model
 * compared without case. Quotes, a byte-order mark, and `,` `;` or tab between the fields are understood.
 */
export function readDeviceList(
  text: string,
  options: { readonly profile: string | undefined; readonly maps: readonly string[] },
): DeviceList {
  const faults: string[] = []
  const profileOf = new Map<string, string>()
  for (const map of options.maps) {
    const [, model, profile] = /^\s*(.+?)\s*=\s*(\S+)\s*$/.exec(map) ?? []
    if (model === undefined || profile === undefined) {
      faults.push(` --map: expected MODEL=PROFILE, got "${map}"`)
    } else profileOf.set(model.toLowerCase(), profile)
  }
  const head = text.replace(/^\uFEFF/, '').split(/\r?\n/, 1)[0] ?? ''
  const delimiter = [';', '\t', ','].find((sign) => head.includes(sign)) ?? ','
  let rows: readonly { readonly record: readonly string[]; readonly info: { lines: number } }[]
  try {
    rows = parse(text, {
      delimiter,
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      to: MOST_ROWS + 1,
    }) as unknown as typeof rows
  } catch (error) {
    return { kind: 'faulty', faults: [`1 not readable as CSV: ${(error as Error).message}`] }
  }
  const [headings, ...records] = rows
  const names = (headings?.record ?? []).map((h) => h.toLowerCase().replace(/[^a-z]/g, ''))
  const at = (column: keyof typeof COLUMNS) =>
    COLUMNS[column].map((name) => names.indexOf(name)).find((i) => i >= 0) ?? -1
  const columns = { id: at('id'), profile: at('profile'), model: at('model') }
  const [container, name] = [at('container'), at('name')]
  if (columns.id < 0) {
    faults.push(`1 no column with the devices’ ids: expected a heading such as dev_eui or devEUI`)
  }
  const devices: ListedDevice[] = []
  const lines = new Map<string, number>()
  for (const { record, info } of columns.id < 0 ? [] : records) {
    const line = info.lines
    const cell = (i: number) => (i < 0 || !record[i] ? undefined : record[i])
    const id = parseDeviceId(cell(columns.id) ?? '')
    if (!id) {
      faults.push(`${line} "${cell(columns.id) ?? ''}" can’t be a device id`)
      continue
    }
    const before = lines.get(id)
    if (before !== undefined) {
      faults.push(`${line} ${id} stands on line ${before} already`)
      continue
    }
    lines.set(id, line)
    const model = cell(columns.model)
    const profile =
      cell(columns.profile) ?? profileOf.get(model?.toLowerCase() ?? '') ?? options.profile
    if (profile === undefined) {
      const how = model === undefined ? '--profile' : `--map "${model}=PROFILE", or --profile`
      faults.push(`${line} ${id} has no profile: give ${how}`)
      continue
    }
    const on = cell(container)
    if (on !== undefined && !parseContainerId(on)) {
      faults.push(`${line} "${on}" can’t be a container: expected an id such as 1490-064-paper-1`)
      continue
    }
    const named = cell(name)
    devices.push({
      line,
      id,
      profile,
      ...(on !== undefined && { container: on }),
      ...(named !== undefined && { name: named }),
    })
  }
  if (records.length > MOST_ROWS) faults.push(`${MOST_ROWS} more devices than a list may have`)
  return faults.length > 0 ? { kind: 'faulty', faults } : { kind: 'list', devices }
}
