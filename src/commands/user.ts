/** `kvitter user`: who of the staff may sign in. */
import { parseArgs } from 'node:util'
import { isoText, type Clock } from '#src/stations/time.ts'
import type { Store } from '#src/store/contract.ts'
import {
  drawPassword,
  findPasswordFault,
  hashPassword,
  LONGEST_PASSWORD,
  SHORTEST_PASSWORD,
} from '#src/store/password.ts'
import { type AccountEvent, LOGIN_HINT, parseLogin, parseRole, ROLES } from '#src/store/staff.ts'
import type { Env } from '../config.ts'
import type { AskSecret } from './ask-secret.ts'
import type { CommandResult } from './codec.ts'
import { DATA_FLAGS, DATA_HELP, withDatabase } from './own-database.ts'
import { table } from './staff-api.ts'

const USAGE = [
  'usage: kvitter user list',
  `       kvitter user add LOGIN --name NAME --role ${ROLES.join('|')} [--generate]`,
  '       kvitter user role LOGIN ROLE',
  '       kvitter user password LOGIN [--generate]',
  '       kvitter user disable LOGIN      shuts the account; "enable" opens it again',
  '       kvitter user erase LOGIN        forgets the account; logs keep the name that was signed with',
  '',
  'The password is asked for, or comes as a line on standard input. A change ends the sessions there were.',
  '',
  '  --generate  draws a password and prints it once',
  DATA_HELP,
].join('\n')

const HOW_MANY: Readonly<Record<string, number>> = {
  list: 0,
  add: 1,
  role: 2,
  password: 1,
  disable: 1,
  enable: 1,
  erase: 1,
}

/** Who did it, in the accounts' log. */
const BY = 'command line'
type Logged = (did: AccountEvent, was: boolean, told: string) => Promise<CommandResult>

interface Given {
  readonly name?: string | undefined
  readonly role?: string | undefined
  readonly generate?: boolean | undefined
}

export async function userCommand(
  args: readonly string[],
  env: Env,
  clock: Clock,
  ask: AskSecret,
): Promise<CommandResult> {
  let parsed
  try {
    const text = { type: 'string' } as const
    const flag = { type: 'boolean' } as const
    parsed = parseArgs({
      args: [...args],
      options: { ...DATA_FLAGS, name: text, role: text, generate: flag, help: flag },
      allowPositionals: true,
    })
  } catch (error) {
    return { code: 2, text: `${(error as Error).message}\n\n${USAGE}` }
  }
  const { values, positionals } = parsed
  const [what = '', ...rest] = positionals
  if (values.help || args.includes('-h')) return { code: 0, text: USAGE }
  if (HOW_MANY[what] !== rest.length) return { code: 2, text: USAGE }
  const login = rest[0] === undefined ? '' : parseLogin(rest[0])
  if (login === undefined) return { code: 2, text: `"${rest[0]}": expected ${LOGIN_HINT}` }
  const { data, ...given } = values
  return withDatabase(data, env, async (store) => {
    const logged = async (did: AccountEvent, was: boolean, told: string) => {
      const of = did === 'erased' ? '' : login
      if (was) await store.logAccount({ at: clock(), by: BY, of, did })
      return done(was, login, told)
    }
    switch (what) {
      case 'list':
        return list(store)
      case 'add':
        return add(store, login, given, clock, ask)
      case 'role':
        return changeRole(store, login, rest[1]!, logged)
      case 'password':
        return changePassword(store, login, given, ask, logged)
      case 'erase':
        return logged('erased', await store.eraseUser(login), 'is forgotten.')
      default: {
        const ends = what === 'disable'
        const was = await store.changeUser(login, { disabledAt: ends ? clock() : null })
        const told = ends ? 'can no longer sign in.' : 'can sign in again.'
        return logged(ends ? 'disabled' : 'enabled', was, told)
      }
    }
  })
}

async function list(store: Store): Promise<CommandResult> {
  const users = await store.users()
  if (users.length === 0) {
    return { code: 0, text: 'Nobody yet. "kvitter user add LOGIN --name NAME --role admin"' }
  }
  const rows = users.map(
    ({ login, name, role, createdAt, lastSeenAt, disabledAt, hasPassword }) => [
      login,
      name,
      role,
      disabledAt !== undefined ? 'disabled' : hasPassword ? 'open' : 'no password',
      isoText(createdAt).slice(0, 10),
      lastSeenAt === undefined ? '' : isoText(lastSeenAt).slice(0, 16),
    ],
  )
  return { code: 0, text: table(['login', 'name', 'role', 'account', 'since', 'session'], rows) }
}

async function add(
  store: Store,
  login: string,
  given: Given,
  clock: Clock,
  ask: AskSecret,
): Promise<CommandResult> {
  const role = parseRole(given.role)
  const name = given.name?.trim() ?? ''
  const faults = [
    ...(name.length >= 1 && name.length <= 80
      ? []
      : ['--name: expected a name of 1 to 80 characters']),
    ...(role ? [] : [roleFault('--role', given.role)]),
  ]
  if (faults.length > 0 || !role) return { code: 2, text: faults.join('\n') }
  if (await store.account(login)) {
    return {
      code: 1,
      text: `There is an account ${login} already; "kvitter user password" and "role" change it.`,
    }
  }
  const password = await passwordFor(login, given, ask)
  if (password.kind === 'faulty') return { code: 2, text: password.text }
  const passwordHash = await hashPassword(password.text)
  const isNew = await store.addUser({ login, name, role, passwordHash }, clock())
  if (!isNew) return { code: 1, text: `There is an account ${login} already.` }
  await store.logAccount({ at: clock(), by: BY, of: login, did: 'added' })
  return { code: 0, text: `${name} can sign in as ${login}, ${role}.${shown(password)}` }
}

async function changeRole(
  store: Store,
  login: string,
  text: string,
  logged: Logged,
): Promise<CommandResult> {
  const role = parseRole(text)
  if (!role) return { code: 2, text: roleFault('ROLE', text) }
  return logged('role', await store.changeUser(login, { role }), `is ${role} now.`)
}

async function changePassword(
  store: Store,
  login: string,
  given: Given,
  ask: AskSecret,
  logged: Logged,
): Promise<CommandResult> {
  if (!(await store.account(login))) return done(false, login, '')
  const password = await passwordFor(login, given, ask)
  if (password.kind === 'faulty') return { code: 2, text: password.text }
  const changed = await store.changeUser(login, { passwordHash: await hashPassword(password.text) })
  return logged('password', changed, `has a new password.${shown(password)}`)
}

type Password =
  | { readonly kind: 'given' | 'drawn'; readonly text: string }
  | { readonly kind: 'faulty'; readonly text: string }

async function passwordFor(login: string, given: Given, ask: AskSecret): Promise<Password> {
  if (given.generate) return { kind: 'drawn', text: drawPassword() }
  const text = await ask(`Password for ${login}, ${SHORTEST_PASSWORD} characters or more`)
  const fault = findPasswordFault(text, login)
  if (fault === undefined) return { kind: 'given', text }
  const expected = {
    length: `expected ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD} characters`,
    login: 'expected one that the login is no part of',
  }[fault]
  return { kind: 'faulty', text: `password: ${expected}` }
}

function shown({ kind, text }: Password): string {
  return kind === 'drawn' ? `\npassword   ${text}` : ''
}

function roleFault(field: string, got: string | undefined): string {
  const tail = got === undefined ? '' : `, got "${got}"`
  return `${field}: expected one of ${ROLES.join(', ')}${tail}`
}

function done(was: boolean, login: string, told: string): CommandResult {
  return was
    ? { code: 0, text: `${login} ${told}` }
    : { code: 1, text: `There is no account ${login}; "kvitter user list" tells whom there is.` }
}
