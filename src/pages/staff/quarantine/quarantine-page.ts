/** Messages that were not taken in: how many for which reason, and each as it came, safely shown. */
import { REJECTIONS, type Rejection } from '#src/stations/reading.ts'
import type { Quarantined } from '#src/store/contract.ts'
import { html, type Html } from '../../html.ts'
import { faultSummary, hidden, selectField, textField, type FormFaults } from '../form-parts.ts'
import { staffLayout, type StaffView } from '../staff-layout.ts'
import {
  age,
  dataTable,
  doneNote,
  factList,
  numberText,
  pathOf,
  withQuery,
} from '../staff-parts.ts'
import { ADD_DEVICE, DEVICE } from '../devices/device-places.ts'
import { byteRows, visible, visibleText } from './bytes.ts'
import { QUARANTINE, TRY_AGAIN } from './quarantine-place.ts'
import { QUARANTINE_WORDS } from './quarantine-words.ts'

export interface QuarantineWish {
  readonly reason?: Rejection | undefined
  readonly device?: string | undefined
  readonly topic?: string | undefined
}

export interface QuarantineFacts {
  readonly counts: ReadonlyMap<Rejection, number>
  /** Newest first. */
  readonly messages: readonly Quarantined[]
  /** Of what was asked for. */
  readonly faults: FormFaults
  /** What the page with older ones comes before. */
  readonly next?: number
}

/** What came of trying, as the address tells it. */
export interface Tried {
  readonly tried: number
  readonly kept: number
  readonly repeats: number
  readonly rejected: number
}

export function quarantinePage(
  view: StaffView,
  facts: QuarantineFacts,
  wish: QuarantineWish,
  tried?: Tried | 'on',
): Html {
  const { language } = view
  const words = QUARANTINE_WORDS[language]
  const { messages, faults, next } = facts
  const path = pathOf(QUARANTINE, language)
  return staffLayout(view, {
    title: QUARANTINE.name[language],
    path: QUARANTINE.path,
    body: html`
      ${faultSummary(words.faultTitle, faults)}
      ${doneNote(tried && (tried === 'on' ? words.goesOn : words.did(tried)))}
      <h1>${QUARANTINE.name[language]}</h1>
      <p class="lead">${words.lead}</p>
      ${reasonsPart(view, facts)}
      <section aria-labelledby="latest">
        <h2 id="latest">${words.listTitle}</h2>
        ${filterForm(view, wish, faults)}
        ${messages.length === 0 && faults.length === 0 && html`<p>${words.listNone}</p>`}
        <ul class="messages">
          ${messages.map((message) => html`<li>${messagePart(view, message)}</li>`)}
        </ul>
        ${
          next !== undefined &&
          html`<p><a href="${withQuery(path, { ...wish, before: next })}">${words.older}</a></p>`
        }
      </section>
    `,
  })
}

function reasonsPart(view: StaffView, { counts }: QuarantineFacts): Html {
  const { language } = view
  const words = QUARANTINE_WORDS[language]
  const path = pathOf(QUARANTINE, language)
  const rows = REJECTIONS.filter((reason) => (counts.get(reason) ?? 0) > 0)
  return html`<section aria-labelledby="reasons">
    <h2 id="reasons">${words.reasonsTitle}</h2>
    ${
      rows.length === 0
        ? html`<p>${words.none}</p>`
        : dataTable(
            words.reasonsTitle,
            [
              {
                name: words.reason,
                cell: (reason) =>
                  html`<a href="${withQuery(path, { reason })}">${words.reasons[reason].name}</a>`,
              },
              {
                name: words.count,
                cell: (reason) => numberText(counts.get(reason)!, view),
                isNumber: true,
              },
              { name: words.todo, cell: (reason) => words.reasons[reason].todo },
              {
                name: words.tryYes,
                cell: (reason) =>
                  html`<a href="${withQuery(pathOf(TRY_AGAIN, language), { reason })}"
                    >${words.tryAll}<span class="visually-hidden"
                      >: ${words.reasons[reason].name}</span
                    ></a
                  >`,
              },
            ],
            rows,
          )
    }
  </section>`
}

function filterForm(view: StaffView, wish: QuarantineWish, faults: FormFaults): Html {
  const { language } = view
  const words = QUARANTINE_WORDS[language]
  return html`<form method="get" action="${pathOf(QUARANTINE, language)}" class="find">
    ${selectField({
      name: 'reason',
      label: words.reason,
      none: words.all,
      value: wish.reason,
      options: REJECTIONS.map((value) => ({ value, text: words.reasons[value].name })),
    })}
    ${textField({ name: 'device', label: words.device, value: wish.device, isPlain: true, faults })}
    ${textField({ name: 'topic', label: words.topic, value: wish.topic, isPlain: true })}
    <p class="field"><button>${words.search}</button></p>
  </form>`
}

function messagePart(view: StaffView, message: Quarantined): Html {
  const { language, town } = view
  const words = QUARANTINE_WORDS[language]
  const { id, reason, detail, topic, deviceId, receivedAt, head, bytes, payload, replayed } =
    message
  const isKnown = deviceId !== undefined && town.devices.has(deviceId)
  return html`<article aria-labelledby="m${id}">
    <h3 id="m${id}">
      ${words.reasons[reason].name}
      <span class="small">${age(view, receivedAt)}, ${words.from(bytes)}</span>
    </h3>
    ${factList([
      [words.detail, visible(detail)],
      [words.topicLabel, html`<code>${visible(topic)}</code>`],
      deviceId !== undefined && [
        words.deviceLabel,
        isKnown
          ? html`<a href="${pathOf(DEVICE, language, { id: deviceId })}">${deviceId}</a>`
          : html`<a href="${withQuery(pathOf(ADD_DEVICE, language), { id: deviceId })}"
              >${deviceId}</a
            >`,
      ],
    ])}
    ${replayed && html`<p class="small">${words.replayed(outcomeText(view, replayed.outcome))}, ${age(view, replayed.at)}</p>`}
    <details>
      <summary>${words.bytes}</summary>
      <h4>${words.text}</h4>
      <pre class="bytes" tabindex="0" role="region" aria-label="${words.text}">
${visibleText(head)}</pre>
      <h4>${words.hex}</h4>
      <pre class="bytes" tabindex="0" role="region" aria-label="${words.hex}">
${byteRows(head)}</pre>
    </details>
    ${
      payload === undefined
        ? html`<p class="small">${words.notKept}</p>`
        : html`<form method="post" action="${pathOf(TRY_AGAIN, language)}">
            ${hidden('id', String(id))}
            <p>
              <button class="quiet">
                ${words.tryOne}<span class="visually-hidden">: ${id}</span>
              </button>
            </p>
          </form>`
    }
  </article>`
}

function outcomeText({ language }: StaffView, outcome: string): string {
  const { outcomes, reasons } = QUARANTINE_WORDS[language]
  const reason = REJECTIONS.find((word) => word === outcome)
  return outcomes[outcome] ?? (reason ? reasons[reason].name : outcome)
}
