/** What is to be brought to one place goes there, as far as there is room; nothing is put in a full place. */
import { expect, test } from 'vitest'
import { isNamed, loadsFor, reserveRoom, type Brought } from '#src/pickups/day/brought-to.ts'
import { ask, answerOf, placesOf, type DaySetting } from '#src/pickups/day/day-problem.ts'
import { insertOnly } from '#src/pickups/planning/insert-only.ts'
import { at, job, setting as bare, tableBetween } from './cast.ts'

const [centre, station] = bare.dropOffs
const far = { ...station!, id: 'far', place: { lat: 57.74, lon: 12.95 } }
const setting: DaySetting = { ...bare, dropOffs: [centre!, station!, far] }
const paper = (litres: number, dropOffId?: string): Brought => ({
  loads: [{ stream: 'paper', litres }],
  ...(dropOffId !== undefined && { dropOffId }),
})
const roomAt = ({ dropOffs }: DaySetting, dropOffId: string) =>
  Object.fromEntries(
    dropOffs.find(({ id }) => id === dropOffId)!.room.map(({ stream, roomL }) => [stream, roomL]),
  )

test('goes to the place that was named, though another is nearer', () => {
  const brought = paper(100, 'far')
  const reserved = reserveRoom(setting, [brought])
  const urgent = job('job-1', { loads: loadsFor(brought, reserved) })
  const question = { setting: reserved.setting, jobs: [urgent], facts: new Map(), now: at('09:00') }
  const asked = ask(question, tableBetween(placesOf(question)))
  const { rounds, unserved } = answerOf(question, insertOnly(asked.problem, asked.from).plan)
  expect(unserved).toEqual([])
  expect(rounds.flatMap(({ stops }) => stops)).toMatchObject([
    { id: 'job-1' },
    { kind: 'drop-off', dropOffId: 'far' },
  ])
})

test('has its room taken off the room that others have there', () => {
  const all = [paper(100, 'station'), paper(250, 'station'), paper(100)]
  const reserved = reserveRoom(setting, all)
  expect(roomAt(reserved.setting, 'station')).toEqual({ paper: 150, 'paper~station': 350 })
  expect(roomAt(reserved.setting, 'far')).toEqual({ paper: 500 })
  expect(loadsFor(all[2]!, reserved)).toEqual([{ stream: 'paper', litres: 100 }])
})

test('first come has the room: the next is brought wherever it is taken', () => {
  const [first, second, third] = [400, 200, 100].map((litres) => paper(litres, 'station'))
  const reserved = reserveRoom(setting, [first!, second!, third!])
  expect([...reserved.brought]).toEqual([first, third])
  expect(loadsFor(second!, reserved)).toBe(second!.loads)
})

test('takes nobody’s room where there always is some', () => {
  const brought: Brought = { loads: [{ stream: 'bulky', litres: 900 }], dropOffId: 'centre' }
  const reserved = reserveRoom(setting, [brought])
  expect(roomAt(reserved.setting, 'centre')).toEqual({
    bulky: undefined,
    reuse: undefined,
    'bulky~centre': undefined,
  })
  expect(loadsFor(brought, reserved).every(isNamed)).toBe(true)
})

test.each([
  ['where there is no room for so much', paper(501, 'station')],
  ['where it isn’t taken', paper(10, 'centre')],
  ['where nobody knows the place', paper(10, 'nowhere')],
])('goes wherever it is taken %s', (_, brought) => {
  const reserved = reserveRoom(setting, [brought])
  expect(reserved.setting).toEqual(setting)
  expect(loadsFor(brought, reserved)).toBe(brought.loads)
})

test('goes wherever it is taken where a rider found the place full', () => {
  const brought = paper(100, 'station')
  const reserved = reserveRoom(setting, [brought])
  const dropOffs = reserved.setting.dropOffs.map((dropOff) => ({
    ...dropOff,
    room: dropOff.room.map(({ stream }) => ({ stream, roomL: 0 })),
  }))
  const shut = { ...reserved, setting: { ...reserved.setting, dropOffs } }
  expect(loadsFor(brought, shut)).toBe(brought.loads)
})

test('of more than eight kinds and places, the last go wherever they are taken', () => {
  const many = Array.from({ length: 9 }, (_, n) => ({ ...station!, id: `s-${n}` }))
  const all = many.map(({ id }) => paper(10, id))
  const reserved = reserveRoom({ ...setting, dropOffs: many }, all)
  const named = all.map((brought) => loadsFor(brought, reserved).every(isNamed))
  expect(named).toEqual([...Array.from({ length: 8 }, () => true), false])
})
