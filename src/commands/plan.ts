/** `kvitter plan`: what the national hub says of the town's stations, brought into the running service. */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { hubStation, hubStationsIn } from '#src/stations/hub-stations.ts'
import type { Env } from '../config.ts'
import type { CommandResult } from './codec.ts'
import { type Asked, openStaffApi, STAFF_FLAGS, STAFF_HELP } from './staff-api.ts'

const USAGE = [
  'usage: kvitter plan import FILE.json [--dry-run]',
  '',
  'FILE is what GetAllAVS or GetAVS of Avfallshubben answered. Days of coming emptyings become the hub’s',
  'plan, last emptyings are told as the contractor’s, each once. Brought in again it changes nothing.',
  '',
  '  --dry-run        tell what would come of it, and keep nothing',
  ...STAFF_HELP,
].join('\n')

interface Imported {
  readonly stations: {
    readonly matched: number
    readonly unknown: readonly { readonly externalAvsId: string; readonly name: string | null }[]
    readonly missing: readonly string[]
    readonly elsewhere: number
    readonly withoutServices: number
  }
  readonly plans: { readonly kept: number; readonly withdrawn: number; readonly same: number }
  readonly emptyings: { readonly kept: number; readonly known: number }
  readonly ignored: {
    readonly inWords: number
    readonly notOfContainers: number
    readonly withoutTime: number
    readonly over: number
  }
  readonly faults: readonly {
    readonly externalAvsId: string | null
    readonly serviceType: number | null
    readonly what: string
  }[]
  readonly moreFaults: number
}

export async function planCommand(args: readonly string[], env: Env): Promise<CommandResult> {
  let parsed
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...STAFF_FLAGS,
        'dry-run': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    return { code: 2, text: `${(error as Error).message}\n\n${USAGE}` }
  }
  const { values, positionals } = parsed
  if (values.help) return { code: 0, text: USAGE }
  const [what, file] = positionals
  if (what !== 'import' || file === undefined || positionals.length > 2) {
    return { code: 2, text: USAGE }
  }
  const read = await readStations(file)
  if (read.kind === 'faulty') return { code: 2, text: read.why }

  const api = openStaffApi(values.url, env)
  const town = await api.get<{ town: { municipalityCode: string } }>('/api/v1/stations')
  if (town.kind === 'failed') return { code: 1, text: town.words }
  const { ours, elsewhere } = partOf(read.stations, town.value.town.municipalityCode)
  const dryRun = values['dry-run'] === true
  const asked: Asked<Imported> = await api.send(
    'POST',
    `/api/v1/plans/import${dryRun ? '?dryRun=yes' : ''}`,
    ours,
  )
  if (asked.kind === 'failed') return { code: 1, text: asked.words }
  return { code: 0, text: importText(asked.value, elsewhere, dryRun) }
}

async function readStations(
  file: string,
): Promise<
  | { readonly kind: 'read'; readonly stations: readonly unknown[] }
  | { readonly kind: 'faulty'; readonly why: string }
> {
  try {
    const stations = hubStationsIn(JSON.parse(await readFile(file, 'utf8')))
    return stations
      ? { kind: 'read', stations }
      : { kind: 'faulty', why: `${file} is not what GetAllAVS or GetAVS of the hub answers.` }
  } catch (error) {
    return { kind: 'faulty', why: `${file} can't be read: ${(error as Error).message}` }
  }
}

/** The national file is large, and the service needs of it only the town's stations; what can't be read it is to tell. */
function partOf(
  stations: readonly unknown[],
  municipalityCode: string,
): { readonly ours: readonly unknown[]; readonly elsewhere: number } {
  const ours = stations.filter((value) => {
    const parsed = hubStation.safeParse(value)
    return !parsed.success || parsed.data.municipalityCode === municipalityCode
  })
  return { ours, elsewhere: stations.length - ours.length }
}

function importText(imported: Imported, elsewhere: number, dryRun: boolean): string {
  const { stations, plans, emptyings, ignored, faults, moreFaults } = imported
  const counted = (n: number, words: string) => (n === 0 ? [] : [`${n} ${words}`])
  const passedOver = Object.entries({
    'texts instead of dates': ignored.inWords,
    'services that are not of containers': ignored.notOfContainers,
    'last emptyings without a time of day': ignored.withoutTime,
    'next emptyings whose day has been': ignored.over,
  }).flatMap(([words, n]) => (n === 0 ? [] : [`${words} ${n}`]))
  return [
    ...(dryRun ? ['A dry run: nothing was kept.'] : []),
    `Stations: ${stations.matched} of ours in the file, ${elsewhere + stations.elsewhere} of other municipalities.`,
    ...counted(stations.withoutServices, 'of ours without services: ask GetAVS for each.'),
    ...counted(stations.missing.length, `of ours not in the file: ${few(stations.missing)}`),
    ...counted(
      stations.unknown.length,
      `of the municipality not in the town: ${few(stations.unknown.map((s) => s.externalAvsId))}`,
    ),
    `Plans: ${plans.kept} new, ${plans.same} as before, ${plans.withdrawn} withdrawn.`,
    `Emptyings: ${emptyings.kept} told, ${emptyings.known} known already.`,
    ...(passedOver.length === 0 ? [] : [`Passed over: ${passedOver.join(', ')}.`]),
    ...faults.map(({ externalAvsId, serviceType, what }) => {
      const service = serviceType === null ? '' : `, service ${serviceType}`
      return externalAvsId === null ? what : `${externalAvsId}${service}: ${what}`
    }),
    ...counted(moreFaults, 'more of the kind.'),
  ].join('\n')
}

function few(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(', ')
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown
}
