/** Ways of deciding from a sensor's readings when to say "full"; each gives the instants of its posts. */
import { readFileSync } from 'node:fs'

import { createEngine } from '#src/rules/engine.ts'
import type { JournalRecord } from '#src/rules/record.ts'
import { parseRuleFile } from '#src/rules/rule-file.ts'
import type { RuleBook } from '#src/rules/rule-file.ts'
import { startBelievers } from '#src/store/believing.ts'
import type { Reading } from '#src/stations/reading.ts'
import { instant } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { madeTown } from '../made-town.ts'
import type { Stream } from '../quality/streams.ts'

export interface Policy {
  readonly name: string
  /** The level that it calls full. */
  readonly fullPercent: number
  readonly postsAt: (stream: Stream) => readonly number[]
}

/** A post at each rise over the line. */
function crossing(fullPercent: number): Policy['postsAt'] {
  return hysteresis(fullPercent, fullPercent)
}

/** A post at a rise over the line, and the next not before the level has been under the lower one. */
function hysteresis(fullPercent: number, clearPercent: number): Policy['postsAt'] {
  return ({ atMs, rawPercent }) => {
    const posts: number[] = []
    let isTold = false
    rawPercent.forEach((level, i) => {
      if (level < clearPercent) isTold = false
      if (isTold || !(level >= fullPercent)) return
      isTold = true
      posts.push(atMs[i]!)
    })
    return posts
  }
}

/** One container at a station by itself, under the rules as they run in service. */
function byRules(book: RuleBook, believing: boolean): Policy['postsAt'] {
  const town = madeTown(1, ['clear-glass'])
  const index = indexTown(town)
  const { containerId, deviceId } = town.mountings[0]!
  return (stream) => {
    const engine = createEngine({ book, town })
    const believers = startBelievers()
    const posts: number[] = []
    const apply = (record: JournalRecord) => {
      engine.apply(record)
      for (const { kind, items, sendAt } of engine.takeEffects().posts) {
        if (kind === 'open' && items.some(({ ruleId }) => ruleId === 'full')) posts.push(sendAt)
      }
    }
    let seq = 0
    stream.rawPercent.forEach((level, i) => {
      const at = instant(stream.atMs[i]!)
      const said = Number.isNaN(level) ? ({ fault: 'no-echo' } as const) : { fillPercent: level }
      const heard = {
        type: 'reading',
        seq: ++seq,
        at,
        containerId,
        deviceId,
        measuredAt: at,
      } as const
      if (!believing) {
        apply({ ...heard, ...said })
        return
      }
      const reading: Reading = {
        deviceId,
        containerId,
        measuredAt: at,
        receivedAt: at,
        n: 0,
        flags: [],
        ...said,
      }
      const { fillPercent, emptied } = believers.judge(reading, containerId, seq, index)
      apply(fillPercent === undefined ? { ...heard, ...said } : { ...heard, fillPercent })
      if (!emptied) return
      const { after, before, confidence } = emptied
      const times = { emptiedAt: before, notBefore: after }
      apply({ type: 'emptied', seq, at, containerId, ...times, by: 'sensor', confidence })
    })
    return posts
  }
}

/** The rules of the demo town, with what is edited in them. */
function townBook(edit: (text: string) => string = (text) => text): RuleBook {
  const path = new URL('../../towns/boras/rules.yaml', import.meta.url)
  const parsed = parseRuleFile(edit(readFileSync(path, 'utf8')), 'rules.yaml')
  if (parsed.kind === 'faulty') throw new Error(JSON.stringify(parsed.faults))
  return parsed.book
}

/** At night nothing is said; without quiet hours a post's delay tells of the rules alone. */
function neverQuiet(book: RuleBook): RuleBook {
  const { quiet: _, ...policy } = book.policy
  return { ...book, policy }
}

/** Without something that the demo town's rules say, to see what it does. */
function without(words: string): (text: string) => string {
  return (text) => {
    if (!text.includes(words)) throw new Error(`the demo town's rules no longer say "${words}"`)
    return text.replace(words, '')
  }
}

export function policies(): readonly Policy[] {
  const book = townBook()
  return [
    { name: 'naive, each crossing of 80 %', fullPercent: 80, postsAt: crossing(80) },
    { name: 'naive, each crossing of 85 %', fullPercent: 85, postsAt: crossing(85) },
    { name: 'naive 80 %, again under 70', fullPercent: 80, postsAt: hysteresis(80, 70) },
    { name: 'naive 85 %, again under 70', fullPercent: 85, postsAt: hysteresis(85, 70) },
    { name: 'rules, raw levels', fullPercent: 85, postsAt: byRules(book, false) },
    { name: 'rules, cleaned levels', fullPercent: 85, postsAt: byRules(book, true) },
    {
      name: 'the same, never quiet',
      fullPercent: 85,
      postsAt: byRules(neverQuiet(book), true),
    },
    {
      name: 'the same, one reading',
      fullPercent: 85,
      postsAt: byRules(townBook(without('    readings: 2\n')), true),
    },
    {
      name: 'the same, forgetful',
      fullPercent: 85,
      postsAt: byRules(townBook(without(', remember: 3d')), true),
    },
  ]
}
