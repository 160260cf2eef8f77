/** The routes of the pages about sensors and gateways. */
import type { FastifyReply } from 'fastify'
import type { DeviceChange } from '#src/stations/device-changes.ts'
import {
  parseContainerId,
  parseDeviceId,
  parseStationId,
  type DeviceId,
} from '#src/stations/ids.ts'
import { DAY, plus } from '#src/stations/time.ts'
import {
  calibrateContainer,
  changeDevice,
  giveCredential,
  revokeCredential,
  type ChangeAnswer,
  type DeviceDesk,
} from '#src/store/device-desk.ts'
import { keep } from '#src/store/journal.ts'
import { html, type Html } from '../../html.ts'
import type { PagesOptions } from '../../site.ts'
import { askFirst } from '../ask-first.ts'
import { checkField, faultSummary, textField, type FormFaults } from '../form-parts.ts'
import { notFound } from '../not-found.ts'
import { staffLayout, type StaffView } from '../staff-layout.ts'
import { seeOther } from '../../report-form.ts'
import type { StaffPages } from '../staff-page.ts'
import { doneNote, given, oneOf, pathOf, withQuery } from '../staff-parts.ts'
import {
  DEVICE_FILTERS,
  gatherDevices,
  profilesOf,
  seatOf,
  type DeviceFacts,
} from './device-facts.ts'
import { deviceListPage, stationOptions } from './device-list.ts'
import {
  BATTERY_DAYS,
  containerField,
  devicePage,
  profileField,
  tokenPage,
  type DeviceDetails,
  type DeviceNotes,
} from './device-page.ts'
import { ADD_DEVICE, CHANGE_DEVICE, DEVICE, DEVICES, GATEWAYS } from './device-places.ts'
import { DEVICE_WORDS, type DeviceWords } from './device-words.ts'

type Did = keyof DeviceWords['did']

/** A month of a sensor that measures four times an hour. */
const MOST_READINGS = 3000
const MOST_ALARMS = 20

export function registerDevicePages(
  pages: StaffPages,
  options: Pick<PagesOptions, 'store' | 'journal' | 'clock'> & { readonly devices: DeviceDesk },
): void {
  const { store, journal, clock, devices: desk } = options
  const room = { desk, store, journal, clock }

  const all = (view: StaffView) =>
    gatherDevices(view.town, journal.sensors(), view.statusOf, view.now)
  const find = (view: StaffView, text: string | undefined): DeviceFacts | undefined => {
    const id = parseDeviceId(text ?? '')
    return all(view).find(({ device }) => device.id === id)
  }
  const didOf = (view: StaffView, query: Readonly<Record<string, unknown>>) =>
    oneOf(Object.keys(DEVICE_WORDS[view.language].did) as Did[], given(query, 'did'))

  pages.get(DEVICES, (view, { query }) =>
    deviceListPage(
      view,
      all(view),
      {
        text: given(query, 'q'),
        filter: oneOf(DEVICE_FILTERS, given(query, 'show')),
        profile: given(query, 'profile'),
        station: given(query, 'station'),
      },
      didOf(view, query),
    ),
  )

  async function details(view: StaffView, facts: DeviceFacts): Promise<DeviceDetails> {
    const { id } = facts.device
    const seats = journal.town.town.mountings
      .filter(({ deviceId }) => deviceId === id)
      .map((mounting) => seatOf(journal.town, mounting))
      .sort((a, b) => b.mounting.from - a.mounting.from)
    const since = plus(view.now, -BATTERY_DAYS * DAY)
    const watched = new Set(
      seats
        .filter(({ mounting }) => (mounting.until ?? Infinity) > since)
        .map(({ mounting }) => mounting.containerId),
    )
    const readings = await Promise.all(
      [...watched].map((c) => store.readings(c, since, plus(view.now, 1), MOST_READINGS)),
    )
    return {
      facts,
      seats,
      readings: readings
        .flat()
        .filter(({ deviceId }) => deviceId === id)
        .sort((a, b) => a.measuredAt - b.measuredAt),
      alarms: await store.alarmChanges({ deviceId: id, limit: MOST_ALARMS }),
      changes: (await store.deviceChanges())
        .filter(({ change }) => isAbout(change, facts))
        .toReversed(),
    }
  }

  const show = async (view: StaffView, facts: DeviceFacts, notes: DeviceNotes): Promise<Html> =>
    devicePage(view, await details(view, facts), notes)

  pages.get(ADD_DEVICE, (view, { query }) =>
    addPage(view, [], new URLSearchParams({ id: given(query, 'id') ?? '' })),
  )
  pages.post(ADD_DEVICE, async (view, form, _request, reply) => {
    const faults: { field: string; text: string }[] = []
    const words = DEVICE_WORDS[view.language].faults
    const id = parseDeviceId(given(form, 'id') ?? '')
    const profile = profileIn(view, form)
    const place = given(form, 'container')
    const containerId = place === undefined ? undefined : containerIn(view, place)
    if (!id) faults.push({ field: 'id', text: words.id })
    if (profile === undefined) faults.push({ field: 'profile', text: words.profile })
    if (place !== undefined && !containerId) {
      faults.push({ field: 'container', text: words.container })
    }
    if (!id || profile === undefined || faults.length > 0) {
      void reply.code(400)
      return addPage(view, faults, form)
    }
    const changes: DeviceChange[] = [{ kind: 'register', deviceId: id, profile }]
    if (containerId) changes.push({ kind: 'mount', deviceId: id, containerId, from: view.now })
    const changed = await desk.change(changes, view.staff.name)
    if (changed.kind === 'done') {
      return seeOther(reply, withQuery(pathOf(DEVICE, view.language, { id }), { did: 'added' }))
    }
    const refused = changed.effects.flatMap((effect, i) =>
      effect.kind === 'refused' ? [{ field: i === 0 ? 'id' : 'container', text: effect.why }] : [],
    )
    void reply.code(409)
    return addPage(view, refused, form)
  })

  pages.get(GATEWAYS, (view, { query }) => gatewayPage(view, [], didOf(view, query)))
  pages.post(GATEWAYS, async (view, form, _request, reply) => {
    const stationIds = form
      .getAll('stations')
      .flatMap((text) => parseStationId(text) ?? [])
      .filter((id) => view.town.stations.has(id))
    const state = oneOf(['down', 'up'] as const, given(form, 'state'))
    if (stationIds.length === 0 || !state) {
      void reply.code(400)
      const text = DEVICE_WORDS[view.language].faults.stations
      return gatewayPage(view, [{ field: 'stations', text }])
    }
    await keep(journal, { kind: 'fact', fact: { type: 'gateway', stationIds, state } })
    return seeOther(reply, withQuery(pathOf(GATEWAYS, view.language), { did: state }))
  })

  pages.get(DEVICE, async (view, { params, query }, reply) => {
    const facts = find(view, params['id'])
    if (!facts) return notFound(view, reply, DEVICE_WORDS[view.language].notFound)
    return show(view, facts, { did: didOf(view, query) })
  })

  pages.get(CHANGE_DEVICE, (view, { params, query }, reply) => {
    const facts = find(view, params['id'])
    if (!facts) return notFound(view, reply, DEVICE_WORDS[view.language].notFound)
    const what = oneOf(['unmount', 'credential', 'revoke'] as const, given(query, 'do'))
    const { id } = facts.device
    return what ? surePage(view, id, what) : seeOther(reply, pathOf(DEVICE, view.language, { id }))
  })

  pages.post(CHANGE_DEVICE, async (view, form, { params }, reply) => {
    const facts = find(view, params['id'])
    const words = DEVICE_WORDS[view.language]
    if (!facts) return notFound(view, reply, words.notFound)
    const { id } = facts.device
    const again = (status: number, faults: FormFaults) => {
      void reply.code(status)
      return show(view, facts, { faults, typed: form })
    }
    const wrong = (field: string, text: string) => again(400, [{ field, text }])
    const settle = (answer: ChangeAnswer, did: Did, field: string, on: DeviceId = id) =>
      answer.kind === 'refused'
        ? again(409, [{ field, text: answer.why }])
        : done(reply, view, on, answer.no === undefined ? 'same' : did)
    const by = view.staff.name
    const change = (what: DeviceChange) => changeDevice(room, what, by)
    switch (given(form, 'do')) {
      case 'mount': {
        const containerId = containerIn(view, given(form, 'container') ?? '')
        if (!containerId) return wrong('container', words.faults.container)
        const beside = given(form, 'alongside') === 'yes' && { alongside: true as const }
        const from = clock()
        const answer = await change({ kind: 'mount', deviceId: id, containerId, ...beside, from })
        return settle(answer, 'mounted', 'container')
      }
      case 'swap': {
        const other = parseDeviceId(given(form, 'with') ?? '')
        if (!other) return wrong('with', words.faults.id)
        const answer = await change({ kind: 'swap', deviceId: id, by: other, at: clock() })
        return settle(answer, 'swapped', 'with', other)
      }
      case 'profile': {
        const profile = profileIn(view, form)
        if (profile === undefined) return wrong('profile', words.faults.profile)
        const answer = await change({ kind: 'register', deviceId: id, profile })
        return settle(answer, 'profiled', 'profile')
      }
      case 'calibrate': {
        const containerId = containerIn(view, given(form, 'container') ?? '')
        const level = oneOf(['empty', 'full'] as const, given(form, 'level'))
        if (!containerId || !level) return wrong('actions', words.faults.container)
        const answer = await calibrateContainer(room, containerId, level, by)
        if (answer.kind === 'no-such') return wrong('actions', words.faults.container)
        return settle(answer, 'calibrated', 'actions')
      }
      case 'unmount':
        if (!isSure(form)) return surePage(view, id, 'unmount')
        return settle(
          await change({ kind: 'unmount', deviceId: id, until: clock() }),
          'unmounted',
          'actions',
        )
      case 'credential': {
        if (!isSure(form)) return surePage(view, id, 'credential')
        const answer = await giveCredential(room, id, by)
        if (answer.kind === 'given') return tokenPage(view, id, answer.token)
        const text = answer.kind === 'refused' ? answer.why : words.notFound
        return again(409, [{ field: 'actions', text }])
      }
      case 'revoke': {
        if (!isSure(form)) return surePage(view, id, 'revoke')
        const answer = await revokeCredential(room, id, by)
        if (answer.kind === 'refused') return again(409, [{ field: 'actions', text: answer.why }])
        return done(reply, view, id, answer.revoked ? 'revoked' : 'same')
      }
      default:
        return seeOther(reply, pathOf(DEVICE, view.language, { id }))
    }
  })
}

function isSure(form: URLSearchParams): boolean {
  return given(form, 'sure') === 'yes'
}

function done(reply: FastifyReply, view: StaffView, id: DeviceId, did: Did): FastifyReply {
  return seeOther(reply, withQuery(pathOf(DEVICE, view.language, { id }), { did }))
}

function isAbout(change: DeviceChange, { device, seats }: DeviceFacts): boolean {
  switch (change.kind) {
    case 'settled':
      return false
    case 'calibrate':
      return seats.some(({ mounting }) => mounting.containerId === change.containerId)
    case 'swap':
      return change.deviceId === device.id || change.by === device.id
    default:
      return change.deviceId === device.id
  }
}

function containerIn({ town }: StaffView, text: string) {
  const id = parseContainerId(text)
  return id && town.containers.has(id) ? id : undefined
}

function profileIn({ town }: StaffView, form: URLSearchParams): string | undefined {
  return oneOf(profilesOf(town), given(form, 'profile'))
}

function surePage(view: StaffView, id: DeviceId, what: 'unmount' | 'credential' | 'revoke'): Html {
  const { language } = view
  const words = DEVICE_WORDS[language]
  const texts = {
    unmount: [words.unmountTitle(id), words.unmountText, words.unmount],
    credential: [words.credentialTitle(id), words.credentialText, words.credentialYes],
    revoke: [words.revokeTitle(id), words.revokeText, words.revoke],
  } as const
  const [title, text, yes] = texts[what]
  return askFirst(view, {
    title,
    text,
    yes,
    no: words.cancel,
    action: pathOf(CHANGE_DEVICE, language, { id }),
    values: { do: what },
    back: pathOf(DEVICE, language, { id }),
  })
}

function addPage(view: StaffView, faults: FormFaults, form = new URLSearchParams()): Html {
  const { language } = view
  const words = DEVICE_WORDS[language]
  return staffLayout(view, {
    title: words.addTitle,
    path: ADD_DEVICE.path,
    body: html`<div class="prose">
      <p><a class="back" href="${pathOf(DEVICES, language)}">${words.back}</a></p>
      ${faultSummary(words.faultTitle, faults)}
      <h1>${words.addTitle}</h1>
      <p class="lead">${words.addLead}</p>
      <form method="post" action="${pathOf(ADD_DEVICE, language)}" class="panel">
        ${textField({
          name: 'id',
          label: words.idLabel,
          hint: words.idHint,
          value: form.get('id') ?? '',
          faults,
          isPlain: true,
        })}
        ${profileField(view, { value: form.get('profile') ?? '', faults })}
        ${containerField(view, {
          value: form.get('container') ?? '',
          faults,
          none: words.later,
        })}
        <p><button>${words.addButton}</button></p>
      </form>
    </div>`,
  })
}

function gatewayPage(view: StaffView, faults: FormFaults, did?: Did): Html {
  const { language } = view
  const words = DEVICE_WORDS[language]
  return staffLayout(view, {
    title: words.gatewayTitle,
    path: GATEWAYS.path,
    body: html`<div class="prose">
      <p><a class="back" href="${pathOf(DEVICES, language)}">${words.back}</a></p>
      ${faultSummary(words.faultTitle, faults)} ${doneNote(did && words.did[did])}
      <h1>${words.gatewayTitle}</h1>
      <p class="lead">${words.gatewayLead}</p>
      <form method="post" action="${pathOf(GATEWAYS, language)}">
        ${checkField({
          name: 'stations',
          legend: words.gatewayStations,
          options: stationOptions(view),
          faults,
        })}
        <p class="choose">
          <button name="state" value="down">${words.down}</button>
          <button name="state" value="up" class="quiet">${words.up}</button>
        </p>
      </form>
    </div>`,
  })
}
