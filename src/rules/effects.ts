/** Hands over what has gathered, to be kept. */
import type { Effects } from './decision.ts'
import { clockText, textOf } from './kept-state.ts'
import { stateOf } from './watch.ts'
import type { World } from './world.ts'

const NOTHING: Effects = {
  decisions: [],
  posts: [],
  withdrawn: [],
  containers: [],
  state: new Map(),
}

/** What the engine brought about since the last call; `looseState` belongs to no watched thing, and is handed over too. */
export function takeEffects(world: World, looseState: Map<string, string | undefined>): Effects {
  const { ledger } = world
  const isQuiet =
    !ledger.hasRecord &&
    looseState.size === 0 &&
    ledger.dirty.length === 0 &&
    ledger.touched.length === 0 &&
    ledger.decisions.length === 0
  if (isQuiet) return NOTHING

  const state = new Map(looseState)
  looseState.clear()
  for (const thing of ledger.dirty) {
    thing.dirty = false
    state.set(thing.key, textOf(thing))
  }
  if (world.clock.now !== undefined) state.set('clock', clockText(world.clock))
  const containers = ledger.touched.map((watch) => {
    watch.touched = false
    return stateOf(watch)
  })
  const { decisions, posts, withdrawn } = ledger
  ledger.decisions = []
  ledger.posts = []
  ledger.withdrawn = []
  ledger.touched = []
  ledger.dirty = []
  ledger.hasRecord = false
  return { decisions, posts, withdrawn, containers, state }
}
