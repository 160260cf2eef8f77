/** One activity to one inbox: signed, posted, and what became of it. */
import { HOUR, SECOND, plus } from '#src/stations/time.ts'
import type { Clock, EpochMs } from '#src/stations/time.ts'
import type { Work, WorkOutcome } from '#src/store/work-queue.ts'
import { outcomeOfHttpStatus } from '../channel.ts'
import type { Answer } from '../channels/http.ts'
import { retryAfterMs } from '../channels/http.ts'
import { askedMs, backoffMs } from '../retry.ts'
import type { Circuits } from './circuits.ts'
import { readPiece, type Piece } from './pieces.ts'
import type { Remote, SignatureSpec, Signer } from './remote.ts'

export interface PieceDelivery {
  readonly remote: Remote
  readonly circuits: Circuits
  readonly secret: string
  readonly clock: Clock
  readonly random: () => number
  /** Undefined when the actor is gone. */
  readonly signerOf: (keyId: string) => Promise<Signer | undefined>
  /** These are gone, says their server. */
  readonly onGone: (piece: Piece) => Promise<void>
}

const CAVAGE = 'draft-cavage-http-signatures-12'
const MOST_SPECS = 10_000

export function pieceDelivery(options: PieceDelivery) {
  const { remote, circuits, secret, clock, random } = options
  /** Servers that want the newer kind of signature. */
  const modern = new Set<string>()

  return async function deliverPiece(work: Work, signal: AbortSignal): Promise<WorkOutcome> {
    const piece = readPiece(work, secret)
    if (!piece) return { state: 'dead', error: 'sealed with another secret' }
    const signer = await options.signerOf(piece.keyId)
    if (!signer) return { state: 'dead', error: 'its sender is gone' }
    const { host } = new URL(piece.inbox)
    const rest = circuits.restUntil(host, clock())
    if (rest !== undefined) {
      return { state: 'due', dueAt: rest, error: 'its server is let alone', untried: true }
    }
    const may = await remote.mayAsk(piece.inbox)
    if (may === 'no') return { state: 'dead', error: 'its server has no address that may be asked' }
    if (may === 'unknown') {
      circuits.failed(host, clock())
      return again(work, 'its server’s name can’t be looked up')
    }

    const answer = await knock(piece, signer, host, signal)
    noteCircuit(host, answer)
    if (answer.kind === 'answer' && isGone(answer.status, piece)) {
      await options.onGone(piece)
      return { state: 'dead', error: `gone (${answer.status})` }
    }
    return outcomeOf(answer, work)
  }

  /** By the kind of signature that the server is known for, or else by the older; refused, by the other. */
  async function knock(
    { inbox, activity }: Piece,
    signer: Signer,
    host: string,
    signal: AbortSignal,
  ): Promise<Answer> {
    const body = JSON.stringify(activity)
    const post = (spec: SignatureSpec) => remote.post({ inbox, body, signer, spec, signal })
    const [first, second] = modern.has(host)
      ? (['rfc9421', CAVAGE] as const)
      : ([CAVAGE, 'rfc9421'] as const)
    const answer = await post(first)
    if (answer.kind === 'none' || (answer.status !== 401 && answer.status !== 400)) return answer
    const again = await post(second)
    if (again.kind === 'answer' && isTaken(again.status)) {
      if (second === CAVAGE) modern.delete(host)
      else if (modern.size < MOST_SPECS) modern.add(host)
    }
    return again
  }

  function noteCircuit(host: string, answer: Answer): void {
    if (answer.kind === 'answer' && answer.status < 500) circuits.answered(host)
    else circuits.failed(host, clock())
  }

  function outcomeOf(answer: Answer, work: Work): WorkOutcome {
    if (answer.kind === 'answer' && isTaken(answer.status)) return { state: 'done' }
    const failure =
      answer.kind === 'none'
        ? ({ kind: 'later', detail: 'no answer' } as const)
        : outcomeOfHttpStatus(
            answer.status,
            `answered ${answer.status}`,
            retryAfterMs(answer.headers, clock()),
          )
    // A server's one inbox that is missing is a server that is ill.
    const isIll = answer.kind === 'answer' && answer.status === 404
    if (failure.kind === 'never' && !isIll) return { state: 'dead', error: failure.detail }
    const afterMs = failure.kind === 'later' && 'afterMs' in failure ? failure.afterMs : undefined
    return again(work, failure.detail, afterMs)
  }

  /** As often as it takes: it ends when it is old. */
  function again({ attempts }: Work, error: string, afterMs?: number): WorkOutcome {
    return { state: 'due', dueAt: nextTryAt(attempts, afterMs), error }
  }

  function nextTryAt(attempts: number, afterMs: number | undefined): EpochMs {
    const waitMs =
      afterMs === undefined
        ? SECOND + backoffMs(attempts, random())
        : askedMs(Math.min(afterMs, HOUR), random())
    return plus(clock(), waitMs)
  }
}

function isTaken(status: number): boolean {
  return status >= 200 && status < 300
}

/** A server whose one inbox is missing is ill; one that says that it is gone is. */
function isGone(status: number, { isShared }: Piece): boolean {
  return status === 410 || (status === 404 && !isShared)
}
