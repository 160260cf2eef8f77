/** The routes of accounts and tokens, and of one's own account. */
import type { FastifyReply } from 'fastify'
import type { Clock } from '#src/stations/time.ts'
import { drawPassword, hashPassword } from '#src/store/password.ts'
import {
  parseLogin,
  parseRole,
  type AccountEvent,
  type StaffStore,
  type User,
} from '#src/store/staff.ts'
import { drawToken, type StaffDesk } from '#src/store/staff-desk.ts'
import { hashToken } from '#src/store/token.ts'
import type { Html } from '../html.ts'
import { seeOther, tellWait } from '../report-form.ts'
import type { FormFault } from './form-parts.ts'
import type { StaffView } from './staff-layout.ts'
import { OWN, SIGN_IN_PATH, staffPath, USERS } from './staff-menu.ts'
import type { StaffPages } from './staff-page.ts'
import { STAFF_WORDS } from './staff-words.ts'
import { USER_WORDS, type UserFault } from './user-words.ts'
import {
  ownPage,
  recoveryPage,
  REMOVE_USER,
  removePage,
  secondStepPage,
  shownPage,
  USER,
  userPage,
  userPath,
  usersPage,
} from './users-page.ts'

const SHOWN_LINES = 50
const MOST_NAME = 80
const TOKEN_NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,79}$/u

interface Options {
  readonly store: StaffStore
  readonly desk: StaffDesk
  readonly clock: Clock
}

type Log = (view: StaffView, of: string, did: AccountEvent) => Promise<void>

export function registerUsers(pages: StaffPages, { store, desk, clock }: Options): void {
  const log: Log = ({ staff }, of, did) =>
    store.logAccount({ at: clock(), by: staff.login ?? staff.name, of, did })

  const list = async (
    view: StaffView,
    faults: readonly FormFault[] = [],
    typed?: URLSearchParams,
  ) =>
    usersPage(view, {
      users: await store.users(),
      tokens: await store.apiTokens(),
      log: await store.accountLog({ limit: SHOWN_LINES }),
      faults,
      ...(typed && { typed }),
    })

  pages.get(USERS, (view) => list(view))
  pages.post(USERS, async (view, form, _request, reply) => {
    const again = async (field: string, fault: UserFault) => {
      void reply.code(400)
      return list(view, [faultIn(view, field, fault)], form)
    }
    switch (form.get('do')) {
      case 'add-user':
        return addUser(view, form, again)
      case 'add-token':
        return addToken(view, form, again)
      default: {
        const name = form.get('token') ?? ''
        if (await store.revokeApiToken(name, clock())) await log(view, name, 'token-revoked')
        return seeOther(reply, staffPath(USERS.path, view.language))
      }
    }
  })

  type Again = (field: string, fault: UserFault) => Promise<Html>

  async function addUser(view: StaffView, form: URLSearchParams, again: Again): Promise<Html> {
    const name = nameIn(form)
    const login = parseLogin(form.get('login') ?? '')
    const role = parseRole(form.get('role') ?? undefined)
    if (name === undefined) return again('name', 'name')
    if (login === undefined) return again('login', 'login')
    if (!role) return again('role', 'role')
    const secret = drawPassword()
    const passwordHash = await hashPassword(secret)
    const isNew = await store.addUser({ login, name, role, passwordHash }, clock())
    if (!isNew) return again('login', 'login-taken')
    await log(view, login, 'added')
    return shownPage(view, { kind: 'password', name, login, secret })
  }

  async function addToken(view: StaffView, form: URLSearchParams, again: Again): Promise<Html> {
    const name = (form.get('token') ?? '').trim()
    const role = parseRole(form.get('role') ?? undefined)
    if (!TOKEN_NAME.test(name)) return again('token', 'token-name')
    if (!role) return again('token-role', 'role')
    const secret = drawToken()
    const isNew = await store.addApiToken({ name, role, hash: hashToken(secret) }, clock())
    if (!isNew) return again('token', 'token-taken')
    await log(view, name, 'token-added')
    return shownPage(view, { kind: 'token', name, secret })
  }

  /** Leads to the list where there is no such account. */
  async function withUser(
    view: StaffView,
    login: string | undefined,
    reply: FastifyReply,
    work: (user: User) => Promise<Html | FastifyReply>,
  ): Promise<Html | FastifyReply> {
    const user = await store.account(login ?? '')
    return user ? work(user) : seeOther(reply, staffPath(USERS.path, view.language))
  }

  const showUser = async (
    view: StaffView,
    user: User,
    more: { faults?: FormFault[]; isSaved?: boolean } = {},
  ) =>
    userPage(view, user, {
      sessions: await store.sessionCount(user.login),
      log: await store.accountLog({ of: user.login, limit: SHOWN_LINES }),
      ...more,
    })

  pages.get(USER, (view, { params, query }, reply) =>
    withUser(view, params['login'], reply, (user) =>
      showUser(view, user, { isSaved: query['did'] === 'saved' }),
    ),
  )
  pages.post(USER, (view, form, { params }, reply) =>
    withUser(view, params['login'], reply, async (user) => {
      const { login } = user
      const isSelf = view.staff.login === login
      const refuse = (field: string, fault: UserFault) => {
        void reply.code(400)
        return showUser(view, user, { faults: [faultIn(view, field, fault)] })
      }
      const saved = () => seeOther(reply, `${staffPath(userPath(login), view.language)}?did=saved`)
      switch (form.get('do')) {
        case 'save': {
          const name = nameIn(form)
          const role = parseRole(form.get('role') ?? undefined)
          if (name === undefined) return refuse('name', 'name')
          if (!role) return refuse('role', 'role')
          if (isSelf && role !== user.role) return refuse('name', 'oneself')
          if (name !== user.name) {
            await store.changeUser(login, { name })
            await log(view, login, 'named')
          }
          if (role !== user.role) {
            await store.changeUser(login, { role })
            await log(view, login, 'role')
          }
          return saved()
        }
        case 'password': {
          const secret = drawPassword()
          await store.changeUser(login, { passwordHash: await hashPassword(secret) })
          await log(view, login, 'password')
          return shownPage(view, { kind: 'password', name: user.name, login, secret })
        }
        case 'step-off':
          await store.changeUser(login, { secondStep: null })
          await log(view, login, 'second-step-off')
          return saved()
        case 'sessions':
          await store.endSessionsOf(login)
          await log(view, login, 'sessions-ended')
          return saved()
        case 'disable':
          if (isSelf) return refuse('name', 'oneself')
          await store.changeUser(login, { disabledAt: clock() })
          await log(view, login, 'disabled')
          return saved()
        case 'enable':
          await store.changeUser(login, { disabledAt: null })
          await log(view, login, 'enabled')
          return saved()
        default:
          return saved()
      }
    }),
  )
  pages.get(REMOVE_USER, (view, { params }, reply) =>
    withUser(view, params['login'], reply, async (user) => removePage(view, user)),
  )
  pages.post(REMOVE_USER, (view, _form, { params }, reply) =>
    withUser(view, params['login'], reply, async (user) => {
      if (view.staff.login === user.login) {
        void reply.code(400)
        return showUser(view, user, { faults: [faultIn(view, 'name', 'oneself')] })
      }
      await store.eraseUser(user.login)
      await log(view, '', 'erased')
      return seeOther(reply, staffPath(USERS.path, view.language))
    }),
  )

  registerOwn(pages, { store, desk, log })
}

function registerOwn(
  pages: StaffPages,
  { store, desk, log }: Pick<Options, 'store' | 'desk'> & { readonly log: Log },
): void {
  const show = async (
    view: StaffView,
    reply: FastifyReply,
    more: { readonly faults?: readonly FormFault[]; readonly isChanged?: boolean } = {},
  ): Promise<Html | FastifyReply> => {
    const user = await store.account(view.staff.login ?? '')
    // A token has no account of its own.
    if (!user) return seeOther(reply, staffPath(SIGN_IN_PATH, view.language))
    const { login, hasPassword, hasSecondStep } = user
    const lines = await store.accountLog({ of: login, limit: 20 })
    return ownPage(view, { login, hasPassword, hasSecondStep, log: lines, ...more })
  }

  /** Undefined for what is another form's. */
  async function secondStep(
    view: StaffView,
    form: URLSearchParams,
    login: string,
    address: string,
    reply: FastifyReply,
  ): Promise<Html | FastifyReply | undefined> {
    switch (form.get('do')) {
      case 'step': {
        // Another app takes the place of one only after that has been turned off, by the password.
        const user = await store.account(login)
        if (user?.hasSecondStep === true) return show(view, reply)
        return secondStepPage(view, desk.offerSecondStep(login), [])
      }
      case 'step-on': {
        const [ticket, code] = [form.get('ticket') ?? '', form.get('code') ?? '']
        const recovery = await desk.beginSecondStep(login, ticket, code)
        if (recovery) return recoveryPage(view, recovery)
        void reply.code(400)
        const faults = [faultIn(view, 'code', 'code')]
        return secondStepPage(view, desk.offerAgain(login, ticket), faults)
      }
      case 'step-off': {
        const ended = await desk.endSecondStep(login, form.get('password') ?? '', address)
        if (ended.kind === 'done') return seeOther(reply, staffPath(OWN.path, view.language))
        if (ended.kind === 'limited') {
          const text = STAFF_WORDS[view.language].wait(tellWait(reply, ended.afterMs))
          void reply.code(429)
          return show(view, reply, { faults: [{ field: 'password', text }] })
        }
        void reply.code(400)
        return show(view, reply, { faults: [faultIn(view, 'password', 'present')] })
      }
      default:
        return undefined
    }
  }

  pages.get(OWN, (view, { query }, reply) =>
    show(view, reply, { isChanged: query['did'] === 'changed' }),
  )
  pages.post(OWN, async (view, form, request, reply) => {
    const { language, staff } = view
    if (staff.login === undefined) return show(view, reply)
    if (form.get('do') === 'sessions') {
      await store.endSessionsOf(staff.login)
      await log(view, staff.login, 'sessions-ended')
      return seeOther(reply, `${staffPath(SIGN_IN_PATH, language)}?did=out`)
    }
    const { login } = staff
    const step = await secondStep(view, form, login, request.ip, reply)
    if (step) return step
    const [present, next] = [form.get('present') ?? '', form.get('next') ?? '']
    const changed = await desk.changeOwnPassword(login, present, next, request.ip)
    const again = (status: number, fault: FormFault) => {
      void reply.code(status)
      return show(view, reply, { faults: [fault] })
    }
    switch (changed.kind) {
      case 'in':
        void reply.header('set-cookie', changed.setCookie)
        return seeOther(reply, `${staffPath(OWN.path, language)}?did=changed`)
      case 'refused':
        return again(400, faultIn(view, 'present', 'present'))
      case 'faulty':
        return again(
          400,
          faultIn(view, 'next', changed.because === 'login' ? 'own-login' : 'length'),
        )
      case 'limited': {
        const text = STAFF_WORDS[language].wait(tellWait(reply, changed.afterMs))
        return again(429, { field: 'present', text })
      }
    }
  })
}

function nameIn(form: URLSearchParams): string | undefined {
  const name = (form.get('name') ?? '').trim()
  return name.length >= 1 && name.length <= MOST_NAME ? name : undefined
}

function faultIn({ language }: StaffView, field: string, fault: UserFault): FormFault {
  return { field, text: USER_WORDS[language].faults[fault] }
}
