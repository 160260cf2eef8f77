import { Secret, TOTP } from 'otpauth'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HOUR, MINUTE, plus, SECOND } from '#src/stations/time.ts'
import { hashPassword } from '#src/store/password.ts'
import { openStaffDesk } from '#src/store/staff-desk.ts'
import { newDraft, sealDraft } from '#src/pages/book-draft.ts'
import { openHttpTown, PUBLIC_URL, SEALER, type HttpTown } from '#tests/support/http-town.ts'

const PASSWORD = 'ekorren bor i eken'
const OWN = {
  'content-type': 'application/x-www-form-urlencoded',
  'sec-fetch-site': 'same-origin',
}
type Headers = Record<string, string>

let town: HttpTown
let passwordHash: string

beforeEach(async () => {
  town = await openHttpTown()
  passwordHash = await hashPassword(PASSWORD)
  await town.store.addUser(
    { login: 'anna', name: 'Anna', role: 'editor', passwordHash },
    town.now(),
  )
})
afterEach(async () => {
  await town[Symbol.asyncDispose]()
})

const send = (url: string, fields: Record<string, string>, headers: Headers = {}) =>
  town.app.inject({
    method: 'POST',
    url,
    headers: { ...OWN, ...headers },
    payload: new URLSearchParams(fields).toString(),
  })
type Answer = Awaited<ReturnType<typeof send>>
const cookieOf = ({ headers }: Answer) => String(headers['set-cookie']).split(';', 1)[0]!
const ticketIn = ({ body }: Answer) => /name="ticket" value="([^"]+)"/.exec(body)![1]!
/** What the app shows; it is another program than ours only in name, but the standard's. */
const codeOf = (secret: string) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: town.now() })

const password = () => send('/logga-in', { login: 'anna', password: PASSWORD })
const withCode = (ticket: string, code: string) => send('/logga-in', { ticket, code })

async function turnOn(): Promise<{ secret: string; recovery: string[]; cookie: string }> {
  const cookie = cookieOf(await password())
  const offered = await send('/mitt-konto', { do: 'step' }, { cookie })
  const secret = /<code>([A-Z2-7]{32})<\/code>/.exec(offered.body)![1]!
  const fields = { do: 'step-on', ticket: ticketIn(offered), code: codeOf(secret) }
  const on = await send('/mitt-konto', fields, { cookie })
  const recovery = [...on.body.matchAll(/<code>([a-z2-7]{5}-[a-z2-7]{5})<\/code>/g)].map(
    (m) => m[1]!,
  )
  town.setNow(plus(town.now(), MINUTE))
  return { secret, recovery, cookie }
}

describe('signing in by two steps', () => {
  test('the standard’s own codes fit (RFC 6238, appendix B, its last six digits)', () => {
    const secret = Secret.fromUTF8('12345678901234567890').base32
    const code = (seconds: number) =>
      new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: seconds * 1000 })
    expect([59, 1111111109, 1234567890].map(code)).toEqual(['287082', '081804', '005924'])
  })

  test('is kept only when a code of the app has come back', async () => {
    const cookie = cookieOf(await password())
    const offered = await send('/mitt-konto', { do: 'step' }, { cookie })
    expect(offered.body).toContain('<svg class="qr"')
    const fields = { do: 'step-on', ticket: ticketIn(offered), code: '000000' }
    const again = await send('/mitt-konto', fields, { cookie })
    expect(again.statusCode).toBe(400)
    expect(again.body).toContain('Koden stämmer inte.')
    const secretOf = (answer: Answer) => /<code>([A-Z2-7]{32})<\/code>/.exec(answer.body)![1]
    expect(secretOf(again)).toBe(secretOf(offered))
    expect((await password()).statusCode).toBe(303)
  })

  test('then a password alone opens nothing, and a code opens once', async () => {
    const { secret } = await turnOn()
    const asked = await password()
    expect(asked.statusCode).toBe(200)
    expect(asked.headers['set-cookie']).toBeUndefined()
    expect(asked.body).toContain('Nu behövs koden från din app.')
    const code = codeOf(secret)
    expect((await withCode(ticketIn(asked), '000000')).statusCode).toBe(400)
    const [one, two] = await Promise.all([1, 2].map(() => withCode(ticketIn(asked), code)))
    expect(new Set([one!.statusCode, two!.statusCode])).toEqual(new Set([303, 400]))
    town.setNow(plus(town.now(), 30 * SECOND))
    const start = {
      url: '/start',
      headers: { cookie: cookieOf([one!, two!].find((a) => a.statusCode === 303)!) },
    }
    expect((await town.app.inject(start)).body).toContain('Hej, Anna!')
  })

  test.each([
    ['half a minute early', -30 * SECOND, 303],
    ['half a minute late', 30 * SECOND, 303],
    ['two minutes late', 2 * MINUTE, 400],
  ])('a code that comes %s', async (_what, ms, status) => {
    const { secret } = await turnOn()
    town.setNow(plus(town.now(), 5 * MINUTE))
    const code = codeOf(secret)
    const asked = await password()
    town.setNow(plus(town.now(), ms))
    expect((await withCode(ticketIn(asked), code)).statusCode).toBe(status)
  })

  test('a code on paper counts once, in capitals too', async () => {
    const { recovery } = await turnOn()
    expect(recovery).toHaveLength(8)
    const use = async (code: string) =>
      (await withCode(ticketIn(await password()), code)).statusCode
    expect(await use(recovery[3]!.toUpperCase())).toBe(303)
    expect(await use(recovery[3]!)).toBe(400)
    expect(await use(recovery[4]!)).toBe(303)
  })

  test('a ticket is good for ten minutes, for this account and password, and of our making', async () => {
    const { secret } = await turnOn()
    const asked = await password()
    expect((await withCode('made-up', codeOf(secret))).statusCode).toBe(400)
    town.setNow(plus(town.now(), 11 * MINUTE))
    expect((await withCode(ticketIn(asked), codeOf(secret))).statusCode).toBe(400)
    const fresh = await password()
    await town.store.changeUser('anna', { passwordHash: await hashPassword('another password') })
    expect((await withCode(ticketIn(fresh), codeOf(secret))).statusCode).toBe(400)
  })

  test('guessing is slowed down as with passwords', async () => {
    const { secret } = await turnOn()
    town.setNow(plus(town.now(), HOUR))
    const ticket = ticketIn(await password())
    const statuses = []
    for (let i = 0; i < 8; i += 1) statuses.push((await withCode(ticket, '000000')).statusCode)
    expect(statuses).toEqual([400, 400, 400, 400, 400, 400, 400, 429])
    expect((await withCode(ticket, codeOf(secret))).statusCode).toBe(429)
  })

  test('is turned off by who has the password, or by an administrator', async () => {
    const { cookie } = await turnOn()
    const off = (password: string) => send('/mitt-konto', { do: 'step-off', password }, { cookie })
    expect((await off('a guess')).statusCode).toBe(400)
    expect((await password()).statusCode).toBe(200)
    expect((await off(PASSWORD)).statusCode).toBe(303)
    expect((await password()).statusCode).toBe(303)
    await turnOn()
    await send('/anvandare/anna', { do: 'step-off' }, { ...(await town.signIn('admin')) })
    expect((await password()).statusCode).toBe(303)
  })

  test('another app takes its place only after it has been turned off', async () => {
    const { secret, cookie } = await turnOn()
    const offered = await send('/mitt-konto', { do: 'step' }, { cookie })
    expect(offered.body).not.toContain('name="ticket"')
    expect(offered.body).toContain('name="password"')
    const desk = openStaffDesk({
      store: town.store,
      clock: () => town.now(),
      realNow: () => town.now(),
      sealer: SEALER,
      publicUrl: PUBLIC_URL,
    })
    const other = desk.offerSecondStep('anna')
    const fields = { do: 'step-on', ticket: other.ticket, code: codeOf(other.secret) }
    expect((await send('/mitt-konto', fields, { cookie })).statusCode).toBe(400)
    expect((await withCode(ticketIn(await password()), codeOf(secret))).statusCode).toBe(303)
  })

  test('a form that is sent twice shows codes on paper that count', async () => {
    const cookie = cookieOf(await password())
    const offered = await send('/mitt-konto', { do: 'step' }, { cookie })
    const secret = /<code>([A-Z2-7]{32})<\/code>/.exec(offered.body)![1]!
    const fields = { do: 'step-on', ticket: ticketIn(offered), code: codeOf(secret) }
    await send('/mitt-konto', fields, { cookie })
    const again = await send('/mitt-konto', fields, { cookie })
    const [, code] = /<code>([a-z2-7]{5}-[a-z2-7]{5})<\/code>/.exec(again.body)!
    expect((await withCode(ticketIn(await password()), code!)).statusCode).toBe(303)
  })

  test('what else we sealed is no ticket', async () => {
    const drafts = sealDraft(newDraft(town.now()), SEALER)
    for (const ticket of [drafts, SEALER.seal('null'), SEALER.seal('{}'), SEALER.seal('')]) {
      expect((await withCode(ticket, '000000')).statusCode).toBe(400)
    }
    expect(town.logged).toEqual([])
  })

  test('what it is made of is sealed', async () => {
    const { secret } = await turnOn()
    const { secondStep } = (await town.store.account('anna'))!
    expect(secondStep).toBeDefined()
    expect(secondStep).not.toContain(secret)
    expect((await password()).body).not.toContain(secret)
  })
})
