/** The accounts by which the town speaks: how each is doing, what it may still say, what somebody must see to. */
import { MINUTE } from '#src/stations/time.ts'
import type { DeliveryState, WayOut } from '#src/store/contract.ts'
import type { AccountReport } from '#src/store/outbox.ts'
import { accountAdvice } from '#src/wording/account-advice.ts'
import { localeOf } from '#src/wording/status-text.ts'
import { html, type Html } from '../../html.ts'
import { hidden, textField } from '../form-parts.ts'
import { staffLayout, type StaffView } from '../staff-layout.ts'
import {
  age,
  doneNote,
  factList,
  numberText,
  pathOf,
  pill,
  shareBar,
  withQuery,
} from '../staff-parts.ts'
import { CHANGE_CHANNEL, CHANNELS, DELIVERIES, MESSAGES } from './channel-places.ts'
import { CHANNEL_WORDS, type ChannelWords } from './channel-words.ts'

export interface Followed {
  readonly way: WayOut
  readonly count: number
}

export interface ChannelFacts {
  readonly accounts: readonly AccountReport[]
  /** How many are told by those ways that reach each receiver by itself. */
  readonly followed: readonly Followed[]
}

export type ChannelDid = keyof ChannelWords['did']

export function accountName(
  view: Pick<StaffView, 'language'>,
  { channel, account }: WayOut,
): string {
  return `${CHANNEL_WORDS[view.language].names[channel] ?? channel}, ${account}`
}

export function channelsPage(view: StaffView, facts: ChannelFacts, did?: ChannelDid): Html {
  const { language } = view
  const words = CHANNEL_WORDS[language]
  const { accounts } = facts
  return staffLayout(view, {
    title: CHANNELS.name[language],
    path: CHANNELS.path,
    body: html`
      ${doneNote(did && words.did[did])}
      <h1>${CHANNELS.name[language]}</h1>
      <p class="lead">${accounts.length === 0 ? words.none : words.lead}</p>
      <p class="choose">
        <a href="${withQuery(pathOf(DELIVERIES, language), { state: 'attention' })}"
          >${words.deadLetters}</a
        >
        <a href="${pathOf(DELIVERIES, language)}">${words.toDeliveries}</a>
        <a href="${pathOf(MESSAGES, language)}">${words.toMessages}</a>
      </p>
      <div class="accounts">${accounts.map((report) => accountPart(view, report, facts))}</div>
    `,
  })
}

function accountPart(view: StaffView, report: AccountReport, { followed }: ChannelFacts): Html {
  const { language } = view
  const words = CHANNEL_WORDS[language]
  const { channel, account, paused, alarms, due, lastSentAt } = report
  const name = accountName(view, report)
  const followers = followed.find(
    ({ way }) => way.channel === channel && way.account === account,
  )?.count
  return html`<section class="panel account" id="${channel}-${account}" aria-label="${name}">
    <h2>${name}</h2>
    <p class="pills">
      ${paused ? pill('bad', words.paused) : pill(alarms.length > 0 ? 'warning' : 'good', words.working)}
    </p>
    ${thingsToSee(report).map((alarm) => html`<p>${accountAdvice(alarm, language)}</p>`)}
    ${factList([
      paused && [words.pausedSince, age(view, paused.since)],
      paused?.by !== undefined && [words.by, paused.by],
      paused &&
        paused.detail !== '' && [
          paused.because === 'staff' ? words.because : words.said,
          paused.detail,
        ],
      [words.lastSent, lastSentAt === undefined ? words.never : age(view, lastSentAt)],
      [
        words.waiting,
        html`${words.waitingCount(due.count)}${
          due.oldestSendAt !== undefined && html`, ${words.oldest} ${age(view, due.oldestSendAt)}`
        }`,
      ],
      followers !== undefined && [words.followers, numberText(followers, view)],
      [words.counts, countsPart(view, report)],
      ...limitFacts(view, report),
      moneyFact(view, report),
    ])}
    ${changeForm(view, report, name)}
  </section>`
}

/** A pause says what to do from its first moment, long before it is an alarm. */
function thingsToSee({
  paused,
  alarms,
}: AccountReport): readonly Parameters<typeof accountAdvice>[0][] {
  const others = alarms.filter(({ kind }) => kind !== 'paused')
  return paused ? [{ kind: 'paused', because: paused.because }, ...others] : others
}

function countsPart(view: StaffView, { channel, account, counts }: AccountReport): Html {
  const { language } = view
  const words = CHANNEL_WORDS[language]
  const entries = Object.entries(counts).filter(([, count]) => count > 0)
  if (entries.length === 0) return html`${words.never}`
  return html`${entries.map(
    ([state, count], i) =>
      html`${i > 0 && ', '}<a
          href="${withQuery(pathOf(DELIVERIES, language), { state, channel, account })}"
          >${numberText(count, view)}
          ${words.states[state as DeliveryState][count === 1 ? 0 : 1]}</a
        >`,
  )}`
}

type Fact = readonly [string, Html]

function limitFacts(view: StaffView, { allowances }: AccountReport): readonly Fact[] {
  const words = CHANNEL_WORDS[view.language]
  return allowances.map(({ left, granted, withinMs }) => [
    words.left,
    html`${words.leftOf(left, granted, withinMs / MINUTE)}
    ${shareBar((left / granted) * 100, left > 0 ? 'good' : 'bad')}`,
  ])
}

function moneyFact(view: StaffView, { money }: AccountReport): Fact | undefined {
  if (!money) return undefined
  const { language } = view
  const words = CHANNEL_WORDS[language]
  const usd = (micro: number) =>
    (micro / 1e6).toLocaleString(localeOf(language), {
      minimumFractionDigits: 2,
      maximumFractionDigits: 2,
    })
  const { spentMicroUsd: spent, budget } = money
  return [
    words.money,
    html`${words.moneyOf(usd(spent), budget && usd(budget.monthlyMicroUsd))}
    ${
      budget &&
      shareBar(
        (spent / Math.max(1, budget.monthlyMicroUsd)) * 100,
        budget.leftMicroUsd > 0 ? 'good' : 'bad',
      )
    }`,
  ]
}

function changeForm(view: StaffView, report: AccountReport, name: string): Html {
  const { language } = view
  const words = CHANNEL_WORDS[language]
  const { channel, account, paused } = report
  const about = html`<span class="visually-hidden"> ${name}</span>`
  const action = pathOf(CHANGE_CHANNEL, language)
  if (!paused) {
    return html`<p>
      <a class="button quiet" href="${withQuery(action, { channel, account })}"
        >${words.pause}${about}</a
      >
    </p>`
  }
  return html`<form method="post" action="${action}">
    ${hidden('channel', channel)} ${hidden('account', account)}
    <p><button name="do" value="resume">${words.resume}${about}</button></p>
  </form>`
}

/** Why it is paused is asked with whether. */
export function pausePage(view: StaffView, way: WayOut): Html {
  const { language } = view
  const words = CHANNEL_WORDS[language]
  const title = words.pauseTitle(accountName(view, way))
  return staffLayout(view, {
    title,
    body: html`<div class="prose">
      <h1>${title}</h1>
      <p class="lead">${words.pauseText}</p>
      <form method="post" action="${pathOf(CHANGE_CHANNEL, language)}" class="panel">
        ${hidden('channel', way.channel)} ${hidden('account', way.account)}
        ${textField({ name: 'why', label: words.why })}
        <p class="choose">
          <button name="do" value="pause">${words.pause}</button>
          <a href="${pathOf(CHANNELS, language)}">${words.cancel}</a>
        </p>
      </form>
    </div>`,
  })
}
