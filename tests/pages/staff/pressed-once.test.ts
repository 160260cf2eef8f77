import { expect, test } from 'vitest'
import { openPressOnce } from '#src/pages/staff/pressed-once.ts'
import { MINUTE } from '#src/stations/time.ts'

const form = new URLSearchParams({ press: 'a', station: '1490-901' })

test('pressed again within a minute is the first press; who comes back to the form later means it', async () => {
  let now = 0
  let done = 0
  const once = openPressOnce<number>(() => now)
  const press = (of = form) => once(of, async () => (done += 1))
  expect(await Promise.all([press(), press()])).toEqual([1, 1])
  now = MINUTE - 1
  expect(await press()).toBe(1)
  expect(await press(new URLSearchParams({ press: 'b', station: '1490-901' }))).toBe(2)
  now = MINUTE
  expect(await press()).toBe(3)
})

test('what failed may be pressed again at once', async () => {
  const once = openPressOnce<string>()
  await expect(once(form, () => Promise.reject(new Error('no room')))).rejects.toThrow('no room')
  expect(await once(form, async () => 'done')).toBe('done')
})

test('a form without the field is done each time', async () => {
  let done = 0
  const once = openPressOnce<number>()
  const plain = new URLSearchParams({ station: '1490-901' })
  for (const n of [1, 2]) expect(await once(plain, async () => (done += 1))).toBe(n)
})
