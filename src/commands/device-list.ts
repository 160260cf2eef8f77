/** Device lists as network servers export them, or as somebody keeps them: CSV with whatever headings. Pure. */
import { parse } from 'csv-parse/sync'
import type { FileFault } from '#src/stations/fault-line.ts'
import { parseContainerId, parseDeviceId } from '#src/stations/ids.ts'
import { DEVICE_PROFILES } from '#src/stations/station.ts'

export interface ListedDevice {
  readonly line: number
  /** A DevEUI in small letters, or another name. */
  readonly id: string
  readonly profile: string
  readonly container?: string
  /** Which of its sensors watches the container. */
  readonly channel?: string
  readonly name?: string
}

export type DeviceList =
  | { readonly kind: 'list'; readonly devices: readonly ListedDevice[] }
  | { readonly kind: 'faulty'; readonly faults: readonly FileFault[] }

/**
 * Headings in small letters without blanks and signs: those of ChirpStack's and The Things Stack's
 * exports, and common ones. An EUI goes before a name that somebody chose.
 */
const COLUMNS = {
  id: ['deveui', 'devicedeveui', 'idsdeveui', 'enddeviceidsdeveui', 'eui', 'deviceid', 'id'],
  profile: ['profile', 'kvitterprofile'],
  brand: ['versionidsbrandid', 'brandid', 'brand'],
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
  channel: ['channel'],
  name: ['name', 'devicename', 'description'],
} as const
type Column = keyof typeof COLUMNS
/** As many as the service takes at once. */
const MOST_ROWS = 5000

/**
 * `file` is only for the faults. `profile` is for devices of which nothing better is known; `maps` are
 * `MODEL=PROFILE`, the model compared without case. Quotes, a byte-order mark, and `,` `;` or tab between
 * the fields are understood.
 */
export function readDeviceList(
  text: string,
  file: string,
  options: { readonly profile: string | undefined; readonly maps: readonly string[] },
): DeviceList {
  const faults: FileFault[] = []
  const tell = (line: number, field: string, message: string) =>
    faults.push({ file, line, field, message })
  const profileOf = new Map<string, string>()
  for (const map of options.maps) {
    const [, model, profile] = /^\s*(.+?)\s*=\s*(\S+)\s*$/.exec(map) ?? []
    if (model === undefined || profile === undefined) {
      tell(1, '--map', `expected MODEL=PROFILE, got "${map}"`)
    } else profileOf.set(model.toLowerCase(), profile)
  }

  const table = readTable(text)
  if (typeof table === 'string') tell(1, '', `not readable as CSV: ${table}`)
  const { headings, records } = typeof table === 'string' ? NOTHING : table
  const names = headings.map((h) => h.toLowerCase().replace(/[^a-z]/g, ''))
  const places = new Map<Column, number>()
  for (const [column, known] of Object.entries(COLUMNS) as [Column, readonly string[]][]) {
    const place = known.map((name) => names.indexOf(name)).find((i) => i >= 0)
    if (place !== undefined) places.set(column, place)
  }
  if (typeof table !== 'string' && !places.has('id')) {
    tell(1, '', 'no column with the devices’ ids: expected a heading such as dev_eui or devEUI')
    return { kind: 'faulty', faults }
  }
  if (records.length > MOST_ROWS) {
    tell(records[MOST_ROWS]!.line, '', `more than ${MOST_ROWS} devices; split the list`)
  }
  const heading = (column: Column) => headings[places.get(column) ?? -1] ?? column

  const devices: ListedDevice[] = []
  const lines = new Map<string, number>()
  for (const { record, line } of records) {
    const cell = (column: Column) => record[places.get(column) ?? -1] || undefined
    const before = faults.length
    const id = parseDeviceId(cell('id') ?? '')
    const first = id === undefined ? undefined : lines.get(id)
    if (id === undefined) tell(line, heading('id'), `"${cell('id') ?? ''}" can’t be a device id`)
    else if (first === undefined) lines.set(id, line)
    else tell(line, heading('id'), `${id} stands on line ${first} already`)

    const [brand, model] = [cell('brand'), cell('model')]
    const profile =
      cell('profile') ??
      profileOf.get(model?.toLowerCase() ?? '') ??
      readyProfile(brand, model) ??
      options.profile
    if (profile === undefined) {
      const how = model === undefined ? '--profile NAME' : `--map "${model}=PROFILE", or --profile`
      tell(line, heading(model === undefined ? 'profile' : 'model'), `no profile; give ${how}`)
    }
    const container = cell('container')
    if (container !== undefined && !parseContainerId(container)) {
      tell(
        line,
        heading('container'),
        `"${container}" can’t be a container; expected an id such as 1490-064-paper-1`,
      )
    }
    if (faults.length > before || id === undefined || profile === undefined) continue
    const [channel, name] = [cell('channel'), cell('name')]
    devices.push({
      line,
      id,
      profile,
      ...(container !== undefined && { container }),
      ...(container !== undefined && channel !== undefined && { channel }),
      ...(name !== undefined && { name }),
    })
  }
  return faults.length > 0 ? { kind: 'faulty', faults } : { kind: 'list', devices }
}

interface Table {
  readonly headings: readonly string[]
  readonly records: readonly { readonly record: readonly string[]; readonly line: number }[]
}
const NOTHING: Table = { headings: [], records: [] }

/** Each record with its first line, or why it is none. */
function readTable(text: string): Table | string {
  const head = text.replace(/^\uFEFF/, '').split(/\r?\n/, 1)[0] ?? ''
  const delimiter = [';', '\t', ','].find((sign) => head.includes(sign)) ?? ','
  try {
    const rows = parse(text, {
      delimiter,
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      to: MOST_ROWS + 2,
    }) as unknown as readonly { record: readonly string[]; info: { lines: number } }[]
    const [headings, ...records] = rows.map(({ record, info }) => ({
      record,
      // The parser counts to a record's last line; a quoted field may hold line breaks.
      line: info.lines - record.join('').split('\n').length + 1,
    }))
    return { headings: headings?.record ?? [], records }
  } catch (error) {
    return (error as Error).message
  }
}

/** The Things Stack's brands are ours, save for `milesight-iot`. */
function readyProfile(brand: string | undefined, model: string | undefined): string | undefined {
  if (brand === undefined || model === undefined) return undefined
  const name = `${brand.toLowerCase().replace(/-iot$/, '')}/${model.toLowerCase()}`
  return DEVICE_PROFILES.find((profile) => profile === name)
}
