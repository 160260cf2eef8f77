/**
 * The board's own desk: the day as the server last told it, the moves that are on their way, and the line
 * that says how old all this is. The server owns the plan; what it refuses is said and taken back. Commands
 * go one after another, so that each names the version that the one before made.
 */
import { after, type Day } from './day.ts'
import {
  again,
  type Again,
  findStop,
  type Move,
  moved,
  whyNot,
  type WhyNot,
  type Wish,
  wishOf,
} from './moves.ts'

export interface Answered {
  readonly status: number
  readonly json: unknown
}

/** How the board reaches the API; paths after `/api/v1`. */
export type Ask = (method: 'GET' | 'POST', path: string, body?: object) => Promise<Answered>

export type Saying =
  | {
      readonly kind: 'moved'
      readonly move: Move
      /** Where it was before, from 0 (-1: outside), and on which bike. */
      readonly wasAt: number
      readonly wasOn: string | undefined
      /** The plan had changed meanwhile. */
      readonly again: boolean
    }
  | { readonly kind: 'not-moved'; readonly stop: string; readonly because: WhyNot }
  | { readonly kind: 'there'; readonly stop: string }
  | { readonly kind: 'did'; readonly command: string }
  /** The server's own words, or its status. */
  | { readonly kind: 'refused'; readonly command: string; readonly reason: string }
  /** Somebody was faster; what is shown is the plan now. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'signed-out' }
  /** The bike doesn't run that day. */
  | { readonly kind: 'no-day' }
  /** The day could not be had; it is tried again. */
  | { readonly kind: 'failed' }
  | { readonly kind: 'offline' }

export interface Shown {
  /** With the moves that are on their way. */
  readonly day: Day | undefined
  readonly isBusy: boolean
  /** The last thing that came of what was done, with a number that rises. */
  readonly said: (Saying & { readonly no: number }) | undefined
  /** Milliseconds of the machine's clock, when the day was last known to be so. */
  readonly heardAt: number | undefined
}

export interface BoardDesk {
  shown(): Shown
  /** Gets the day; several wishes at once are one. */
  look(): Promise<void>
  /** The stream says that it is there. */
  heard(): void
  move(move: Move): Promise<void>
  /** Any other command of the day, by its name in the API; true when it was done. */
  command(name: string, body?: object): Promise<boolean>
  candidate(id: string, answer: 'accept' | 'decline'): Promise<void>
}

/** A move is tried on so many plans before it is given up. */
const MOST_TRIES = 4

export function openBoardDesk(options: {
  readonly day: string
  readonly ask: Ask
  readonly now: () => number
  readonly onChange: (shown: Shown) => void
}): BoardDesk {
  const { day: name, ask, now, onChange } = options
  let told: Day | undefined
  /** So many answers have been taken. */
  let taken = 0
  /** What was moved by hand and isn't answered yet, oldest first. */
  let onTheWay: readonly Wish[] = []
  let busy = 0
  let said: Shown['said']
  let heardAt: number | undefined
  let queue: Promise<void> = Promise.resolve()
  let looking: Promise<void> | undefined
  let looksAgain = false

  function shown(): Shown {
    const day = told && onTheWay.reduce(withWish, told)
    return { day, isBusy: busy > 0, said, heardAt }
  }

  function tell(): void {
    onChange(shown())
  }

  function say(saying: Saying): void {
    said = { ...saying, no: (said?.no ?? 0) + 1 }
  }

  /** `takenBefore`: how many answers had been taken when it was asked for, where it changes nothing itself. */
  function take(day: Day, people: boolean, takenBefore = 0): void {
    // An answer may be overtaken on its way by a newer one. What was asked for since that one came is
    // newer, whatever its version: a backup may have been put back.
    if (told && day.version < told.version && taken > takenBefore) return
    taken += 1
    told = after(told, day, people)
    heardAt = now()
    if (said?.kind === 'no-day' || said?.kind === 'failed') said = undefined
  }

  async function look(): Promise<void> {
    const takenBefore = taken
    const { status, json } = await ask('GET', `/rounds/${name}?people=yes`)
    if (status === 200) take(json as Day, true, takenBefore)
    else if (status === 401 || status === 403) say({ kind: 'signed-out' })
    else if (!told) say({ kind: status === 404 ? 'no-day' : 'failed' })
    tell()
  }

  function lookSoon(): Promise<void> {
    if (looking) {
      looksAgain = true
      return looking
    }
    looking = look()
      .catch(() => {
        if (told) return
        say({ kind: 'failed' })
        tell()
      })
      .finally(() => {
        looking = undefined
        if (!looksAgain) return
        looksAgain = false
        void lookSoon()
      })
    return looking
  }

  /** In turn; a fault of the network ends this one and not the next. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    busy += 1
    tell()
    queue = queue
      .then(work)
      .catch(() => say({ kind: 'offline' }))
      .finally(() => {
        busy -= 1
        tell()
      })
    return queue
  }

  /** True when it is settled; otherwise the plan is another one now. */
  function settle(command: string, { status, json }: Answered): boolean {
    if (status === 200) {
      take(json as Day, false)
      return true
    }
    if (status === 409 && isChanged(json)) return false
    if (status === 401 || status === 403) say({ kind: 'signed-out' })
    else say({ kind: 'refused', command, reason: reasonIn(json) ?? String(status) })
    return true
  }

  async function carryOut(wish: Wish, first: Move): Promise<void> {
    let next: Again = { kind: 'move', move: first }
    for (let tries = 0; next.kind === 'move' && tries < MOST_TRIES; tries++) {
      const { move } = next
      const was = findStop(told!, move.stop)
      const answered = await ask('POST', `/rounds/${name}/move`, {
        version: told!.version,
        ...move,
      })
      if (settle('move', answered)) {
        if (answered.status === 200) {
          const [wasAt, wasOn] = [was?.at ?? -1, was?.round?.bike]
          say({ kind: 'moved', move, wasAt, wasOn, again: tries > 0 })
        }
        return
      }
      await look()
      next = again(told!, wish)
    }
    if (next.kind === 'no') say({ kind: 'not-moved', stop: wish.stop, because: next.because })
    else if (next.kind === 'there') say({ kind: 'there', stop: wish.stop })
    else say({ kind: 'changed' })
  }

  return {
    shown,
    look: lookSoon,
    heard() {
      heardAt = now()
      tell()
    },
    move(move) {
      const { day } = shown()
      if (!day) return Promise.resolve()
      const because = whyNot(day, move)
      if (because !== undefined) {
        say({ kind: 'not-moved', stop: move.stop, because })
        tell()
        return Promise.resolve()
      }
      const wish = wishOf(day, move)
      if (again(day, wish).kind === 'there') return Promise.resolve()
      onTheWay = [...onTheWay, wish]
      return inTurn(async () => {
        try {
          // Moves before this one may have come to something else.
          const now = again(told!, wish)
          if (now.kind === 'move') await carryOut(wish, now.move)
          else if (now.kind === 'no') {
            say({ kind: 'not-moved', stop: wish.stop, because: now.because })
          } else say({ kind: 'there', stop: wish.stop })
        } finally {
          onTheWay = onTheWay.filter((one) => one !== wish)
        }
      })
    },
    async command(command, body = {}) {
      let isDone = false
      await inTurn(async () => {
        const answered = await ask('POST', `/rounds/${name}/${command}`, {
          version: told?.version ?? 0,
          ...body,
        })
        if (settle(command, answered)) {
          isDone = answered.status === 200
          if (isDone) say({ kind: 'did', command })
          void lookSoon()
          return
        }
        await look()
        say({ kind: 'changed' })
      })
      return isDone
    },
    candidate(id, answer) {
      return inTurn(async () => {
        const version = told?.version ?? 0
        const { status, json } = await ask(
          'POST',
          `/bike-candidates/${id}/${answer}`,
          answer === 'accept' ? { day: name, version } : {},
        )
        if (status === 200) say({ kind: 'did', command: answer })
        else if (status === 409 && isChanged(json)) say({ kind: 'changed' })
        else say({ kind: 'refused', command: answer, reason: reasonIn(json) ?? String(status) })
        await look()
      })
    },
  }
}

function withWish(day: Day, wish: Wish): Day {
  const now = again(day, wish)
  return now.kind === 'move' ? moved(day, now.move) : day
}

interface Problem {
  readonly type?: string
  readonly detail?: string
  readonly because?: readonly { readonly reason?: string }[]
}

/** Whether a refusal is that the plan was changed, and not that it can't be. */
function isChanged(json: unknown): boolean {
  return (json as Problem | undefined)?.type?.endsWith('plan-changed') === true
}

function reasonIn(json: unknown): string | undefined {
  const { because, detail } = (json ?? {}) as Problem
  return because?.[0]?.reason ?? detail
}
