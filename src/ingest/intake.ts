/** Messages on their way to the journal: judged as they come, answered in order once they are kept. */
import { Buffer } from 'node:buffer'
import type { PublishPacket } from 'aedes'
import type { Logger } from 'pino'
import type { Clock } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import type { Journal, Settled } from '#src/store/journal.ts'
import { forbidsPublish } from './access.ts'
import type { Identity } from './access.ts'
import type { AckLine } from './ack-line.ts'
import type { CodecOutcome, CodecPool } from './codecs/sandbox/pool.ts'
import type { BrokerCounts, MessageOutcome } from './broker-metrics.ts'
import { KEPT_PUBLISH_BYTES } from './frame-guard.ts'
import type { FrameGuard } from './frame-guard.ts'
import { receive, rejected } from './receive.ts'
import type { CodecNeeded, Context, Received } from './receive.ts'
import { refuse } from './refusal.ts'
import { addressIn } from './topic.ts'

export interface Sender {
  readonly identity: Identity
  readonly line: AckLine
  readonly guard: FrameGuard
  /** Its messages taken in and not yet answered. */
  held: number
  /**
   * Settles when the newest of its messages that need a codec is in the journal, or never will be. Those
   * enter it in the order in which they came; the others don't wait for them, for they are of other
   * devices: all of a device's messages are read by its one profile.
   */
  decoding?: Promise<void>
}

export interface IntakeOptions {
  readonly journal: Journal
  readonly town: () => TownIndex
  readonly clock: Clock
  readonly counts: BrokerCounts
  readonly log: Logger
  /** Topics on which clients talk to each other; nothing there is a reading. */
  readonly isOpenTopic: (topic: string) => boolean
  readonly observeAck: (seconds: number) => void
  /** Runs the town's codecs; without it what needs one is refused. */
  readonly codecs?: CodecPool
}

export interface Intake {
  /**
   * Takes a message in. `answer` is called in the order of the calls for one sender, once the message
   * is durably kept (or at its turn, if there was nothing to keep), never before `take` returns.
   * Throws if the journal takes nothing any more.
   */
  take(sender: Sender, packet: PublishPacket, answer: (outcome: MessageOutcome) => void): void
  /** Messages taken in and not yet answered, of all senders. */
  readonly held: number
}

const NO_CODECS: CodecOutcome = {
  kind: 'failed',
  because: 'out-of-service',
  detail: 'codecs are not run here',
}

export function openIntake(options: IntakeOptions): Intake {
  const { journal, town, clock, counts, log, isOpenTopic, observeAck, codecs } = options
  let held = 0

  const judge = (sender: Sender, packet: PublishPacket): Received => {
    const payload =
      typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload
    const index = town()
    const address = addressIn(index.town, packet.topic)
    const sentBytes = sentLength(sender.guard, packet, payload)
    const context: Context = {
      town: index,
      receivedAt: clock(),
      maybeRepeat: packet.dup,
      address,
      ...(sentBytes !== undefined && { sentBytes }),
    }
    const forbidden = forbidsPublish(sender.identity, packet.topic, address, context.town.town)
    if (forbidden !== undefined) {
      // Whoever may not say it may not say it later either.
      const refusal = refuse('unknown-topic', forbidden)
      return rejected(packet.topic, payload, context, refusal, undefined, false)
    }
    try {
      return receive(packet.topic, payload, context)
    } catch (error) {
      // Our own fault; but unanswered it would come again for ever.
      log.error({ err: error, topic: packet.topic }, 'reading a message threw')
      return rejected(
        packet.topic,
        payload,
        context,
        refuse('undecodable', 'Kvitter itself failed on this message; please report it'),
      )
    }
  }

  const finish = (
    needed: CodecNeeded,
    outcome: CodecOutcome,
  ): ReturnType<CodecNeeded['finish']> => {
    try {
      return needed.finish(outcome)
    } catch (error) {
      // Our own fault; but unanswered it would come again for ever.
      log.error({ err: error, codec: needed.codec.file }, "reading a codec's answer threw")
      const detail = 'Kvitter itself failed on its answer; please report it'
      return needed.finish({ kind: 'failed', because: 'bad-answer', detail })
    }
  }

  const keep = (
    what: Exclude<Received, { kind: 'ignored' | 'codec' }>,
    settled: (outcome: Settled) => void,
  ): void => {
    if (what.kind === 'rejected') {
      const { reason, detail, topic } = what.rejected
      counts.rejected[reason] = (counts.rejected[reason] ?? 0) + 1
      log.debug({ reason, detail, topic }, 'message not taken')
    }
    journal.append(what, settled)
  }

  /** It will not be answered. */
  const lose = (sender: Sender): void => {
    sender.held--
    held--
  }

  /** What can't be decoded or kept because the service is closing stays unanswered and comes again. */
  const decodeAndKeep = async (
    sender: Sender,
    needed: CodecNeeded,
    settled: (outcome: Settled) => void,
  ): Promise<void> => {
    const before = sender.decoding
    const decoding = codecs?.run(needed.codec, needed.input) ?? Promise.resolve(NO_CODECS)
    try {
      const [outcome] = await Promise.all([decoding, before])
      keep(finish(needed, outcome), settled)
    } catch (error) {
      lose(sender)
      log.warn({ err: error, codec: needed.codec.file }, 'a message was not kept and not answered')
    }
  }

  return {
    get held() {
      return held
    },
    take(sender, packet, answer) {
      const begunAt = performance.now()
      let outcome: MessageOutcome = 'ignored'
      const place = sender.line.take(() => {
        sender.held--
        held--
        counts.messages[outcome]++
        observeAck((performance.now() - begunAt) / 1000)
        answer(outcome)
      })
      sender.held++
      held++
      const settled = (what: MessageOutcome) => {
        outcome = what
        sender.line.ready(place)
      }
      if (isOpenTopic(packet.topic)) {
        queueMicrotask(() => settled('passed'))
        return
      }
      const received = judge(sender, packet)
      switch (received.kind) {
        case 'ignored':
          // Not at once: aedes must not be called back from within its own parser.
          queueMicrotask(() => settled('ignored'))
          return
        case 'codec':
          sender.decoding = decodeAndKeep(sender, received, settled)
          return
        case 'rejected':
        case 'uplink':
          try {
            keep(received, settled)
          } catch (error) {
            lose(sender)
            throw error
          }
      }
    },
  }
}

/** How long a payload was before its end was dropped; undefined if it is whole. */
function sentLength(
  guard: FrameGuard,
  packet: PublishPacket,
  payload: Uint8Array,
): number | undefined {
  if (packet.length !== KEPT_PUBLISH_BYTES) return undefined
  return guard.takeCutLength() - (KEPT_PUBLISH_BYTES - payload.byteLength)
}
