/** Plays a rule test's cues to the very engine that runs in service, and keeps what it answers as a store would. */
import type { Engine, KeptState } from '#src/rules/contract.ts'
import type {
  ContainerState,
  ContainerStatus,
  DecidedPost,
  Decision,
  EpisodeState,
} from '#src/rules/decision.ts'
import { createEngine } from '#src/rules/engine.ts'
import { readEpisode } from '#src/rules/kept-state.ts'
import type { JournalRecord } from '#src/rules/record.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import { plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Cue, Of, RuleTest, Told } from './rule-test.ts'
import type { HistoryReason } from './test-shape.ts'

/** What a record that changed nothing was about, and why it didn't. */
export interface Ignored {
  readonly about: string
  readonly because: HistoryReason
}

export interface Stage {
  play(cue: Cue): void
  /** Lets time pass until then, by a clock that is right. */
  passUntil(at: EpochMs): void
  /** All so far. */
  readonly posts: readonly DecidedPost[]
  readonly decisions: readonly Decision[]
  readonly ignored: readonly Ignored[]
  readonly town: Town
  state(of: Of): EpisodeState
  status(container: ContainerId): ContainerStatus
}

export function openStage({ book: bookAtStart, town: townAtStart, start }: RuleTest): Stage {
  const posts: DecidedPost[] = []
  const decisions: Decision[] = []
  const ignored: Ignored[] = []
  const kept = {
    containers: new Map<ContainerId, ContainerState>(),
    state: new Map<string, string>(),
  }
  let book = bookAtStart
  let town = townAtStart
  let engine = createEngine({ book, town })
  let seq = 0
  /** Where the journal stands: its times never go backwards. */
  let stoodAt = start.at
  let clockAheadMs = 0

  const take = (): void => {
    const effects = engine.takeEffects()
    posts.push(...effects.posts)
    decisions.push(...effects.decisions)
    for (const container of effects.containers) {
      // Through text, as everything kept goes.
      kept.containers.set(container.containerId, structuredClone(container))
    }
    for (const [key, text] of effects.state) {
      if (text === undefined) kept.state.delete(key)
      else kept.state.set(key, text)
    }
  }
  const serverTime = (at: EpochMs): EpochMs => {
    stoodAt = Math.max(stoodAt, at + clockAheadMs) as EpochMs
    return stoodAt
  }
  const passUntil = (at: EpochMs): void => {
    engine.advance(serverTime(at))
    take()
  }
  const tell = (told: Told, at: EpochMs, about: string): void => {
    const record = { ...told, seq: ++seq, at: serverTime(at) } as JournalRecord
    const applied = engine.apply(held(record, plus(at, clockAheadMs)))
    if (applied.kind === 'history') ignored.push({ about, because: applied.because })
    take()
  }
  /** As after a restart: all that goes on is what was kept, in the order in which a store gives it back. */
  const makeAnew = (): Engine => {
    const was: KeptState = {
      containers: [...kept.containers.values()],
      state: new Map([...kept.state].sort(([a], [b]) => (a < b ? -1 : 1))),
    }
    return createEngine({ book, town, kept: was })
  }
  passUntil(start.at)

  return {
    posts,
    decisions,
    ignored,
    get town() {
      return town
    },
    passUntil,
    play(cue) {
      const { at } = cue
      switch (cue.kind) {
        case 'told':
          tell(cue.told, at, cue.about)
          return
        case 'town':
          town = cue.town
          engine.replaceTown(town)
          tell({ type: 'town' }, at, 'town')
          return
        case 'rules':
          passUntil(at)
          book = cue.book
          engine = makeAnew()
          take()
          return
        case 'post-corrected': {
          const post = posts[(cue.post ?? posts.length) - 1]
          if (post) tell({ type: 'post-corrected', post, actor: 'test' }, at, 'post')
          else ignored.push({ about: 'post', because: 'unknown-post' })
          return
        }
        case 'down':
          passUntil(at)
          return
        case 'up': {
          const firedUntil = stoodAt
          engine = makeAnew()
          tell({ type: 'resumed', firedUntil }, at, 'town')
          return
        }
        case 'clock-step':
          passUntil(at)
          clockAheadMs += cue.byMs
      }
    },
    state: ({ ruleId, subject }) =>
      readEpisode(kept.state, `episode|${ruleId}|${subject}`)?.state ?? 'idle',
    status: (container) => engine.status(container, stoodAt),
  }
}

/** A device's clock that is ahead is held to the time of receipt, as when the reading is taken in. */
function held(record: JournalRecord, receivedAt: EpochMs): JournalRecord {
  if (record.type !== 'reading' || record.measuredAt <= receivedAt) return record
  return { ...record, measuredAt: receivedAt }
}
