/**
 * A strict reader of iCalendar (RFC 5545): it refuses what the standard forbids, so that what it reads is
 * known to be right. It reads what calendars of ours may hold, nothing more.
 */

export interface Property {
  readonly name: string
  readonly params: Readonly<Record<string, string>>
  /** Text unescaped where the property is text. */
  readonly value: string
}

export interface Component {
  readonly name: string
  readonly properties: readonly Property[]
  readonly components: readonly Component[]
}

const TEXT = new Set(
  'NAME X-WR-CALNAME DESCRIPTION SUMMARY LOCATION CATEGORIES UID PRODID TZID'.split(' '),
)
const ONCE: Readonly<Record<string, readonly string[]>> = {
  VCALENDAR: ['VERSION', 'PRODID'],
  VEVENT: ['UID', 'DTSTAMP', 'DTSTART', 'SUMMARY', 'SEQUENCE', 'STATUS', 'LAST-MODIFIED'],
  VTIMEZONE: ['TZID'],
  STANDARD: ['DTSTART', 'TZOFFSETFROM', 'TZOFFSETTO'],
  DAYLIGHT: ['DTSTART', 'TZOFFSETFROM', 'TZOFFSETTO'],
}
const WITHIN: Readonly<Record<string, string | undefined>> = {
  VEVENT: 'VCALENDAR',
  VTIMEZONE: 'VCALENDAR',
  STANDARD: 'VTIMEZONE',
  DAYLIGHT: 'VTIMEZONE',
}
const FORMS: Readonly<Record<string, RegExp>> = {
  DTSTAMP: /^\d{8}T\d{6}Z$/,
  CREATED: /^\d{8}T\d{6}Z$/,
  'LAST-MODIFIED': /^\d{8}T\d{6}Z$/,
  SEQUENCE: /^\d+$/,
  STATUS: /^(?:CONFIRMED|CANCELLED)$/,
  GEO: /^-?\d+\.\d+;-?\d+\.\d+$/,
  TZOFFSETFROM: /^[+-]\d{4}$/,
  TZOFFSETTO: /^[+-]\d{4}$/,
  'REFRESH-INTERVAL': /^PT\d+H$/,
}

/** @throws naming the line that is wrong, and why. */
export function readCalendar(text: string): Component {
  if (!text.endsWith('\r\n')) throw new Error('the last line has no end (§3.1)')
  const raw = text.slice(0, -2).split('\r\n')
  for (const line of raw) {
    if (Buffer.byteLength(line) > 75) throw new Error(`more than 75 octets (§3.1): ${line}`)
    // oxlint-disable-next-line no-control-regex
    if (/[\u0000-\u0008\u000A-\u001F\u007F]/.test(line)) throw new Error(`control: ${line}`)
  }
  const lines = raw
    .join('\r\n')
    .replaceAll(/\r\n[ \t]/g, '')
    .split('\r\n')
  const [calendar, ...rest] = readComponents(lines.map(readLine))
  if (rest.length > 0 || calendar?.name !== 'VCALENDAR') throw new Error('not one VCALENDAR')
  check(calendar, undefined)
  checkZones(calendar)
  return calendar
}

function readLine(line: string): Property {
  const match = /^([A-Z][A-Z0-9-]*)((?:;[A-Z-]+=(?:[^";:,]*|"[^"]*"))*):(.*)$/.exec(line)
  if (!match) throw new Error(`no content line (§3.1): ${line}`)
  const [, name, written, value] = match as unknown as [string, string, string, string]
  const params = Object.fromEntries(
    written
      .split(';')
      .slice(1)
      .map((param) => param.split('=') as [string, string]),
  )
  if (!TEXT.has(name)) return { name, params, value }
  if (/\\[^\\;,nN]/.test(value.replaceAll('\\\\', '')))
    throw new Error(`an escape that is none (§3.3.11): ${line}`)
  const plain = value.replaceAll(/\\./g, '')
  if (plain.includes(';') || (name !== 'CATEGORIES' && plain.includes(','))) {
    throw new Error(`unescaped (§3.3.11): ${line}`)
  }
  return {
    name,
    params,
    value: value.replaceAll(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c)),
  }
}

function readComponents(properties: readonly Property[]): readonly Component[] {
  const top: Component[] = []
  const open: { name: string; properties: Property[]; components: Component[] }[] = []
  for (const property of properties) {
    const inner = open.at(-1)
    if (property.name === 'BEGIN') {
      open.push({ name: property.value, properties: [], components: [] })
    } else if (property.name === 'END') {
      if (inner?.name !== property.value) throw new Error(`END:${property.value} ends nothing`)
      open.pop()
      ;(open.at(-1)?.components ?? top).push(inner)
    } else {
      if (!inner) throw new Error(`outside of everything: ${property.name}`)
      inner.properties.push(property)
    }
  }
  if (open.length > 0) throw new Error(`${open[0]!.name} does not end`)
  return top
}

function check(component: Component, within: string | undefined): void {
  const { name, properties } = component
  if (!(name in ONCE) || WITHIN[name] !== within) throw new Error(`${name} within ${within}`)
  for (const needed of ONCE[name]!) {
    if (properties.filter((property) => property.name === needed).length !== 1) {
      throw new Error(`${name} needs one ${needed}`)
    }
  }
  for (const { name, value } of properties) {
    const form = FORMS[name]
    if (form && !form.test(value)) throw new Error(`${name}:${value}`)
  }
  if (name === 'VEVENT') checkTimes(component)
  const uids = component.components.flatMap((inner) =>
    inner.name === 'VEVENT' ? [valueOf(inner, 'UID')] : [],
  )
  if (new Set(uids).size !== uids.length) throw new Error('two events of one UID')
  for (const inner of component.components) check(inner, name)
}

function checkTimes(event: Component): void {
  const [start, end] = [propertyOf(event, 'DTSTART'), propertyOf(event, 'DTEND')]
  for (const { params, value } of [start, end]) {
    const form =
      params['VALUE'] === 'DATE' ? /^\d{8}$/ : params['TZID'] ? /^\d{8}T\d{6}$/ : /^\d{8}T\d{6}Z$/
    if (!form.test(value)) throw new Error(`no time: ${value}`)
  }
  if (start.params['VALUE'] !== end.params['VALUE']) throw new Error('DTEND of another kind')
  if (start.params['TZID'] === end.params['TZID'] && end.value <= start.value) {
    throw new Error(`DTEND ${end.value} is not after DTSTART ${start.value} (§3.8.2.2)`)
  }
}

/** Every zone that is named is there, once (§3.2.19). */
function checkZones(calendar: Component): void {
  const zones = calendar.components.filter(({ name }) => name === 'VTIMEZONE')
  const there = zones.map((zone) => valueOf(zone, 'TZID'))
  if (new Set(there).size !== there.length) throw new Error('a zone twice')
  for (const zone of zones)
    if (zone.components.length === 0) throw new Error('a zone without rules')
  for (const { properties } of calendar.components) {
    for (const { params } of properties) {
      if (params['TZID'] && !there.includes(params['TZID'])) throw new Error(`no ${params['TZID']}`)
    }
  }
}

export function propertyOf(component: Component, name: string): Property {
  const found = component.properties.find((property) => property.name === name)
  if (!found) throw new Error(`${component.name} has no ${name}`)
  return found
}

export function valueOf(component: Component, name: string): string {
  return propertyOf(component, name).value
}

/** The events, each with the values of some of its properties. */
export function eventsIn(
  text: string,
  ...names: readonly string[]
): readonly (readonly string[])[] {
  return readCalendar(text)
    .components.filter(({ name }) => name === 'VEVENT')
    .map((event) => names.map((name) => valueOf(event, name)))
}
