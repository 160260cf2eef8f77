/** `kvitter codec test`: what a codec makes of a frame, and what a profile makes of that. */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { type CodecOutcome, openCodecPool } from '#src/ingest/codecs/sandbox/pool.ts'
import { readCodecAnswer, readReady } from '#src/ingest/profiles/decode-frame.ts'
import { READY_PROFILES } from '#src/ingest/profiles/ready-profiles.ts'
import { levelOf } from '#src/ingest/level.ts'
import type { Measured } from '#src/ingest/measured.ts'
import { type Refusal, show, valueAtPath } from '#src/ingest/refusal.ts'
import type { FieldMap, FlagField, JsonPath } from '#src/stations/field-map.ts'
import { nearestName } from '#src/stations/nearest-name.ts'
import type { Town, TownProfile } from '#src/stations/station.ts'
import { type EpochMs, instant, isoText, parseInstant } from '#src/stations/time.ts'
import { readTownFolder } from '../town-folder.ts'

const USAGE = [
  'usage: kvitter codec test FILE --fport N (--hex BYTES | --base64 TEXT) [more]',
  '',
  'Runs a payload codec (LoRa Alliance TS013, or the older Decoder and Decode) in the same sandbox as',
  'the service, and shows what it answers.',
  '',
  '  --fport N        the LoRaWAN port the frame came on, 0 to 255',
  '  --hex BYTES      the frame in hex; blanks are passed over',
  '  --base64 TEXT    the frame in base64',
  '  --at TIME        when the network received it, ISO 8601; now, if left out',
  '  --profile NAME   also show what the fields mean by a ready profile, or one of the town’s own',
  '  --town DIR       the town folder with that profile',
].join('\n')

export interface CommandResult {
  readonly code: 0 | 1 | 2
  readonly text: string
}

/** The words for the terminal, and 0, 1 when the codec failed on the frame, 2 when the question was wrong. */
export async function codecCommand(args: readonly string[], now: EpochMs): Promise<CommandResult> {
  const [what, ...rest] = args
  if (what === '--help' || what === '-h') return { code: 0, text: USAGE }
  if (what !== 'test') return { code: 2, text: USAGE }
  const asked = read(rest, now)
  if (typeof asked === 'string') return { code: 2, text: `${asked}\n\n${USAGE}` }

  let source: string
  try {
    source = await readFile(asked.file, 'utf8')
  } catch (error) {
    return { code: 2, text: `${asked.file} can't be read: ${(error as Error).message}` }
  }
  const reader = await readerFor(asked)
  if (typeof reader === 'string') return { code: 2, text: reader }

  let seconds = 0
  await using pool = openCodecPool({ workers: 1, observe: (s) => (seconds = s) })
  const codec = { file: basename(asked.file), source }
  const { bytes, fPort, at } = asked
  const outcome = await pool.run(codec, { bytes, fPort, recvTimeMs: at })
  // A thread's first decode is slower than those that follow.
  const took = `${(seconds * 1000).toFixed(1)} ms for the first time`
  const heading = `${codec.file}, ${bytes.length} bytes on port ${fPort ?? 'unknown'}, ${took}`
  const { code, lines } = tell(outcome, reader)
  return { code, text: [heading, '', ...lines].join('\n') }
}

interface Asked {
  readonly file: string
  readonly bytes: Uint8Array
  readonly fPort: number | undefined
  readonly at: EpochMs
  readonly profile: string | undefined
  readonly town: string | undefined
}

/** What was asked, or what is wrong with it. */
function read(args: readonly string[], now: EpochMs): Asked | string {
  const text = { type: 'string' } as const
  let parsed
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { fport: text, hex: text, base64: text, at: text, profile: text, town: text },
    })
  } catch (error) {
    return (error as Error).message
  }
  const { fport, hex, base64, at, profile, town } = parsed.values
  const [file, ...more] = parsed.positionals
  if (file === undefined || more.length > 0) return 'FILE: expected one codec file'
  if ((hex === undefined) === (base64 === undefined)) return 'expected either --hex or --base64'
  const fPort = fport === undefined ? undefined : Number(fport)
  if (fPort !== undefined && !(Number.isInteger(fPort) && fPort >= 0 && fPort <= 255)) {
    return `--fport: expected a number from 0 to 255, got "${fport}"`
  }
  const bytes = bytesOf(hex, base64)
  if (!bytes)
    return hex === undefined ? '--base64: not base64' : '--hex: expected pairs of hex digits'
  const received = at === undefined ? now : parseInstant(at)
  if (received === undefined)
    return `--at: expected a time such as ${isoText(instant(0))}, got "${at}"`
  return { file, bytes, fPort, at: received, profile, town }
}

function bytesOf(hex: string | undefined, base64: string | undefined): Uint8Array | undefined {
  try {
    return hex === undefined
      ? Uint8Array.fromBase64(base64!)
      : Uint8Array.fromHex(hex.replace(/\s|0x/g, ''))
  } catch {
    return undefined
  }
}

interface Reader {
  readonly read: (data: unknown) => Measured | Refusal
  readonly maps: readonly FieldMap[]
}

/** What reads the codec's answer; undefined where no profile was asked for; or what is wrong. */
async function readerFor({ profile, town }: Asked): Promise<Reader | undefined | string> {
  if (profile === undefined) return undefined
  if (Object.hasOwn(READY_PROFILES, profile)) {
    const ready = READY_PROFILES[profile as keyof typeof READY_PROFILES]
    return { read: (data) => readReady(data, ready), maps: ready.fields }
  }
  let own: readonly TownProfile[] = []
  if (town !== undefined) {
    const folder = await readTownFolder(town)
    if (folder.kind === 'faulty') return folder.faults.join('\n')
    own = folder.folder.town.profiles ?? []
  }
  const found = own.find(({ name }) => name === profile)
  if (found) return { read: (data) => readCodecAnswer(data, found), maps: [found.fields] }
  const names = [...Object.keys(READY_PROFILES), ...own.map(({ name }) => name)]
  const near = nearestName(profile, names)
  const hint = near === undefined ? 'one of docs/DEVICES.md, or of --town' : `"${near}"`
  return `--profile: "${profile}" is not known; expected ${hint}`
}

function tell(
  outcome: CodecOutcome,
  reader: Reader | undefined,
): { code: 0 | 1; lines: readonly string[] } {
  if (outcome.kind === 'failed') {
    return { code: 1, lines: [`It failed (${outcome.because}): ${outcome.detail}`] }
  }
  const answer = [
    'It answers:',
    JSON.stringify(outcome.data, null, 2),
    ...outcome.warnings.map((warning) => `Warning: ${warning}`),
  ]
  if (!reader) return { code: 0, lines: answer }
  answer.push('', 'The profile’s fields:', ...fieldLines(outcome.data, reader.maps))
  const read = reader.read(outcome.data)
  if (read.kind === 'refused') {
    return { code: 1, lines: [...answer, '', `By the profile: refused, ${read.detail}`] }
  }
  const readings = read.measurements.map((measurement, n) => {
    const { fillPercent, fault } = levelOf(measurement, undefined)
    const level =
      fault !== undefined
        ? `fault: ${fault}`
        : fillPercent !== undefined
          ? `${fillPercent} %`
          : measurement.distanceMm === undefined
            ? 'no level, a sign of life'
            : 'a distance: the level follows from the container’s measures'
    return `  ${n + 1}. ${JSON.stringify(measurement)}  → ${level}`
  })
  return { code: 0, lines: [...answer, '', 'By the profile:', ...readings] }
}

/** What the profile looks for, and what stands there: `  distance  distance (mm): 2000`. */
function fieldLines(data: unknown, maps: readonly FieldMap[]): readonly string[] {
  const there = new Map<string, string[]>()
  const missing = new Set<string>()
  for (const map of maps) {
    for (const [path, what] of fieldsOf(map)) {
      for (const [where, item] of itemsOf(data, map.readings)) {
        const value = valueAtPath(item, path)
        if (value === undefined) missing.add(`${where}${path}`)
        else
          there.set(`${where}${path}`, [
            ...(there.get(`${where}${path}`) ?? []),
            `${what}: ${show(value)}`,
          ])
      }
    }
  }
  const width = Math.max(0, ...[...there.keys()].map((path) => path.length))
  // Where a ready profile has several maps, they share fields.
  const lines = [...there].flatMap(([path, whats]) =>
    [...new Set(whats)].map((what) => `  ${path.padEnd(width)}  ${what}`),
  )
  return missing.size === 0 ? lines : [...lines, `  Not there: ${[...missing].join(', ')}`]
}

/** The first few of a list of readings, each with the path to it. */
function itemsOf(
  data: unknown,
  readings: JsonPath | undefined,
): readonly (readonly [string, unknown])[] {
  if (readings === undefined) return [['', data]]
  const list = valueAtPath(data, readings)
  if (!Array.isArray(list) || list.length === 0) return [[`${readings}[].`, undefined]]
  return list.slice(0, SHOWN_READINGS).map((item, n) => [`${readings}[${n}].`, item])
}

const SHOWN_READINGS = 3

function fieldsOf(map: FieldMap): readonly (readonly [JsonPath, string])[] {
  const several = <T>(fields: T | readonly T[] | undefined): readonly T[] =>
    fields === undefined ? [] : Array.isArray(fields) ? (fields as readonly T[]) : [fields as T]
  const flag = (name: string) => (field: FlagField) =>
    [field.path, `${name} if ${field.is.map((v) => JSON.stringify(v)).join(' or ')}`] as const
  return [
    ...(map.at ? [[map.at.path, `the time (${map.at.unit})`] as const] : []),
    ...map.levels.map(
      ({ path, meaning, unit, channel }) =>
        [
          path,
          `${meaning} (${unit})${channel === undefined ? '' : ` of channel ${channel}`}`,
        ] as const,
    ),
    ...several(map.battery).map(({ path, unit }) => [path, `battery (${unit})`] as const),
    ...(map.temperature
      ? [[map.temperature.path, `temperature (${map.temperature.unit})`] as const]
      : []),
    ...(map.tilt ? [[map.tilt.path, `tilt (${map.tilt.unit})`] as const] : []),
    ...several(map.tilted).map(flag('tilted')),
    ...several(map.fire).map(flag('fire')),
    ...several(map.pickedUp).map(flag('picked up')),
    ...(map.faults ?? []).map((field) => flag(`fault ${field.fault}`)(field)),
  ]
}

/** Codecs of a town that can't be one: too long, a fault of syntax, nothing to call, or a loop. A line each. */
export async function brokenCodecs(town: Town): Promise<readonly string[]> {
  const codecs = new Map(
    (town.profiles ?? []).flatMap((p) => (p.codec ? [[p.codec.file, p.codec]] : [])),
  )
  if (codecs.size === 0) return []
  await using pool = openCodecPool()
  const faults = await Promise.all(
    [...codecs.values()].map(async (codec) => {
      const input = { bytes: Uint8Array.of(0), fPort: 1, recvTimeMs: 0 }
      const outcome = await pool.run(codec, input)
      // That it can't read such a frame says nothing.
      const isBroken =
        outcome.kind === 'failed' && outcome.because !== 'threw' && outcome.because !== 'bad-answer'
      return isBroken ? [`${codec.file}: ${outcome.detail}`] : []
    }),
  )
  return faults.flat()
}
