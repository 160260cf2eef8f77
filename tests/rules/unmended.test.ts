/** What nobody mends and nobody speaks of any more does not stand for ever. */
import { expect, test } from 'vitest'

import { HOUR, after, local, play, tellPost } from './scenario.ts'
import type { Cue } from './scenario.ts'

const ten = local('2026-05-05T10:00')
const later = (hours: number) => after(ten, hours * HOUR)
const paper = '901-paper-1'
const say = (report: 'litter' | 'broken', hours: number, who: string, by?: 'staff'): Cue => ({
  at: later(hours),
  report,
  of: paper,
  who,
  ...(by && { by }),
})

const rows: readonly (readonly [string, readonly Cue[], number, readonly string[]])[] = [
  [
    'litter of which nobody has spoken for a day is closed without a word, and can be news again',
    [say('litter', 0, 'a'), say('litter', 0, 'b'), say('litter', 48, 'a'), say('litter', 48, 'c')],
    52,
    ['05-05 10:15 open: littered 901', '05-07 10:15 open: littered 901'],
  ],
  [
    'what residents alone call broken is forgotten after a day, and can be news again',
    [say('broken', 0, 'a'), say('broken', 0, 'b'), say('broken', 72, 'a'), say('broken', 72, 'c')],
    76,
    ['05-05 10:15 open: broken 901-paper-1', '05-08 10:15 open: broken 901-paper-1'],
  ],
  [
    'what staff call broken stays so until somebody mends it',
    [say('broken', 0, 'a', 'staff'), say('broken', 96, 'b'), say('broken', 96, 'c')],
    100,
    ['05-05 10:15 open: broken 901-paper-1'],
  ],
]

test.each(rows)('%s', (_, cues, hours, posts) => {
  expect(play(cues, later(hours)).posts.map(tellPost)).toEqual(posts)
})
