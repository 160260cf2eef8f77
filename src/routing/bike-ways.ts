/** How fast a cargo bike with a trailer gets along a way, by OpenStreetMap's tags. */
import type { Tags } from './osm-pbf.ts'

/** Metres a second; undefined in a direction that it can't be ridden or pushed. */
export interface WaySpeed {
  readonly forward: number
  readonly backward: number
  /** Metres up in a metre forward. */
  readonly incline: number
}

const KM_PER_HOUR = new Map([
  ['cycleway', 17],
  ['residential', 16],
  ['living_street', 12],
  ['unclassified', 16],
  ['tertiary', 16],
  ['tertiary_link', 16],
  ['secondary', 15],
  ['secondary_link', 15],
  ['primary', 15],
  ['primary_link', 15],
  ['road', 14],
  ['service', 13],
  ['track', 11],
  ['path', 11],
  ['pedestrian', 8],
  ['footway', 8],
  ['bridleway', 7],
])
const PUSHED_KM_PER_HOUR = 4.5
const LOOSE =
  /^(unpaved|gravel|fine_gravel|pebblestone|ground|dirt|earth|grass|sand|mud|cobblestone|sett|unhewn_cobblestone)/
const LOOSE_FACTOR = 0.7
/** Wheel to wheel, with a hand's breadth. */
const NARROWEST_M = 1
const NO_WAY = /^(no|private|use_sidepath)$/
const MAY = /^(yes|designated|permissive|official)$/
/** What a trailer doesn't get through. */
const BARRIERS = /^(stile|turnstile|full-height_turnstile|kissing_gate|cycle_barrier|wall|fence)$/

/** Undefined for what isn't for bikes at all: motorways, steps, private ground, what is too narrow. */
export function waySpeed(tags: Tags): WaySpeed | undefined {
  const highway = KM_PER_HOUR.get(tags.get('highway') ?? '')
  if (highway === undefined || tags.get('motorroad') === 'yes' || isTooNarrow(tags))
    return undefined
  const bicycle = tags.get('bicycle') ?? ''
  const dismount = bicycle === 'dismount'
  if (NO_WAY.test(bicycle)) return undefined
  if (!MAY.test(bicycle) && !dismount && NO_WAY.test(tags.get('access') ?? '')) return undefined
  const surface = LOOSE.test(tags.get('surface') ?? '') ? LOOSE_FACTOR : 1
  const ridden = dismount ? PUSHED_KM_PER_HOUR : Math.max(PUSHED_KM_PER_HOUR, highway * surface)
  const against = Math.min(ridden, PUSHED_KM_PER_HOUR)
  const oneWay = direction(tags)
  return {
    forward: (oneWay < 0 ? against : ridden) / 3.6,
    backward: (oneWay > 0 ? against : ridden) / 3.6,
    incline: inclineOf(tags),
  }
}

export function isBarred(tags: Tags): boolean {
  if (tags.size === 0) return false
  return BARRIERS.test(tags.get('barrier') ?? '') || (tags.has('barrier') && isTooNarrow(tags))
}

/** 1 forward only, −1 backward only, 0 both; against it a bike is pushed. */
function direction(tags: Tags): number {
  if (tags.get('oneway:bicycle') === 'no') return 0
  if (tags.get('cycleway')?.startsWith('opposite') === true) return 0
  const oneWay = tags.get('oneway:bicycle') ?? tags.get('oneway')
  if (oneWay === '-1' || oneWay === 'reverse') return -1
  return /^(yes|true|1)$/.test(oneWay ?? '') || tags.get('junction') === 'roundabout' ? 1 : 0
}

function isTooNarrow(tags: Tags): boolean {
  return ['maxwidth', 'maxwidth:physical', 'width'].some((key) => {
    const metres = Number.parseFloat(tags.get(key) ?? '')
    return metres < NARROWEST_M
  })
}

/** `8%`, `-5 %`; `up`, `down` and degrees tell nothing here. */
function inclineOf(tags: Tags): number {
  const match = /^(-?\d+(?:\.\d+)?)\s*%$/.exec(tags.get('incline') ?? '')
  return match ? Number(match[1]) / 100 : 0
}
