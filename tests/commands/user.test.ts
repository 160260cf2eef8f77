import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { apiTokenCommand } from '#src/commands/api-token.ts'
import { openAskSecret } from '#src/commands/ask-secret.ts'
import { userCommand } from '#src/commands/user.ts'
import { instant } from '#src/stations/time.ts'
import { fitsPassword } from '#src/store/password.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { openStaffDesk } from '#src/store/staff-desk.ts'

const NOW = instant(Date.parse('2026-05-05T12:35:00Z'))
const clock = () => NOW
const PASSWORD = 'ekorren bor i eken'

let data: string
let asked: string[]

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'kvitter-user-'))
  asked = []
})
afterEach(() => rm(data, { recursive: true, force: true }))

const env = () => ({ KVITTER_DATA: data })
const user = (...args: string[]) =>
  userCommand(args, env(), clock, async (prompt) => {
    asked.push(prompt)
    return PASSWORD
  })
const token = (...args: string[]) => apiTokenCommand(args, env(), clock)
const openStore = () => openSqliteStore(join(data, 'kvitter.sqlite'))

describe('kvitter user', () => {
  test('the first administrator is made before the first start, and can sign in', async () => {
    expect(await user('list')).toEqual({ code: 0, text: expect.stringContaining('Nobody yet.') })
    const added = await user('add', 'Anna', '--name', 'Anna Ek', '--role', 'admin')
    expect(added).toEqual({ code: 0, text: 'Anna Ek can sign in as anna, admin.' })
    expect(asked).toEqual(['Password for anna, 12 characters or more'])
    await using store = await openStore()
    const desk = openStaffDesk({ store, clock, publicUrl: 'https://avs.example' })
    expect(await desk.signIn('anna', PASSWORD, '192.0.2.1')).toMatchObject({
      kind: 'in',
      staff: { name: 'Anna Ek', role: 'admin' },
    })
  })

  test('a password that is drawn is printed, and is the one', async () => {
    const { text } = await user('add', 'bo', '--name', 'Bo', '--role', 'rider', '--generate')
    const [, password] = /^password {3}(.*)$/m.exec(text)!
    expect(password).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/)
    await using store = await openStore()
    expect(await fitsPassword(password!, (await store.account('bo'))!.passwordHash)).toBe(true)
    expect(await fitsPassword(`${password}x`, (await store.account('bo'))!.passwordHash)).toBe(
      false,
    )
    expect(asked).toEqual([])
  })

  test('role, password, shutting, opening and erasing', async () => {
    await user('add', 'anna', '--name', 'Anna Ek', '--role', 'editor')
    expect((await user('role', 'anna', 'dispatcher')).text).toBe('anna is dispatcher now.')
    expect((await user('password', 'anna')).text).toBe('anna has a new password.')
    expect((await user('disable', 'anna')).text).toBe('anna can no longer sign in.')
    expect((await user('list')).text).toMatch(/^anna {3}Anna Ek {2}dispatcher {2}disabled/m)
    expect((await user('enable', 'anna')).text).toBe('anna can sign in again.')
    expect((await user('erase', 'anna')).text).toBe('anna is forgotten.')
    expect((await user('erase', 'anna')).code).toBe(1)
  })

  test.each([
    [['add', 'a b', '--name', 'A', '--role', 'admin'], '"a b": expected a login of 2 to 64'],
    [['add', 'anna', '--role', 'king'], '--name: expected a name'],
    [['add', 'anna', '--name', 'A', '--role', 'king'], 'got "king"'],
    [['role', 'anna', 'king'], 'ROLE: expected one of rider, dispatcher, editor, admin'],
    [['add'], 'usage:'],
    [['sing'], 'usage:'],
    [['list', '--colour'], 'Unknown option'],
  ])('%j is told what was expected', async (args, words) => {
    const { code, text } = await user(...args)
    expect(code).toBe(2)
    expect(text).toContain(words)
  })

  test.each([
    ['short', 'expected 12 to 200 characters'],
    ['my name is anna', 'expected one that the login is no part of'],
  ])('the password "%s" is refused', async (password, words) => {
    const args = ['add', 'anna', '--name', 'Anna', '--role', 'admin']
    const answer = await userCommand(args, env(), clock, async () => password)
    expect(answer).toEqual({ code: 2, text: `password: ${words}` })
  })

  test('a login is given once', async () => {
    await user('add', 'anna', '--name', 'Anna', '--role', 'admin', '--generate')
    const again = await user('add', 'ANNA', '--name', 'Anna', '--role', 'admin', '--generate')
    expect(again.code).toBe(1)
    expect(again.text).toContain('There is an account anna already')
  })

  test('from a pipe the password is the next line', async () => {
    const input = new PassThrough()
    input.end(`${PASSWORD}\nmore\n`)
    expect(await openAskSecret(input as never)('Password')).toBe(PASSWORD)
  })
})

describe('kvitter api-token', () => {
  test('is printed once, opens by its role, and can be taken back', async () => {
    const added = await token('add', 'Sopbilarna', '--role', 'dispatcher')
    const secret = /^token {2}(kvt_[\w-]{43})$/.exec(added.text)![1]!
    const asking = { method: 'POST', headers: { authorization: `Bearer ${secret}` } }
    const whoAsks = async () => {
      await using store = await openStore()
      const desk = openStaffDesk({ store, clock, publicUrl: 'https://avs.example' })
      const request = { ...asking }
      await desk.meet(request)
      return desk.who(request)
    }
    expect(await whoAsks()).toEqual({ name: 'Sopbilarna', role: 'dispatcher', by: 'token' })
    expect((await token('list')).text).toMatch(
      /^Sopbilarna {2}dispatcher {2}2026-05-05 {2}2026-05-05T12:35$/m,
    )
    expect((await token('add', 'Sopbilarna', '--role', 'admin')).code).toBe(1)
    expect((await token('revoke', 'Sopbilarna')).text).toBe('"Sopbilarna" opens nothing any more.')
    expect(await whoAsks()).toBeUndefined()
    expect((await token('revoke', 'Sopbilarna')).code).toBe(1)
    expect((await token('list')).text).toContain('revoked 2026-05-05')
    await using store = await openStore()
    const log = await store.accountLog({ of: 'Sopbilarna', limit: 10 })
    expect(log.map(({ by, did }) => `${by}: ${did}`)).toEqual([
      'command line: token-revoked',
      'command line: token-added',
    ])
  })

  test.each([
    [['add', 'x'], '--role: expected one of'],
    [['add', '\u0007', '--role', 'admin'], 'expected 1 to 80 letters'],
    [['add'], 'usage:'],
    [['list', 'x'], 'usage:'],
  ])('%j is told what was expected', async (args, words) => {
    const { code, text } = await token(...args)
    expect(code).toBe(2)
    expect(text).toContain(words)
  })
})
