/** The routes of the pages about accounts, deliveries and messages. */
import { monthOf } from '#src/stations/time.ts'
import { DELIVERY_STATES, type WayOut } from '#src/store/contract.ts'
import { MESSAGE_STATES } from '#src/store/messages.ts'
import type { OutboxDesk } from '#src/store/outbox.ts'
import { sendAgain } from '#src/store/send-again.ts'
import type { PagesOptions } from '../../site.ts'
import type { FormFaults } from '../form-parts.ts'
import { notFound } from '../not-found.ts'
import { seeOther } from '../../report-form.ts'
import type { StaffPages } from '../staff-page.ts'
import { given, oneOf, pathOf, withQuery } from '../staff-parts.ts'
import { CHANGE_CHANNEL, CHANNELS, DELIVERIES, MESSAGES, SEND_AGAIN } from './channel-places.ts'
import { CHANNEL_WORDS } from './channel-words.ts'
import { channelsPage, pausePage, type ChannelDid, type Followed } from './channels-page.ts'
import { ATTENTION, deliveriesPage, type DeliveryWish } from './deliveries-page.ts'
import { messagesPage } from './messages-page.ts'

const PER_PAGE = 25
const MOST_MESSAGES = 200
const DIDS: readonly ChannelDid[] = ['paused', 'resumed', 'sent']

type Values = Parameters<typeof given>[0]

export function registerChannelPages(
  pages: StaffPages,
  options: Pick<PagesOptions, 'store' | 'journal' | 'clock' | 'follow'> & {
    readonly outbox: OutboxDesk
  },
): void {
  const { store, journal, clock, outbox, follow } = options

  /** Those who are told by e-mail and by notifications; on platforms the platforms count. */
  async function followed(): Promise<readonly Followed[]> {
    const counts = await follow?.desk.counts()
    if (!counts) return []
    return (['email', 'push'] as const).flatMap((channel) =>
      (journal.town.town.channels[channel] ?? []).map(({ account }) => ({
        way: { channel, account },
        count: counts[channel],
      })),
    )
  }

  pages.get(CHANNELS, async (view, { query }) =>
    channelsPage(
      view,
      { accounts: await outbox.reports(), followed: await followed() },
      oneOf(DIDS, given(query, 'did')),
    ),
  )

  /** One of the accounts that there are. */
  function wayIn(values: Values): WayOut | undefined {
    const [channel, account] = [given(values, 'channel'), given(values, 'account')]
    return outbox.alarms().find((one) => one.channel === channel && one.account === account)
  }

  pages.get(CHANGE_CHANNEL, (view, { query }, reply) => {
    const way = wayIn(query)
    return way ? pausePage(view, way) : seeOther(reply, pathOf(CHANNELS, view.language))
  })
  pages.post(CHANGE_CHANNEL, async (view, form, _request, reply) => {
    const way = wayIn(form)
    const back = (did?: ChannelDid) =>
      seeOther(reply, withQuery(pathOf(CHANNELS, view.language), { did }))
    if (!way) return back()
    const { channel, account } = way
    const by = view.staff.name
    switch (given(form, 'do')) {
      case 'pause':
        await outbox.pause({ channel, account }, by, (given(form, 'why') ?? '').slice(0, 500))
        return back('paused')
      case 'resume':
        await outbox.resume({ channel, account }, by)
        return back('resumed')
      default:
        return back()
    }
  })

  async function listed(values: Values) {
    const wish: DeliveryWish = {
      state: oneOf([...DELIVERY_STATES, 'attention'] as const, given(values, 'state')),
      channel: given(values, 'channel'),
      account: given(values, 'account'),
    }
    const { state } = wish
    const way = wayIn(values)
    const before = Number(given(values, 'before'))
    const found = await store.deliveries({
      ...(state && { states: state === 'attention' ? ATTENTION : [state] }),
      ...(way && { channel: way.channel, account: way.account }),
      ...(Number.isSafeInteger(before) && before > 0 && { beforeId: before }),
      limit: PER_PAGE + 1,
    })
    const deliveries = found.slice(0, PER_PAGE)
    const next = found.length > PER_PAGE ? deliveries.at(-1)!.id : undefined
    return { wish, list: { deliveries, ...(next !== undefined && { next }) } }
  }

  pages.get(DELIVERIES, async (view, { query }) => {
    const { wish, list } = await listed(query)
    return deliveriesPage(view, list, wish, { did: oneOf(DIDS, given(query, 'did')) })
  })

  pages.post(SEND_AGAIN, async (view, form, { params }, reply) => {
    const words = CHANNEL_WORDS[view.language]
    const id = Number(params['id'])
    if (!Number.isSafeInteger(id) || id < 1) return notFound(view, reply, words.noDelivery)
    const answer = await sendAgain({ store, journal, clock }, id, {
      by: view.staff.name,
      notHeard: given(form, 'notHeard') === 'yes',
    })
    const attention = { state: 'attention' }
    const again = async (status: number, text: string) => {
      const faults: FormFaults = [{ field: `d${id}`, text }]
      const { wish, list } = await listed(attention)
      void reply.code(status)
      return deliveriesPage(view, list, wish, { faults })
    }
    switch (answer.kind) {
      case 'no-such':
        return notFound(view, reply, words.noDelivery)
      case 'look-first':
        return again(400, words.lookFirst)
      case 'conflict':
        return again(409, `${words.conflict}: ${answer.because}`)
      case 'sent':
        outbox.poke()
        return seeOther(
          reply,
          withQuery(pathOf(DELIVERIES, view.language), { ...attention, did: 'sent' }),
        )
    }
  })

  pages.get(MESSAGES, async (view, { query }) => {
    const state = oneOf(MESSAGE_STATES, given(query, 'state'))
    const month = monthOf(clock(), view.timeZone)
    const messages = await store.messages({
      limit: MOST_MESSAGES,
      ...(state && { states: [state] }),
    })
    return messagesPage(view, messages, await store.smsSpent(month), state)
  })
}
