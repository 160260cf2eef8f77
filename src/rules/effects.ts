/** Hands over what has gathered, to be kept. */
import type { ContainerState, Effects } from './decision.ts'
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

/** State to be kept that belongs to no watched thing. */
export interface LooseState {
  readonly state: Map<string, string | undefined>
  containers: readonly ContainerState[]
}

/** What the engine brought about since the last call, with what is loose. */
export function takeEffects(world: World, loose: LooseState): Effects {
  const { ledger } = world
  const isQuiet =
    !ledger.hasRecord &&
    loose.state.size === 0 &&
    loose.containers.length === 0 &&
    ledger.dirty.length === 0 &&
    ledger.touched.length === 0 &&
    ledger.decisions.length === 0
  if (isQuiet) return NOTHING

  const state = new Map(loose.state)
  loose.state.clear()
  for (const thing of ledger.dirty) {
    thing.dirty = false
    state.set(thing.key, textOf(thing))
  }
  if (world.clock.now !== undefined) state.set('clock', clockText(world.clock))
  const touched = ledger.touched.map((watch) => {
    watch.touched = false
    return stateOf(watch)
  })
  const containers = loose.containers.concat(touched)
  loose.containers = []
  const { decisions, posts, withdrawn } = ledger
  ledger.decisions = []
  ledger.posts = []
  ledger.withdrawn = []
  ledger.touched = []
  ledger.dirty = []
  ledger.hasRecord = false
  return { decisions, posts, withdrawn, containers, state }
}
