/** Posts on their way out, above all those that did not get there, and sending them again. */
import { DELIVERY_STATES, type Delivery, type DeliveryState } from '#src/store/contract.ts'
import { GIVEN_UP } from '#src/store/send-again.ts'
import { html, type Html } from '../../html.ts'
import { link } from '../../site.ts'
import { faultSummary, selectField, type FormFaults } from '../form-parts.ts'
import { staffLayout, type StaffView } from '../staff-layout.ts'
import {
  age,
  doneNote,
  factList,
  pathOf,
  pill,
  type Mark,
  when,
  withQuery,
} from '../staff-parts.ts'
import { CHANNELS, DELIVERIES, SEND_AGAIN } from './channel-places.ts'
import { CHANNEL_WORDS } from './channel-words.ts'
import { accountName, type ChannelDid } from './channels-page.ts'

/** What staff have to look at. */
export const ATTENTION: readonly DeliveryState[] = ['dead', 'uncertain', 'expired']

export interface DeliveryWish {
  readonly state?: DeliveryState | 'attention' | undefined
  readonly channel?: string | undefined
  readonly account?: string | undefined
}

const MARKS: Readonly<Record<DeliveryState, Mark>> = {
  due: 'plain',
  sending: 'plain',
  sent: 'good',
  uncertain: 'warning',
  dead: 'bad',
  expired: 'warning',
  withdrawn: 'plain',
}

export function deliveriesPage(
  view: StaffView,
  { deliveries, next }: { readonly deliveries: readonly Delivery[]; readonly next?: number },
  wish: DeliveryWish,
  notes: { readonly did?: ChannelDid | undefined; readonly faults?: FormFaults } = {},
): Html {
  const { language } = view
  const words = CHANNEL_WORDS[language]
  const { did, faults = [] } = notes
  const path = pathOf(DELIVERIES, language)
  const isAttention = wish.state === 'attention'
  return staffLayout(view, {
    title: words.deliveriesTitle,
    path: DELIVERIES.path,
    body: html`
      <p><a class="back" href="${pathOf(CHANNELS, language)}">${words.back}</a></p>
      ${faultSummary(words.faultTitle, faults)} ${doneNote(did && words.did[did])}
      <h1>${isAttention ? words.deadLetters : words.deliveriesTitle}</h1>
      <p class="lead">${words.deliveriesLead}</p>
      <form method="get" action="${path}" class="find">
        ${selectField({
          name: 'state',
          label: words.state,
          none: words.all,
          value: wish.state,
          options: [
            { value: 'attention', text: words.attention },
            ...DELIVERY_STATES.map((value) => ({ value, text: words.states[value][1] })),
          ],
        })}
        <p class="field"><button>${words.show}</button></p>
      </form>
      ${deliveries.length === 0 && html`<p>${isAttention ? words.deadNone : words.listNone}</p>`}
      <ul class="messages">
        ${deliveries.map((delivery) => html`<li>${deliveryPart(view, delivery, faults)}</li>`)}
      </ul>
      ${
        next !== undefined &&
        html`<p><a href="${withQuery(path, { ...wish, before: next })}">${words.older}</a></p>`
      }
    `,
  })
}

function deliveryPart(view: StaffView, delivery: Delivery, faults: FormFaults): Html {
  const { language } = view
  const words = CHANNEL_WORDS[language]
  const { id, state, text, attempts, lastError, sendAt, again } = delivery
  const name = `d${id}`
  const fault = faults.find(({ field }) => field === name)
  return html`<article aria-labelledby="${name}">
    <h2 id="${name}" class="h3">
      ${accountName(view, delivery)} <span class="small">${age(view, sendAt)}</span>
    </h2>
    ${fault && html`<p class="fault">${fault.text}</p>`}
    <p class="pills">${pill(MARKS[state], words.states[state][0])}</p>
    <p class="words" lang="${delivery.language}">${text}</p>
    ${factList([
      [words.sayable, when(view, sendAt)],
      attempts > 0 && [words.tries, words.attempts(attempts)],
      lastError !== undefined && [words.error, lastError],
      again && [words.state, html`${words.again(again.by)}, ${age(view, again.at)}`],
    ])}
    <p><a href="${link(view, `/p/${delivery.postKey}`)}">${words.post}</a></p>
    ${
      GIVEN_UP.has(state) &&
      html`<form method="post" action="${pathOf(SEND_AGAIN, language, { id: String(id) })}">
        ${
          state === 'uncertain' &&
          html`<p>
            <label class="check"
              ><input type="checkbox" name="notHeard" value="yes" /> ${words.look}</label
            >
          </p>`
        }
        <p>
          <button class="quiet">
            ${words.sendAgain}<span class="visually-hidden">: ${id}</span>
          </button>
        </p>
      </form>`
    }
  </article>`
}
