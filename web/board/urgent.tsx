/** Something urgent, wherever it is: what, where, how much, and where to bring it. */
import { useState } from 'preact/hooks'
import type { Place } from '#src/stations/station.ts'
import { parseTypedPlace } from '#src/stations/typed-place.ts'
import type { Day } from './day.ts'
import type { Ask } from './desk.ts'
import { fieldOf } from './field.ts'
import type { Look } from './look.ts'

/** A place that is looked for on the map. */
export interface Picking {
  readonly isOn: boolean
  readonly typed: string
}

const WAYS = ['station', 'address', 'place'] as const
type Way = (typeof WAYS)[number]

/** Addresses are looked up from so many signs on. */
const LEAST_BEGUN = 3

export function UrgentForm(props: {
  readonly dropOffs: Day['dropOffs']
  readonly look: Look
  readonly ask: Ask
  readonly add: (asked: object) => Promise<boolean>
  readonly picking: Picking
  readonly onPicking: (picking: Picking) => void
}) {
  const { dropOffs, look, ask, add, picking, onPicking } = props
  const { words } = look
  const [way, setWay] = useState<Way>('station')
  const choose = (next: Way) => {
    setWay(next)
    onPicking({ isOn: next === 'place', typed: '' })
  }
  const send = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    if (!(await add(askedBy(form, way)))) return
    form.reset()
    choose('station')
  }
  return (
    <details class="urgent">
      <summary>{words.urgent}</summary>
      <form class="inline-form" onSubmit={(event) => void send(event)}>
        <label for="urgent-what">{words.urgentWhat}</label>
        <span class="small" id="urgent-hint">
          {words.urgentHint}
        </span>
        <input
          id="urgent-what"
          name="what"
          required
          maxLength={120}
          aria-describedby="urgent-hint"
        />
        <label for="urgent-way">{words.urgentWhere}</label>
        <select
          id="urgent-way"
          value={way}
          onChange={(event) => choose(event.currentTarget.value as Way)}
        >
          {WAYS.map((one) => (
            <option key={one} value={one}>
              {words.urgentWays[one]}
            </option>
          ))}
        </select>
        {way === 'station' && <StationField look={look} />}
        {way === 'address' && <AddressField look={look} ask={ask} />}
        {way === 'place' && <PlaceField look={look} picking={picking} onPicking={onPicking} />}
        <div class="load-fields">
          <Amount name="litres" label={words.urgentLitres} value={100} />
          <Amount name="kg" label={words.urgentKg} value={20} />
        </div>
        <label for="urgent-drop-off">{words.urgentTo}</label>
        <select id="urgent-drop-off" name="dropOff">
          <option value="">{words.urgentAnywhere}</option>
          {dropOffs.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
        <button>{words.urgentAdd}</button>
      </form>
    </details>
  )
}

function askedBy(form: HTMLFormElement, way: Way): object {
  const dropOff = fieldOf(form, 'dropOff')
  const at = fieldOf(form, way)
  return {
    what: fieldOf(form, 'what'),
    [way]: way === 'place' ? parseTypedPlace(at) : at,
    litres: Number(fieldOf(form, 'litres')),
    kg: Number(fieldOf(form, 'kg')),
    ...(dropOff !== '' && { dropOff }),
  }
}

function StationField({ look }: { readonly look: Look }) {
  const { words, facts } = look
  return (
    <>
      <label for="urgent-station">{words.urgentStation}</label>
      <select id="urgent-station" name="station" required>
        {facts.stations.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </>
  )
}

function AddressField({ look, ask }: { readonly look: Look; readonly ask: Ask }) {
  const { words } = look
  const [listed, setListed] = useState<readonly string[]>([])
  const suggest = async (typed: string) => {
    if (typed.length < LEAST_BEGUN) return
    const { status, json } = await ask('GET', `/addresses?begins=${encodeURIComponent(typed)}`)
    if (status !== 200) return
    const { addresses } = json as { readonly addresses: readonly { readonly address: string }[] }
    setListed([...new Set(addresses.map(({ address }) => address))])
  }
  return (
    <>
      <label for="urgent-address">{words.urgentAddress}</label>
      <input
        id="urgent-address"
        name="address"
        required
        maxLength={120}
        autocomplete="off"
        list="urgent-addresses"
        // Without suggestions the whole address can be typed.
        onInput={(event) => void suggest(event.currentTarget.value.trim()).catch(() => undefined)}
      />
      <datalist id="urgent-addresses">
        {listed.map((address) => (
          <option key={address} value={address} />
        ))}
      </datalist>
    </>
  )
}

function PlaceField(props: {
  readonly look: Look
  readonly picking: Picking
  readonly onPicking: (picking: Picking) => void
}) {
  const { look, picking, onPicking } = props
  const { words } = look
  const { typed } = picking
  const isWrong = typed !== '' && parseTypedPlace(typed) === undefined
  const tell = (input: HTMLInputElement | null) => {
    input?.setCustomValidity(isWrong ? words.urgentPlaceWrong : '')
  }
  return (
    <>
      <label for="urgent-place">{words.urgentPlace}</label>
      <span class="small" id="urgent-place-hint">
        {words.urgentPlaceHint}
      </span>
      <input
        id="urgent-place"
        name="place"
        required
        autocomplete="off"
        value={typed}
        aria-describedby="urgent-place-hint"
        ref={tell}
        onInput={(event) => onPicking({ isOn: true, typed: event.currentTarget.value })}
      />
    </>
  )
}

function Amount(props: { readonly name: string; readonly label: string; readonly value: number }) {
  const { name, label, value } = props
  const id = `urgent-${name}`
  return (
    <span>
      <label for={id}>{label}</label>
      <input
        id={id}
        name={name}
        type="number"
        inputMode="numeric"
        min={0}
        max={5000}
        required
        defaultValue={String(value)}
      />
    </span>
  )
}

/** To a metre or so. */
export function typedPlace({ lat, lon }: Place): string {
  return `${lat.toFixed(5)}, ${lon.toFixed(5)}`
}
