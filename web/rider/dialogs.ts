/** What is asked before something is told: why not, what was taken, what the scales say. Undefined: never mind. */
import type { FailedBecause } from '#src/pickups/day/day.ts'
import type { Stream, Taken } from './day.ts'
import { h } from './draw.ts'
import type { Weighing } from './queue.ts'
import type { Row } from './round.ts'
import { nameOf, type Telling } from './stop-words.ts'
import type { Reason, Words } from './words.ts'

const REASONS: Readonly<Record<'pickup' | 'drop-off' | 'break', readonly Reason[]>> = {
  pickup: [
    'not-home',
    'refused',
    'too-heavy',
    'too-large',
    'hazardous',
    'no-access',
    'other-things',
    'no-time',
    'skipped',
  ],
  'drop-off': ['full', 'closed', 'no-access', 'no-time', 'skipped'],
  break: ['skipped'],
}
const MOST_NOTE = 300
const MOST_KG = 2000
const MOST_COUNT = 100

export type WhyNot =
  | { readonly kind: 'failed'; readonly because: FailedBecause; readonly note?: string }
  | { readonly kind: 'skipped'; readonly note?: string }

export function askWhy({ stop }: Row, words: Words): Promise<WhyNot | undefined> {
  const note = h('input', { id: 'why-note', maxlength: MOST_NOTE, autocomplete: 'off' })
  return ask<WhyNot>(words, words.why, (answer) => {
    const said = () => {
      const text = note.value.trim()
      return text === '' ? {} : { note: text }
    }
    return [
      h(
        'div',
        { class: 'reasons' },
        ...REASONS[stop.kind].map((reason) =>
          h(
            'button',
            {
              type: 'button',
              class: 'tap',
              onclick: () =>
                answer(
                  reason === 'skipped'
                    ? { kind: reason, ...said() }
                    : { kind: 'failed', because: reason, ...said() },
                ),
            },
            words.reasons[reason],
          ),
        ),
      ),
      h('label', { for: 'why-note' }, words.noteLabel),
      note,
    ]
  })
}

export interface WhatTaken {
  readonly taken: readonly Taken[]
  readonly kg?: number
  readonly note?: string
}

export function askTaken({ stop }: Row, telling: Telling): Promise<WhatTaken | undefined> {
  const { words, catalogue } = telling
  const lines = stop.things.map(({ item, count }, i) => {
    const name = nameOf(item, telling)
    const input = numberField(`taken-${i}`, String(count), 'numeric')
    const reuse = h('input', { type: 'checkbox', id: `reused-${i}` })
    reuse.checked = catalogue.get(item)?.reusable === true
    const step = (by: number) => () => {
      input.value = String(Math.max(0, Math.min(MOST_COUNT, Number(input.value) + by)))
    }
    const row = h(
      'fieldset',
      {},
      h('legend', {}, name),
      h(
        'div',
        { class: 'stepper' },
        h('button', { type: 'button', 'aria-label': words.fewer(name), onclick: step(-1) }, '−'),
        h('label', { class: 'unseen', for: input.id }, words.count(name)),
        input,
        h('button', { type: 'button', 'aria-label': words.more(name), onclick: step(1) }, '+'),
        h('label', { class: 'check', for: reuse.id }, reuse, words.forReuse),
      ),
    )
    return { item, input, reuse, row }
  })
  const kg = numberField('taken-kg', '', 'decimal')
  const note = h('input', { id: 'taken-note', maxlength: MOST_NOTE, autocomplete: 'off' })
  return ask<WhatTaken>(words, words.whatTaken, (answer, complain) => [
    ...lines.map(({ row }) => row),
    h('label', { for: kg.id }, words.kg),
    kg,
    h('label', { for: note.id }, words.noteLabel),
    note,
    saveButton(words, () => {
      const counts = lines.map(({ input }) => readNumber(input, MOST_COUNT, true))
      const weight = readNumber(kg, MOST_KG, false)
      if (counts.includes('wrong')) return complain(words.wrongNumber(0, MOST_COUNT))
      if (weight === 'wrong') return complain(words.wrongNumber(0, MOST_KG))
      const taken = lines.flatMap(({ item, reuse }, i): Taken[] => {
        const count = counts[i]
        return typeof count === 'number' && count > 0
          ? [{ item, count, reused: reuse.checked }]
          : []
      })
      if (taken.length === 0) return complain(words.nothingTaken)
      const said = note.value.trim()
      return answer({
        taken,
        ...(weight !== undefined && { kg: weight }),
        ...(said !== '' && { note: said }),
      })
    }),
  ])
}

export function askWeighings(
  { unload = [] }: Row,
  takes: readonly Stream[],
  words: Words,
): Promise<{ readonly weighings?: readonly Weighing[] } | undefined> {
  // What is on board first: it is what will be weighed.
  const here = new Set<Stream>([...unload.map(({ stream }) => stream), ...takes])
  const lines = [...here].map((waste) => {
    const kg = numberField(`kg-${waste}`, '', 'decimal')
    const count = numberField(`count-${waste}`, '', 'numeric')
    const name = words.streams[waste]
    const row = h(
      'fieldset',
      { class: 'weighing' },
      h('legend', {}, name),
      h('div', {}, h('label', { for: kg.id }, words.kgOf(name)), kg),
      h('div', {}, h('label', { for: count.id }, words.countOf(name)), count),
    )
    return { waste, kg, count, row }
  })
  return ask(words, words.weighed, (answer, complain) => [
    ...lines.map(({ row }) => row),
    saveButton(words, () => {
      const weighings: Weighing[] = []
      for (const line of lines) {
        const kg = readNumber(line.kg, MOST_KG, false)
        const count = readNumber(line.count, MOST_COUNT, true)
        if (kg === 'wrong') return complain(words.wrongNumber(0, MOST_KG))
        if (count === 'wrong') return complain(words.wrongNumber(1, MOST_COUNT))
        const counted = count !== undefined && count > 0
        if (kg === undefined && !counted) continue
        weighings.push({
          waste: line.waste,
          ...(kg !== undefined && { kg }),
          ...(counted && { count }),
        })
      }
      return answer(weighings.length > 0 ? { weighings } : {})
    }),
  ])
}

/** Whether somebody is sure. */
export async function askSure(words: Words, question: string, yes: string): Promise<boolean> {
  const sure = await ask<true>(words, question, (answer) => [
    h('button', { type: 'button', class: 'tap first', onclick: () => answer(true) }, yes),
  ])
  return sure === true
}

function ask<Answer>(
  words: Words,
  title: string,
  content: (answer: (value: Answer) => void, complain: (text: string) => void) => readonly Node[],
): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    let given: Answer | undefined
    const fault = h('p', { class: 'fault', role: 'alert' })
    const dialog = h('dialog', { 'aria-labelledby': 'asked' }, h('h2', { id: 'asked' }, title))
    const answer = (value: Answer) => {
      given = value
      dialog.close()
    }
    const complain = (text: string) => {
      fault.textContent = text
    }
    dialog.append(
      ...content(answer, complain),
      fault,
      h('button', { type: 'button', class: 'tap', onclick: () => dialog.close() }, words.cancel),
    )
    dialog.addEventListener('close', () => {
      dialog.remove()
      resolve(given)
    })
    document.body.append(dialog)
    dialog.showModal()
  })
}

function saveButton(words: Words, onclick: () => void): Node {
  return h('button', { type: 'button', class: 'tap first', onclick }, words.save)
}

function numberField(id: string, value: string, mode: 'numeric' | 'decimal'): HTMLInputElement {
  return h('input', { id, value, inputmode: mode, autocomplete: 'off', maxlength: 7 })
}

/** Undefined for an empty field. A comma counts as a point. */
function readNumber(
  { value }: HTMLInputElement,
  most: number,
  isWhole: boolean,
): number | 'wrong' | undefined {
  const text = value.trim().replace(',', '.')
  if (text === '') return undefined
  const number = Number(text)
  const isFit = number >= 0 && number <= most && (!isWhole || Number.isInteger(number))
  return isFit ? number : 'wrong'
}
