/** A town's folder read whole: `town.yaml`, `rules.yaml`, `texts/` and what they name, all faults at once. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readCityPack } from '#src/routing/city-pack.ts'
import { readHeights } from '#src/routing/heights.ts'
import { parseRuleFile, type RuleBook } from '#src/rules/rule-file.ts'
import { readAddressList } from '#src/stations/address-list.ts'
import { faultLine } from '#src/stations/fault-line.ts'
import { parseMapBase, type MapBase } from '#src/stations/map-base.ts'
import type { MapSource } from '#src/stations/map-source.ts'
import type { ReturnBike } from '#src/stations/return-bike.ts'
import { parseReturnBikeFile } from '#src/stations/return-bike-file.ts'
import type { Town, TownProfile } from '#src/stations/station.ts'
import { POST_TEMPLATES } from '#src/wording/post-text.ts'
import type { TownTexts } from '#src/wording/text-book.ts'
import { findArchiveFault } from './map-archive.ts'
import { parseTown } from './town-parser.ts'
import { readTownTexts } from './town-texts.ts'

export interface TownFolder {
  readonly town: Town
  readonly book: RuleBook
  /** The text of `rules.yaml`. */
  readonly rules: string
  /** Absent where the folder has no `returnbike.yaml`. */
  readonly returnBike?: ReturnBike
  /** Absent where the folder has no `map.geojson`. */
  readonly mapBase?: MapBase
  /** `map` in `town.yaml`, an archive by where it lies. */
  readonly mapSource?: MapSource
  /** `pages.css`: the municipality's own look, after ours. */
  readonly css?: string
  /** What the town says its own way. */
  readonly texts: TownTexts
  /** Things that work and are probably not meant. */
  readonly warnings: readonly string[]
}

/** Every visitor fetches it. */
const MOST_CSS_BYTES = 20_000

export type ReadTownFolder =
  | { readonly kind: 'ok'; readonly folder: TownFolder }
  | { readonly kind: 'faulty'; readonly faults: readonly string[] }

/** Every fault is one line: `file:line  field: what was expected`. */
export async function readTownFolder(folder: string): Promise<ReadTownFolder> {
  const faults: string[] = []
  const readText = async (name: string, isOptional = false): Promise<string | undefined> => {
    const path = join(folder, name)
    try {
      // Some editors mark a text so; in a stylesheet the first rule would be lost by it.
      return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '')
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code === 'ENOENT' && isOptional) return undefined
      faults.push(
        code === 'ENOENT'
          ? `${path}: there is no such file${name.endsWith('.yaml') ? "; a town's folder holds town.yaml and rules.yaml" : ''}`
          : `${path}: can't be read (${code ?? String(error)})`,
      )
      return undefined
    }
  }
  const townText = await readText('town.yaml')
  const ruleText = await readText('rules.yaml')
  const bikeText = await readText('returnbike.yaml', true)
  const town =
    townText === undefined ? undefined : await parseTown(townText, join(folder, 'town.yaml'))
  const rules =
    ruleText === undefined
      ? undefined
      : parseRuleFile(ruleText, join(folder, 'rules.yaml'), POST_TEMPLATES)
  for (const parsed of [town, rules]) {
    if (parsed?.kind === 'faulty') faults.push(...parsed.faults.map(faultLine))
  }
  const returnBike =
    bikeText === undefined
      ? undefined
      : await readReturnBike(bikeText, folder, town?.kind === 'ok' ? town.town : undefined, {
          readText,
          faults,
        })
  const mapText = await readText('map.geojson', true)
  const map = mapText === undefined ? undefined : parseMapBase(mapText, join(folder, 'map.geojson'))
  if (map?.kind === 'faulty') faults.push(...map.faults)
  const mapSource =
    town?.kind === 'ok' ? await readMapSource(town.mapSource, folder, town.town, faults) : undefined
  const css = await readText('pages.css', true)
  if (css !== undefined && Buffer.byteLength(css) > MOST_CSS_BYTES) {
    faults.push(`${join(folder, 'pages.css')}: expected at most ${MOST_CSS_BYTES / 1000} kB`)
  }
  const own = await readTownTexts(folder)
  faults.push(...own.faults)
  const profiles = town?.kind === 'ok' ? await readCodecs(town.town.profiles ?? [], readText) : []
  if (faults.length > 0 || town?.kind !== 'ok' || rules?.kind !== 'ok' || ruleText === undefined) {
    return { kind: 'faulty', faults }
  }
  return {
    kind: 'ok',
    folder: {
      town: profiles.length === 0 ? town.town : { ...town.town, profiles },
      book: rules.book,
      rules: ruleText,
      ...(returnBike && { returnBike }),
      ...(map?.kind === 'ok' && { mapBase: map.base }),
      ...(mapSource && { mapSource }),
      ...(css !== undefined && { css }),
      texts: own.texts,
      warnings: rules.warnings.map(faultLine),
    },
  }
}

/** With its addresses, where it names a file of them; undefined when there are faults. */
async function readReturnBike(
  text: string,
  folder: string,
  town: Town | undefined,
  {
    readText,
    faults,
  }: { readText: (name: string) => Promise<string | undefined>; faults: string[] },
): Promise<ReturnBike | undefined> {
  const parsed = parseReturnBikeFile(text, join(folder, 'returnbike.yaml'), town)
  if (parsed.kind === 'faulty') {
    faults.push(...parsed.faults.map(faultLine))
    return undefined
  }
  const { addressFile } = parsed
  const returnBike = withHeights(withPack(parsed.returnBike, folder, faults), folder, faults)
  if (addressFile === undefined) return returnBike
  const list = await readText(addressFile)
  if (list === undefined) return undefined
  const read = readAddressList(list, join(folder, addressFile))
  if (read.kind === 'ok') return { ...returnBike, addresses: read.addresses }
  faults.push(...read.faults.map(faultLine))
  return undefined
}

/** Its archive by where it lies, looked into so that one that can't be drawn is told of with all the rest. */
async function readMapSource(
  source: MapSource | undefined,
  folder: string,
  { stations }: Town,
  faults: string[],
): Promise<MapSource | undefined> {
  if (source?.pmtiles === undefined) return source
  const file = join(folder, source.pmtiles)
  const places = stations.map(({ place }) => place)
  const fault = await findArchiveFault(file, places)
  if (fault !== undefined) faults.push(`${file}: ${fault}`)
  return { pmtiles: file }
}

/** Its city pack by where it lies; it is read here once, so that a faulty one is told of with all the rest. */
function withPack(returnBike: ReturnBike, folder: string, faults: string[]): ReturnBike {
  const { travel } = returnBike
  if (travel?.kind !== 'city-pack') return returnBike
  const file = join(folder, travel.file)
  try {
    readCityPack(file)
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    faults.push(
      isMissing
        ? `${file}: there is no such file; kvitter city-pack import makes it`
        : (error as Error).message,
    )
  }
  return { ...returnBike, travel: { kind: 'city-pack', file } }
}

/** Its tiles of heights by where they lie, read here once for the same reason. */
function withHeights(returnBike: ReturnBike, folder: string, faults: string[]): ReturnBike {
  const { formula } = returnBike
  if (!formula?.heights) return returnBike
  const heights = formula.heights.map((name) => join(folder, name))
  for (const file of heights) {
    try {
      readHeights([file])
    } catch (error) {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
      faults.push(isMissing ? `${file}: there is no such file` : (error as Error).message)
    }
  }
  return { ...returnBike, formula: { ...formula, heights } }
}

/** The text of each codec, as its vendor published it. */
function readCodecs(
  profiles: readonly TownProfile[],
  readText: (name: string) => Promise<string | undefined>,
): Promise<TownProfile[]> {
  return Promise.all(
    profiles.map(async (profile): Promise<TownProfile> => {
      if (!profile.codec) return profile
      const source = (await readText(profile.codec.file)) ?? ''
      return { ...profile, codec: { ...profile.codec, source } }
    }),
  )
}
