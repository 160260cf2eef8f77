import { expect, test } from 'vitest'
import { HOUR, isoText, plus } from '#src/stations/time.ts'
import { EKUDDEN_PAPER, openHttpTown, TUESDAY, type HttpTown } from '#tests/support/http-town.ts'

const TOKEN = 'a-long-enough-token'
const URL = `/api/v1/containers/${EKUDDEN_PAPER}/emptyings`
const withStaff = () => openHttpTown({ http: { staffToken: TOKEN } })
const ago = (hours: number) => isoText(plus(TUESDAY, -hours * HOUR))

const post = (town: HttpTown, url: string, payload: object, token = TOKEN) =>
  town.app.inject({
    method: 'POST',
    url,
    headers: { authorization: `Bearer ${token}` },
    payload,
  })
const list = async (town: HttpTown) =>
  (await town.app.inject(URL)).json<{ emptyings: { id: number }[] }>().emptyings

test('a driver tells an emptying, and everybody can read of it, though not who told', async () => {
  await using town = await withStaff()
  const told = await post(town, URL, { by: 'contractor', emptiedAt: ago(2), actor: 'Kim' })
  expect([told.statusCode, told.json()]).toEqual([200, { status: 'kept' }])
  expect(await list(town)).toEqual([
    {
      id: 1,
      containerId: EKUDDEN_PAPER,
      emptiedAt: ago(2),
      notBefore: null,
      by: ['contractor'],
      confidence: 0.95,
      corrected: false,
    },
  ])
})

test('a rider tells by the API what they may tell by the page, and corrects nothing', async () => {
  await using town = await openHttpTown()
  const headers = await town.signIn('rider')
  const payload = { by: 'staff', actor: 'Kim' }
  const told = await town.app.inject({ method: 'POST', url: URL, headers, payload })
  expect(told.statusCode).toBe(200)
  const url = `${URL}/1/correction`
  const never = { never: true, actor: 'Kim' }
  const refused = await town.app.inject({ method: 'POST', url, headers, payload: never })
  expect(refused.statusCode).toBe(403)
  expect(await list(town)).toMatchObject([{ by: ['staff'] }])
})

test('staff set its time right, then say that it never was', async () => {
  await using town = await withStaff()
  await post(town, URL, { by: 'contractor', emptiedAt: ago(2) })
  const [emptying] = await list(town)
  const correction = `${URL}/${emptying!.id}/correction`
  expect((await post(town, correction, { emptiedAt: ago(3), actor: 'Kim' })).statusCode).toBe(200)
  expect(await list(town)).toMatchObject([{ emptiedAt: ago(3), corrected: true }])
  expect((await post(town, correction, { never: true, actor: 'Kim' })).statusCode).toBe(200)
  expect(await list(town)).toEqual([])
  expect((await post(town, correction, { never: true, actor: 'Kim' })).statusCode).toBe(404)
})

test.each([
  ['nobody in particular', { actor: 'Kim' }, 'by'],
  ['a resident', { by: 'resident' }, 'by'],
  ['tomorrow', { by: 'staff', emptiedAt: ago(-24) }, 'emptiedAt'],
  ['last year', { by: 'staff', emptiedAt: ago(365 * 24) }, 'emptiedAt'],
  ['no time', { by: 'staff', emptiedAt: 'yesterday' }, 'emptiedAt'],
  ['no name', { by: 'staff', actor: ' ' }, 'actor'],
] as const)('an emptying told by or at %s is refused by the field', async (_, body, field) => {
  await using town = await withStaff()
  const answer = await post(town, URL, body)
  expect(answer.statusCode).toBe(400)
  expect(answer.json()).toMatchObject({ errors: [{ field }] })
  expect(await list(town)).toEqual([])
})

test('what is too long ago is told with the span to choose from, and a month back is taken', async () => {
  await using town = await withStaff()
  const early = await post(town, URL, { by: 'staff', emptiedAt: ago(31 * 24 + 1) })
  expect(early.json()).toMatchObject({
    errors: [
      {
        field: 'emptiedAt',
        expected: `from ${ago(31 * 24)} to ${ago(0)}`,
        got: ago(31 * 24 + 1),
      },
    ],
  })
  expect((await post(town, URL, { by: 'staff', emptiedAt: ago(31 * 24) })).statusCode).toBe(200)
})

test.each([
  [{ actor: 'Kim' }, 'emptiedAt'],
  [{ emptiedAt: ago(32 * 24), actor: 'Kim' }, 'emptiedAt'],
  [{ emptiedAt: ago(-1), actor: 'Kim' }, 'emptiedAt'],
  [{ never: true, emptiedAt: ago(1), actor: 'Kim' }, 'emptiedAt'],
  [{ never: true }, 'actor'],
])('a correction of %j is refused by %s', async (body, field) => {
  await using town = await withStaff()
  await post(town, URL, { by: 'contractor', emptiedAt: ago(2) })
  const answer = await post(town, `${URL}/1/correction`, body)
  expect(answer.statusCode).toBe(400)
  expect(answer.json()).toMatchObject({ errors: [{ field }] })
})

test('only staff tell and correct', async () => {
  await using town = await withStaff()
  expect((await post(town, URL, { by: 'staff' }, 'another-token')).statusCode).toBe(401)
  const correction = await post(town, `${URL}/1/correction`, { never: true, actor: 'K' }, 'x')
  expect(correction.statusCode).toBe(401)
  const unknown = await post(town, '/api/v1/containers/1490-901-metal-9/emptyings', { by: 'staff' })
  expect(unknown.statusCode).toBe(404)
})
