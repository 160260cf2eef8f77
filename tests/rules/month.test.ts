import { createHash } from 'node:crypto'

import { describe, expect, test } from 'vitest'

import { createEngine } from '#src/rules/engine.ts'
import type { RuleBook } from '#src/rules/rule-book.ts'
import { MONTH_END, makeMonth } from '../../bench/rules/month.ts'
import { EIGHT_RULES, readBook } from '../../bench/rules/rule-books.ts'
import { borasBook, createStore } from './scenario.ts'

/** A month of the first stations of the demo town, by the simulator, with all that is told beside. */
const month = (() => {
  let made: ReturnType<typeof makeMonth> | undefined
  return () => (made ??= makeMonth(4))
})()

/** Plays the month, with an engine made anew from kept state before every so many records. */
function playMonth(book: RuleBook, every: number) {
  const { town, records } = month()
  const store = createStore()
  let engine = createEngine({ book, town })
  records.forEach((record, i) => {
    if (i % every === 0) engine = createEngine({ book, town, kept: store.kept() })
    engine.apply(record)
    store.keep(engine.takeEffects())
  })
  engine.advance(MONTH_END)
  store.keep(engine.takeEffects())
  const { state } = store.kept()
  return {
    decisions: store.decisions.length,
    posts: store.posts.length,
    restores: Math.ceil(records.length / every),
    bytes: hashOf([store.decisions, store.posts]),
    state: hashOf([...state].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

function hashOf(told: unknown): string {
  return createHash('sha256').update(JSON.stringify(told)).digest('hex')
}

describe.each([
  ['the rules of Borås', borasBook],
  ['the eight rules of the specification', readBook(EIGHT_RULES)],
])('a month of four stations by %s', (_, book) => {
  test('restored before every tenth record, decides the same to the byte', () => {
    const { restores: once, ...whole } = playMonth(book, Infinity)
    const { restores, ...cut } = playMonth(book, 10)
    expect(once).toBe(0)
    expect(restores).toBeGreaterThan(1000)
    expect(whole.decisions).toBeGreaterThan(500)
    expect(whole.posts).toBeGreaterThan(30)
    expect(cut).toEqual(whole)
  }, 120_000)
})
