import type { Move, Target } from './moves.ts'

/** What rows may do. One object for the board's life, so that rows needn't be drawn anew for it. */
export interface Actions {
  choose(stop: string): void
  toggleMenu(stop: string): void
  move(move: Move): void
  /** Let go somewhere: its place is looked up then, since the plan may have changed under the drag. */
  drop(stop: string, target: Target): void
  /** A step up or down; the row keeps the focus. */
  step(stop: string, by: -1 | 1): void
  command(name: string, body?: object): void
  /** Something urgent comes into the plan; true when it did. */
  urgent(asked: object): Promise<boolean>
  candidate(id: string, answer: 'accept' | 'decline'): void
}
