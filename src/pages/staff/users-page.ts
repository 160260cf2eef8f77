/** Accounts and tokens as pages: the list, one account, and what is shown once. */
import { ROLES, type AccountLine, type ApiToken, type Role, type User } from '#src/store/staff.ts'
import { whenText } from '#src/wording/status-text.ts'
import type { OfferedSecondStep } from '#src/store/staff-desk.ts'
import { html, trusted, type Html } from '../html.ts'
import { faultSummary, hidden, textField, type FormFault } from './form-parts.ts'
import { scrollTable } from './scroll-table.ts'
import { qrCode } from '../qr-code.ts'
import { staffLayout, type StaffView } from './staff-layout.ts'
import { OWN, staffPath, USERS, type InBoth, type StaffPlace } from './staff-menu.ts'
import { doneNote, filled } from './staff-parts.ts'
import { STAFF_WORDS } from './staff-words.ts'
import { USER_WORDS } from './user-words.ts'

/** Shown on the page that answers, and nowhere else. */
export interface Shown {
  readonly kind: 'password' | 'token'
  readonly name: string
  readonly login?: string
  readonly secret: string
}

export interface UsersFacts {
  readonly users: readonly User[]
  readonly tokens: readonly ApiToken[]
  readonly log: readonly AccountLine[]
  readonly faults?: readonly FormFault[]
  readonly typed?: URLSearchParams
}

export const USER: StaffPlace = {
  path: { sv: `${USERS.path.sv}/:login`, en: `${USERS.path.en}/:login` },
  needs: USERS.needs,
}
export const REMOVE_USER: StaffPlace = {
  path: { sv: `${USER.path.sv}/ta-bort`, en: `${USER.path.en}/remove` },
  needs: USERS.needs,
}

export function userPath(login: string, { path } = USER): InBoth<string> {
  return filled(path, { login })
}

export function usersPage(view: StaffView, facts: UsersFacts): Html {
  const { language } = view
  const words = USER_WORDS[language]
  const { users, faults = [] } = facts
  return staffLayout(view, {
    title: faults.length > 0 ? `${STAFF_WORDS[language].faultPrefix} ${words.title}` : words.title,
    path: USERS.path,
    body: html`${faultSummary(words.faultTitle, faults)}
      <h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      <h2>${words.people}</h2>
      ${
        users.length === 0
          ? html`<p>${words.nobody}</p>`
          : scrollTable(
              words.people,
              [words.name, words.login, words.role, words.account, words.lastSeen],
              users.map((user) => userRow(view, user)),
            )
      }
      ${addUserForm(view, facts)} ${tokenPart(view, facts)} ${logPart(view, facts.log)}`,
  })
}

function userRow(view: StaffView, user: User): readonly (Html | string)[] {
  const words = USER_WORDS[view.language]
  return [
    html`<a href="${staffPath(userPath(user.login), view.language)}">${user.name}</a>`,
    user.login,
    STAFF_WORDS[view.language].roles[user.role],
    stateText(view, user),
    user.lastSeenAt === undefined ? words.noSession : momentIn(view, user.lastSeenAt),
  ]
}

function stateText({ language }: StaffView, { disabledAt, hasPassword }: User): string {
  const words = USER_WORDS[language]
  if (disabledAt !== undefined) return words.disabled
  return hasPassword ? words.open : words.noPassword
}

function momentIn({ now, timeZone, language }: StaffView, at: User['createdAt']): string {
  return whenText(at, now, timeZone, language)
}

function addUserForm(view: StaffView, { faults = [], typed }: UsersFacts): Html {
  const words = USER_WORDS[view.language]
  const action = staffPath(USERS.path, view.language)
  const value = (name: string) => typed?.get(name) ?? ''
  return html`<form method="post" action="${action}" class="panel account" aria-labelledby="add">
    <h2 id="add">${words.addTitle}</h2>
    ${textField({ name: 'name', label: words.name, value: value('name'), faults })}
    ${textField({
      name: 'login',
      label: words.login,
      hint: words.loginHint,
      value: value('login'),
      faults,
    })}
    ${roleField(view, 'role', typed?.get('role') ?? undefined, faults)}
    <p><button name="do" value="add-user">${words.add}</button></p>
  </form>`
}

function roleField(
  { language }: StaffView,
  id: string,
  chosen: string | undefined,
  faults: readonly FormFault[],
): Html {
  const fault = faults.find(({ field }) => field === id)
  const { roles } = STAFF_WORDS[language]
  return html`<p class="field">
    <label for="${id}">${USER_WORDS[language].role}</label>
    ${fault && html`<span class="fault" id="${id}-fault">${fault.text}</span>`}
    <select id="${id}" name="role" ${fault && html`aria-describedby="${id}-fault"`}>
      ${ROLES.map(
        (role) =>
          html`<option value="${role}" ${role === chosen && trusted('selected')}>
            ${roles[role]}
          </option>`,
      )}
    </select>
  </p>`
}

function tokenPart(view: StaffView, { tokens, faults = [], typed }: UsersFacts): Html {
  const { language } = view
  const words = USER_WORDS[language]
  const action = staffPath(USERS.path, language)
  return html`<h2>${words.tokens}</h2>
    <p>${words.tokensLead}</p>
    ${
      tokens.length === 0
        ? html`<p>${words.noTokens}</p>`
        : scrollTable(
            words.tokens,
            [words.name, words.role, words.used, words.account],
            tokens.map(({ name, role, lastUsedAt, revokedAt }) => [
              name,
              STAFF_WORDS[language].roles[role],
              lastUsedAt === undefined ? words.never : momentIn(view, lastUsedAt),
              revokedAt === undefined
                ? html`<form method="post" action="${action}">
                    ${hidden('token', name)}
                    <button name="do" value="revoke-token" class="quiet">
                      ${words.revoke(name)}
                    </button>
                  </form>`
                : `${words.revoked} ${momentIn(view, revokedAt)}`,
            ]),
          )
    }
    <form method="post" action="${action}" class="panel account" aria-labelledby="add-token">
      <h2 id="add-token">${words.addToken}</h2>
      ${textField({
        name: 'token',
        label: words.tokenName,
        hint: words.tokenHint,
        value: typed?.get('token') ?? '',
        faults,
      })}
      ${roleField(view, 'token-role', undefined, faults)}
      <p><button name="do" value="add-token">${words.addToken}</button></p>
    </form>`
}

function logPart(view: StaffView, log: readonly AccountLine[], title?: string): Html {
  const words = USER_WORDS[view.language]
  return html`<h2>${title ?? words.logTitle}</h2>
    <p class="small">${words.logLead}</p>
    ${
      log.length === 0
        ? html`<p>${words.noLog}</p>`
        : scrollTable(
            title ?? words.logTitle,
            [words.when, words.who, words.what, words.about],
            log.map(({ at, by, of, did, times = 1 }) => [
              momentIn(view, at),
              by,
              times > 1 ? words.manyTimes(words.events[did], times) : words.events[did],
              of,
            ]),
          )
    }`
}

export function userPage(
  view: StaffView,
  user: User,
  facts: {
    readonly sessions: number
    readonly log: readonly AccountLine[]
    readonly faults?: readonly FormFault[]
    readonly isSaved?: boolean
  },
): Html {
  const { language, staff } = view
  const words = USER_WORDS[language]
  const { faults = [], sessions, log, isSaved = false } = facts
  const isSelf = staff.login === user.login
  const path = userPath(user.login)
  const action = staffPath(path, language)
  return staffLayout(view, {
    title: user.name,
    path,
    body: html`${faultSummary(words.faultTitle, faults)}
      <p><a class="back" href="${staffPath(USERS.path, language)}">${words.title}</a></p>
      ${doneNote(isSaved ? words.saved : undefined)}
      <h1>${user.name}</h1>
      <p class="lead">
        ${user.login}, ${STAFF_WORDS[language].roles[user.role]}, ${stateText(view, user)}
      </p>
      ${isSelf && html`<p>${words.self}</p>`}
      <form method="post" action="${action}" class="panel account" aria-labelledby="change">
        <h2 id="change">${words.changeTitle}</h2>
        ${textField({ name: 'name', label: words.name, value: user.name, faults })}
        ${isSelf ? hidden('role', user.role) : roleField(view, 'role', user.role, faults)}
        <p><button name="do" value="save">${words.save}</button></p>
      </form>
      <form method="post" action="${action}" class="panel account">
        <p>${words.newPasswordLead}</p>
        <p class="choose">
          <button name="do" value="password">${words.newPassword}</button>
          <button name="do" value="sessions" class="quiet">${words.endSessions(sessions)}</button>
        </p>
        ${user.hasSecondStep && html`<p><button name="do" value="step-off" class="quiet">${words.stepReset}</button></p>`}
        ${!isSelf && standingPart(view, user)}
      </form>
      ${logPart(view, log)}`,
  })
}

function standingPart({ language }: StaffView, { login, disabledAt }: User): Html {
  const words = USER_WORDS[language]
  return html`<p>${words.disableLead}</p>
    <p class="choose">
      ${
        disabledAt === undefined
          ? html`<button name="do" value="disable" class="quiet">${words.disable}</button>`
          : html`<button name="do" value="enable" class="quiet">${words.enable}</button>`
      }
      <a href="${staffPath(userPath(login, REMOVE_USER), language)}">${words.remove}</a>
    </p>`
}

export function removePage(view: StaffView, user: User): Html {
  const { language } = view
  const words = USER_WORDS[language]
  const path = userPath(user.login, REMOVE_USER)
  return staffLayout(view, {
    title: words.removeTitle(user.name),
    path,
    body: html`<div class="prose">
      <h1>${words.removeTitle(user.name)}</h1>
      <p>${words.removeLead}</p>
      <form method="post" action="${staffPath(path, language)}" class="choose">
        <button>${words.removeYes}</button>
        <a href="${staffPath(userPath(user.login), language)}">${words.back}</a>
      </form>
    </div>`,
  })
}

export function shownPage(view: StaffView, shown: Shown): Html {
  const { language } = view
  const words = USER_WORDS[language]
  const { kind, name, login = '', secret } = shown
  return staffLayout(view, {
    title: words.secretTitle,
    body: html`<div class="prose">
      <h1>${words.secretTitle}</h1>
      <p>${kind === 'password' ? words.password(name, login) : words.token(name)}</p>
      <p class="secret"><code>${secret}</code></p>
      <p>${words.secretLead}</p>
      <p><a class="button" href="${staffPath(USERS.path, language)}">${words.title}</a></p>
    </div>`,
  })
}

export function ownPage(
  view: StaffView,
  facts: {
    readonly login: string
    readonly hasPassword: boolean
    readonly log: readonly AccountLine[]
    readonly faults?: readonly FormFault[]
    readonly isChanged?: boolean
    readonly hasSecondStep: boolean
  },
): Html {
  const { language, staff } = view
  const words = USER_WORDS[language]
  const { login, hasPassword, hasSecondStep, log, faults = [], isChanged = false } = facts
  const action = staffPath(OWN.path, language)
  const role = STAFF_WORDS[language].roles[staff.role satisfies Role]
  return staffLayout(view, {
    title:
      faults.length > 0 ? `${STAFF_WORDS[language].faultPrefix} ${words.ownTitle}` : words.ownTitle,
    path: OWN.path,
    body: html`${faultSummary(words.faultTitle, faults)}
      ${doneNote(isChanged ? words.changed : undefined)}
      <h1>${words.ownTitle}</h1>
      <p class="lead">${words.ownLead(login, role)}</p>
      ${
        hasPassword
          ? html`<form
              method="post"
              action="${action}"
              class="panel account"
              aria-labelledby="own-password"
            >
              <h2 id="own-password">${words.ownPassword}</h2>
              <input type="hidden" name="username" value="${login}" autocomplete="username" />
              ${textField({
                name: 'present',
                label: words.present,
                type: 'password',
                autocomplete: 'current-password',
                faults,
              })}
              ${textField({
                name: 'next',
                label: words.next,
                hint: words.nextHint,
                type: 'password',
                autocomplete: 'new-password',
                faults,
              })}
              <p><button name="do" value="password">${words.change}</button></p>
            </form>`
          : html`<p>${words.ownNoPassword}</p>`
      }
      ${hasPassword && secondStepPart(view, hasSecondStep, faults)}
      <form method="post" action="${action}">
        <p><button name="do" value="sessions" class="quiet">${words.endOthers}</button></p>
      </form>
      ${logPart(view, log, words.ownLog)}`,
  })
}

function secondStepPart(
  { language }: StaffView,
  isOn: boolean,
  faults: readonly FormFault[],
): Html {
  const words = USER_WORDS[language]
  return html`<form
    method="post"
    action="${staffPath(OWN.path, language)}"
    class="panel account"
    aria-labelledby="step"
  >
    <h2 id="step">${words.stepTitle}</h2>
    <p>${words.stepLead}</p>
    ${
      isOn
        ? html`<p>
              <strong>${words.stepOn}</strong>
              ${words.stepOnLead}
            </p>
            ${textField({
              name: 'password',
              label: words.present,
              type: 'password',
              autocomplete: 'current-password',
              faults,
            })}
            <p><button name="do" value="step-off" class="quiet">${words.stepOff}</button></p>`
        : html`<p><button name="do" value="step">${words.stepBegin}</button></p>`
    }
  </form>`
}

/** The square for the app's camera; nothing is kept until a code of it fits. */
export function secondStepPage(
  view: StaffView,
  offered: OfferedSecondStep,
  faults: readonly FormFault[],
): Html {
  const { language } = view
  const words = USER_WORDS[language]
  return staffLayout(view, {
    title: words.stepTitle,
    body: html`${faultSummary(words.faultTitle, faults)}
      <h1>${words.stepTitle}</h1>
      <p class="lead">${words.stepScan}</p>
      <div class="scan">${qrCode(offered.link)}</div>
      <p>${words.stepSecret} <code>${offered.secret}</code></p>
      <form method="post" action="${staffPath(OWN.path, language)}" class="panel account">
        ${hidden('ticket', offered.ticket)}
        ${textField({
          name: 'code',
          label: words.stepCode,
          hint: words.stepCodeHint,
          autocomplete: 'one-time-code',
          faults,
        })}
        <p class="choose">
          <button name="do" value="step-on">${words.stepConfirm}</button>
          <a href="${staffPath(OWN.path, language)}">${words.back}</a>
        </p>
      </form>`,
  })
}

export function recoveryPage(view: StaffView, codes: readonly string[]): Html {
  const { language } = view
  const words = USER_WORDS[language]
  return staffLayout(view, {
    title: words.recoveryTitle,
    body: html`<div class="prose">
      <h1>${words.recoveryTitle}</h1>
      <p>${words.recoveryLead}</p>
      <ul class="recovery">
        ${codes.map((code) => html`<li><code>${code}</code></li>`)}
      </ul>
      <p><a class="button" href="${staffPath(OWN.path, language)}">${words.ownTitle}</a></p>
    </div>`,
  })
}
