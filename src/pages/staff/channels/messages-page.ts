/** What became of messages to one person; neither to whom nor what. */
import { MESSAGE_STATES, type MessageLine, type MessageState } from '#src/store/messages.ts'
import { reaches } from '#src/store/staff.ts'
import { html, type Html } from '../../html.ts'
import { selectField } from '../form-parts.ts'
import { staffLayout, type StaffView } from '../staff-layout.ts'
import { dataTable, pathOf, pill, type Mark, when } from '../staff-parts.ts'
import { CHANNELS, MESSAGES } from './channel-places.ts'
import { CHANNEL_WORDS } from './channel-words.ts'

const MARKS: Readonly<Record<MessageState, Mark>> = {
  due: 'plain',
  sending: 'plain',
  uncertain: 'warning',
  sent: 'good',
  delivered: 'good',
  failed: 'bad',
  dead: 'bad',
  expired: 'warning',
  cancelled: 'plain',
  unknown: 'warning',
}

export function messagesPage(
  view: StaffView,
  messages: readonly MessageLine[],
  smsThisMonth: number,
  state: MessageState | undefined,
): Html {
  const { language } = view
  const words = CHANNEL_WORDS[language]
  return staffLayout(view, {
    title: words.messagesTitle,
    path: MESSAGES.path,
    body: html`
      ${
        reaches(view.staff.role, CHANNELS.needs) &&
        html`<p><a class="back" href="${pathOf(CHANNELS, language)}">${words.back}</a></p>`
      }
      <h1>${words.messagesTitle}</h1>
      <p class="lead">${words.messagesLead}</p>
      <p>${words.smsMonth(smsThisMonth)}</p>
      <form method="get" action="${pathOf(MESSAGES, language)}" class="find">
        ${selectField({
          name: 'state',
          label: words.state,
          none: words.all,
          value: state,
          options: MESSAGE_STATES.map((value) => ({ value, text: words.messageStates[value] })),
        })}
        <p class="field"><button>${words.show}</button></p>
      </form>
      ${
        messages.length === 0
          ? html`<p>${words.messagesNone}</p>`
          : dataTable(
              words.messagesTitle,
              [
                { name: words.due, cell: ({ dueAt }) => when(view, dueAt) },
                { name: words.about, cell: ({ purpose }) => html`<code>${purpose}</code>` },
                { name: words.way, cell: ({ way }) => words.ways[way] },
                {
                  name: words.state,
                  cell: ({ state: word }) => pill(MARKS[word], words.messageStates[word]),
                },
                { name: words.tries, cell: ({ attempts }) => attempts, isNumber: true },
                {
                  name: words.ended,
                  cell: ({ endedAt }) => endedAt !== undefined && when(view, endedAt),
                },
                { name: words.error, cell: ({ error }) => error },
              ],
              messages,
            )
      }
    `,
  })
}
