/** The town's sensors and how they are, to be searched. */
import type { ContainerId } from '#src/stations/ids.ts'
import { containerTitle } from '../../container-marks.ts'
import { html, type Html, type Part } from '../../html.ts'
import { reaches } from '#src/store/staff.ts'
import { alarmName } from '#src/wording/sensor-advice.ts'
import { faultText } from '#src/wording/status-text.ts'
import { stationsByName } from '../../stations-by-name.ts'
import { selectField, textField, type Option } from '../form-parts.ts'
import { staffLayout, type StaffView } from '../staff-layout.ts'
import { age, dataTable, doneNote, pathOf, pill } from '../staff-parts.ts'
import {
  DEVICE_FILTERS,
  findDevices,
  isFound,
  signalWord,
  type DeviceFacts,
  type DeviceWish,
  type Seat,
} from './device-facts.ts'
import { ADD_DEVICE, DEVICE, DEVICES, GATEWAYS } from './device-places.ts'
import { DEVICE_WORDS, type DeviceWords } from './device-words.ts'

/** More are found by searching. */
const MOST_SHOWN = 50

export function deviceListPage(
  view: StaffView,
  all: readonly DeviceFacts[],
  wish: DeviceWish,
  did?: keyof DeviceWords['did'],
): Html {
  const { language } = view
  const words = DEVICE_WORDS[language]
  const found = findDevices(all, wish)
  const troubled = all.filter((facts) => isFound(facts, 'trouble')).length
  return staffLayout(view, {
    title: words.title,
    path: DEVICES.path,
    body: html`
      ${doneNote(did && words.did[did])}
      <h1>${words.title}</h1>
      <p class="lead">${words.lead(all.length, troubled)}</p>
      ${findForm(view, all, wish)}
      ${
        found.length === 0
          ? html`<p>${words.none}</p>`
          : html`<p class="small" role="status">${words.shown(found.length, MOST_SHOWN)}</p>
              ${table(view, found.slice(0, MOST_SHOWN))}`
      }
      ${
        reaches(view.staff.role, ADD_DEVICE.needs) &&
        html`<p class="choose">
          <a class="button" href="${pathOf(ADD_DEVICE, language)}">${words.add}</a>
          <a href="${pathOf(GATEWAYS, language)}">${words.gateway}</a>
        </p>`
      }
      <section aria-labelledby="labels">
        <h2 id="labels">${words.labels}</h2>
        <p>
          ${words.labelsText}
          <code>npm run kvitter -- labels --town … --url ${view.publicUrl} --out labels.pdf</code>
        </p>
      </section>
    `,
  })
}

function findForm(view: StaffView, all: readonly DeviceFacts[], wish: DeviceWish): Html {
  const words = DEVICE_WORDS[view.language]
  const profiles = [...new Set(all.map(({ device }) => device.profile))].sort()
  return html`<form
    method="get"
    action="${pathOf(DEVICES, view.language)}"
    class="find"
    role="search"
    aria-label="${words.find}"
  >
    ${textField({ name: 'q', label: words.text, type: 'search', value: wish.text })}
    ${selectField({
      name: 'show',
      label: words.show,
      none: words.all,
      value: wish.filter,
      options: DEVICE_FILTERS.map((value) => ({ value, text: words.filters[value] })),
    })}
    ${selectField({
      name: 'profile',
      label: words.profile,
      none: words.all,
      value: wish.profile,
      options: profiles.map((value) => ({ value, text: value })),
    })}
    ${selectField({
      name: 'station',
      label: words.station,
      none: words.all,
      value: wish.station,
      options: stationOptions(view),
    })}
    <p class="field"><button>${words.search}</button></p>
  </form>`
}

/** By name. */
export function stationOptions(view: StaffView): readonly Option[] {
  return stationsByName(view).map(({ id, name }) => ({ value: id, text: name }))
}

function table(view: StaffView, shown: readonly DeviceFacts[]): Html {
  const words = DEVICE_WORDS[view.language]
  return dataTable(
    words.title,
    [
      {
        name: words.device,
        cell: ({ device }) =>
          html`<a href="${pathOf(DEVICE, view.language, { id: device.id })}">${device.id}</a>
            <span class="small">${device.profile}</span>`,
      },
      { name: words.where, cell: ({ seats }) => placesText(view, seats) },
      {
        name: words.lastHeard,
        cell: ({ lastAt }) => (lastAt === undefined ? words.never : age(view, lastAt)),
      },
      { name: words.battery, cell: ({ battery }) => batteryText(view, battery), isNumber: true },
      { name: words.signal, cell: (facts) => signalText(view, facts) },
      { name: words.state, cell: (facts) => statePills(view, facts) },
    ],
    shown,
  )
}

export function placesText(view: StaffView, seats: readonly Seat[]): Part {
  const words = DEVICE_WORDS[view.language]
  if (seats.length === 0) return words.nowhere
  return seats.map((seat, i) => html`${i > 0 && html`<br />`}${seatText(view, seat)}`)
}

export function seatText(view: StaffView, { mounting }: Seat): string {
  return containerText(view, mounting.containerId)
}

/** `Ekudden, Pappersförpackningar`; the id of one that the town has no more. */
export function containerText({ town, language }: StaffView, id: ContainerId): string {
  const container = town.containers.get(id)
  const station = container && town.stations.get(container.stationId)
  if (!container || !station) return id
  return `${station.name}, ${containerTitle(container, station, language)}`
}

export function batteryText(
  { language }: StaffView,
  battery: DeviceFacts['battery'] | undefined,
): string {
  const words = DEVICE_WORDS[language]
  if (battery?.percent !== undefined) return `${Math.round(battery.percent)} %`
  if (battery?.volts === undefined) return words.unknown
  const volts = battery.volts.toFixed(2)
  return `${language === 'sv' ? volts.replace('.', ',') : volts} V`
}

export function signalText({ language }: StaffView, { signal }: DeviceFacts): string {
  const words = DEVICE_WORDS[language]
  if (!signal) return words.unknown
  const rssi = String(Math.round(signal.rssiDbm)).replace('-', '\u2212')
  return `${words.signalWords[signalWord(signal)]} (${rssi}\u00a0dBm)`
}

export function statePills(view: StaffView, facts: DeviceFacts): Part {
  const { language } = view
  const words = DEVICE_WORDS[language]
  const { alarms, fault, lastAt } = facts
  if (alarms.length === 0 && fault === undefined) {
    return lastAt === undefined ? pill('plain', words.unknown) : pill('good', words.fine)
  }
  return html`${alarms.map(({ kind }) =>
    pill(kind === 'fire' || kind === 'silent' ? 'bad' : 'warning', alarmName(kind, language)),
  )}
  ${fault !== undefined && pill('warning', words.faultWord(faultText(fault, language)))}`
}
