/** One sensor: how it is, where it has sat, what it said of late, and what may be done to it. */
import type { DeviceChange, RecordedChange } from '#src/stations/device-changes.ts'
import { DAY, plus } from '#src/stations/time.ts'
import type { JudgedReading, KeptAlarm } from '#src/store/contract.ts'
import { reaches } from '#src/store/staff.ts'
import { alarmName, sensorAdvice } from '#src/wording/sensor-advice.ts'
import { faultText } from '#src/wording/status-text.ts'
import { html, type Html, type Part } from '../../html.ts'
import { link } from '../../site.ts'
import { stationsByName } from '../../stations-by-name.ts'
import { faultSummary, hidden, selectField, textField, type FormFaults } from '../form-parts.ts'
import { staffLayout, type StaffView } from '../staff-layout.ts'
import { age, dataTable, doneNote, factList, filled, pathOf, when } from '../staff-parts.ts'
import { batteryChart, batteryDays, daysUntilLow, type BatteryDay } from './battery.ts'
import { profilesOf, type DeviceFacts, type Seat } from './device-facts.ts'
import { batteryText, containerText, seatText, signalText, statePills } from './device-list.ts'
import { CHANGE_DEVICE, DEVICE, DEVICES } from './device-places.ts'
import { DEVICE_WORDS, type DeviceWords } from './device-words.ts'

export const BATTERY_DAYS = 30
const MESSAGE_DAYS = 7
const MOST_MESSAGES = 25

export interface DeviceDetails {
  readonly facts: DeviceFacts
  /** Newest first. */
  readonly seats: readonly Seat[]
  /** Of the last thirty days, oldest first. */
  readonly readings: readonly JudgedReading[]
  /** Newest first. */
  readonly alarms: readonly KeptAlarm[]
  readonly changes: readonly RecordedChange[]
}

export interface DeviceNotes {
  readonly did?: keyof DeviceWords['did'] | undefined
  readonly faults?: FormFaults
  /** What was typed. */
  readonly typed?: URLSearchParams
}

export function devicePage(view: StaffView, details: DeviceDetails, notes: DeviceNotes): Html {
  const { language } = view
  const words = DEVICE_WORDS[language]
  const { facts } = details
  const { id, profile } = facts.device
  const { did, faults = [] } = notes
  return staffLayout(view, {
    title: id,
    path: filled(DEVICE.path, { id }),
    body: html`
      <p><a class="back" href="${pathOf(DEVICES, language)}">${words.back}</a></p>
      ${faultSummary(words.faultTitle, faults)} ${doneNote(did && words.did[did])}
      <h1 class="id">${id}</h1>
      <p class="pills">${statePills(view, facts)}</p>
      ${factList([
        [words.where, html`${facts.seats.length === 0 ? words.nowhere : seatLinks(view, facts)}`],
        [words.lastHeard, facts.lastAt === undefined ? words.never : age(view, facts.lastAt)],
        [words.battery, batteryText(view, facts.battery)],
        [words.signal, signalText(view, facts)],
        [words.profile, profile],
        facts.grade && [words.grade, words.grades[facts.grade]],
      ])}
      ${todoPart(view, facts)}
      <div class="halves">
        ${batteryPart(view, details)}
        <section aria-labelledby="seats">
          <h2 id="seats">${words.seatsTitle}</h2>
          ${seatsTable(view, details.seats)}
        </section>
      </div>
      ${messagesPart(view, details)} ${alarmsPart(view, details)} ${changesPart(view, details)}
      ${reaches(view.staff.role, CHANGE_DEVICE.needs) && actionsPart(view, details, notes)}
    `,
  })
}

function seatLinks(view: StaffView, { seats }: DeviceFacts): Part {
  return seats.map((seat, i) => {
    const text = seatText(view, seat)
    return html`${i > 0 && html`<br />`}${
      seat.station ? html`<a href="${link(view, `/s/${seat.station.id}`)}">${text}</a>` : text
    }`
  })
}

function todoPart(view: StaffView, { alarms, fault }: DeviceFacts): Html {
  const { language } = view
  const words = DEVICE_WORDS[language]
  return html`<section aria-labelledby="todo">
    <h2 id="todo">${words.troubleTitle}</h2>
    ${alarms.length === 0 && fault === undefined && html`<p>${words.noTrouble}</p>`}
    <ul class="advice">
      ${alarms.map(
        (alarm) =>
          html`<li>
            <strong>${alarmName(alarm.kind, language)}</strong>
            ${sensorAdvice(alarm, language)}
            <span class="small">${words.since} ${when(view, alarm.since)}.</span>
          </li>`,
      )}
      ${
        fault !== undefined &&
        html`<li><strong>${words.faultWord(faultText(fault, language))}.</strong></li>`
      }
    </ul>
  </section>`
}

function batteryPart(view: StaffView, { readings }: DeviceDetails): Html {
  const words = DEVICE_WORDS[view.language]
  const days = batteryDays(readings, view.timeZone)
  const left = daysUntilLow(days)
  const said = ({ unit, value }: BatteryDay) =>
    batteryText(view, unit === 'percent' ? { percent: value } : { volts: value })
  const [first, last] = [days[0], days.at(-1)]
  return html`<section aria-labelledby="battery">
    <h2 id="battery">${words.batteryTitle}</h2>
    ${
      first && last
        ? html`${batteryChart(
              days,
              plus(view.now, -BATTERY_DAYS * DAY),
              view.now,
              words.batteryLabel(said(first), said(last)),
            )}
            ${left !== undefined && html`<p>${words.batteryLow(left)}</p>`}
            <details>
              <summary>${words.asTable}</summary>
              ${dataTable(
                words.batteryTitle,
                [
                  { name: words.day, cell: ({ day }: BatteryDay) => day },
                  { name: words.battery, cell: said, isNumber: true },
                ],
                days.toReversed(),
              )}
            </details>`
        : html`<p>${words.batteryNone}</p>`
    }
  </section>`
}

function seatsTable(view: StaffView, seats: readonly Seat[]): Html {
  const words = DEVICE_WORDS[view.language]
  if (seats.length === 0) return html`<p>${words.noSeats}</p>`
  return dataTable(
    words.seatsTitle,
    [
      { name: words.container, cell: (seat) => seatText(view, seat) },
      { name: words.from, cell: ({ mounting }) => when(view, mounting.from) },
      {
        name: words.until,
        cell: ({ mounting }) =>
          mounting.until === undefined ? words.now : when(view, mounting.until),
      },
      {
        name: words.role,
        cell: ({ mounting: { alongside, channel } }) =>
          [
            alongside === true ? words.alongside : words.chief,
            ...(channel === undefined ? [] : [words.channel(channel)]),
          ].join(', '),
      },
    ],
    seats,
  )
}

function messagesPart(view: StaffView, { readings }: DeviceDetails): Html {
  const { language, now } = view
  const words = DEVICE_WORDS[language]
  const shown = readings
    .filter(({ measuredAt }) => measuredAt > now - MESSAGE_DAYS * DAY)
    .slice(-MOST_MESSAGES)
    .toReversed()
  return html`<section aria-labelledby="messages">
    <h2 id="messages">${words.messagesTitle}</h2>
    ${
      shown.length === 0
        ? html`<p>${words.messagesNone}</p>`
        : dataTable(
            words.messagesTitle,
            [
              { name: words.measuredAt, cell: ({ measuredAt }) => when(view, measuredAt) },
              {
                name: words.level,
                cell: ({ fault, fillPercent }) =>
                  fault !== undefined
                    ? faultText(fault, language)
                    : fillPercent !== undefined && `${Math.round(fillPercent)} %`,
              },
              {
                name: words.distance,
                cell: ({ distanceMm }) => distanceMm !== undefined && `${distanceMm} mm`,
                isNumber: true,
              },
              {
                name: words.battery,
                cell: ({ batteryPercent: percent, batteryVolts: volts }) =>
                  (percent !== undefined || volts !== undefined) &&
                  batteryText(view, percent === undefined ? { volts: volts! } : { percent }),
                isNumber: true,
              },
              {
                name: words.temperature,
                cell: ({ temperatureC }) =>
                  temperatureC !== undefined && `${Math.round(temperatureC)} °C`,
                isNumber: true,
              },
            ],
            shown,
          )
    }
  </section>`
}

function alarmsPart(view: StaffView, { alarms }: DeviceDetails): Html {
  const words = DEVICE_WORDS[view.language]
  return html`<section aria-labelledby="alarms">
    <h2 id="alarms">${words.alarmsTitle}</h2>
    ${alarms.length === 0 && html`<p>${words.alarmsNone}</p>`}
    <ul class="log">
      ${alarms.map(
        ({ change: { at, change, alarm } }) =>
          html`<li>${when(view, at)} ${alarmName(alarm.kind, view.language)} ${words[change]}</li>`,
      )}
    </ul>
  </section>`
}

function changesPart(view: StaffView, { changes, facts }: DeviceDetails): Html {
  const words = DEVICE_WORDS[view.language]
  return html`<section aria-labelledby="changes">
    <h2 id="changes">${words.changesTitle}</h2>
    ${
      changes.length === 0
        ? html`<p>${words.changesNone}</p>`
        : dataTable(
            words.changesTitle,
            [
              { name: words.at, cell: ({ at }) => when(view, at) },
              { name: words.by, cell: ({ by }) => by },
              { name: words.change, cell: ({ change }) => changeText(view, change, facts) },
            ],
            changes,
          )
    }
  </section>`
}

function changeText(view: StaffView, change: DeviceChange, { device }: DeviceFacts): string {
  const { changes, levels } = DEVICE_WORDS[view.language]
  switch (change.kind) {
    case 'register':
      return changes.register(change.profile)
    case 'mount':
      return changes.mount(change.containerId)
    case 'unmount':
      return changes.unmount
    case 'swap':
      return change.by === device.id ? changes.swapped(change.deviceId) : changes.swap(change.by)
    case 'calibrate':
      return changes.calibrate(levels[change.level], change.distanceMm)
    case 'credential-given':
    case 'credential-revoked':
      return changes[change.kind]
    case 'settled':
      return ''
  }
}

function actionsPart(view: StaffView, { facts }: DeviceDetails, notes: DeviceNotes): Html {
  const { language } = view
  const words = DEVICE_WORDS[language]
  const { id, profile } = facts.device
  const { faults = [], typed = new URLSearchParams() } = notes
  const action = pathOf(CHANGE_DEVICE, language, { id })
  const form = (what: string, parts: Part) =>
    html`<form method="post" action="${action}" class="panel">${hidden('do', what)} ${parts}</form>`
  const sits = facts.seats.length > 0
  return html`<section aria-labelledby="actions">
    <h2 id="actions">${words.actions}</h2>
    <div class="panels">
      ${
        sits &&
        form(
          'swap',
          html`<h3>${words.swap}</h3>
            ${textField({
              name: 'with',
              label: words.swapWith,
              hint: words.swapHint,
              value: typed.get('with') ?? '',
              faults,
              isPlain: true,
            })}
            <p><button>${words.swapButton}</button></p>`,
        )
      }
      ${facts.seats.map(
        (seat) =>
          seat.container &&
          form(
            'calibrate',
            html`<h3>${words.calibrate}</h3>
              <p>${seatText(view, seat)}</p>
              <p class="small">${words.calibrateHint}</p>
              ${hidden('container', seat.container.id)}
              <p class="choose">
                <button name="level" value="empty">${words.emptyNow}</button>
                <button name="level" value="full">${words.fullNow}</button>
              </p>`,
          ),
      )}
      ${form(
        'mount',
        html`<h3>${words.mount}</h3>
          ${containerField(view, { value: typed.get('container') ?? '', faults })}
          <p>
            <label class="check"
              ><input type="checkbox" name="alongside" value="yes" /> ${words.asAlongside}</label
            >
          </p>
          <p><button>${words.mountButton}</button></p>`,
      )}
      ${form(
        'profile',
        html`<h3>${words.profileChange}</h3>
          ${profileField(view, { value: typed.get('profile') ?? profile, faults })}
          <p><button>${words.profileButton}</button></p>`,
      )}
    </div>
    <p class="choose">
      ${sits && html`<a href="${action}?do=unmount">${words.unmount}</a>`}
      <a href="${action}?do=credential">${words.credential}</a>
      <a href="${action}?do=revoke">${words.revoke}</a>
    </p>
  </section>`
}

export function containerField(
  view: StaffView,
  parts: { readonly value?: string; readonly faults?: FormFaults; readonly none?: string },
): Html {
  const words = DEVICE_WORDS[view.language]
  return selectField({
    name: 'container',
    label: words.container,
    none: words.choose,
    ...parts,
    options: stationsByName(view).map((station) => ({
      group: station.name,
      options: station.containers.map(({ id }) => ({ value: id, text: containerText(view, id) })),
    })),
  })
}

export function profileField(
  view: StaffView,
  parts: { readonly value?: string; readonly faults?: FormFaults },
): Html {
  const words = DEVICE_WORDS[view.language]
  return selectField({
    name: 'profile',
    label: words.profile,
    none: words.choose,
    ...parts,
    options: profilesOf(view.town).map((value) => ({ value, text: value })),
  })
}

/** Shown in the answer to the form, since it may stand in no address and is kept nowhere. */
export function tokenPage(view: StaffView, id: string, token: string): Html {
  const { language } = view
  const words = DEVICE_WORDS[language]
  return staffLayout(view, {
    title: words.tokenTitle,
    body: html`<div class="prose">
      <h1>${words.tokenTitle}</h1>
      <p class="lead">${words.tokenText}</p>
      ${factList([
        [words.username, html`<code>${id}</code>`],
        [words.token, html`<code>${token}</code>`],
      ])}
      <p><a class="button" href="${pathOf(DEVICE, language, { id })}">${id}</a></p>
    </div>`,
  })
}
