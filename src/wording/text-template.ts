/**
 * A text as MessageFormat 2 (Unicode LDML 48, part 9), compiled once. Of the standard's functions ours are
 * `:string`, `:number` and `:integer`; numbers are whole and stand as they are, since a space between
 * thousands would double the price of an SMS. No marks of direction are put around values.
 */
import { MessageFormat, parseMessage, validate, visit, type Model } from 'messageformat'
import {
  DefaultFunctions,
  type MessageFunctionContext,
  type MessageValue,
} from 'messageformat/functions'

export type Values = Readonly<Record<string, string | number>>

export interface Template {
  readonly variables: ReadonlySet<string>
  /** Each pattern's own words, `Xx` for every value. */
  readonly literals: readonly string[]
  /** @throws on a variable that is missing or of the wrong kind; never gives half a text. */
  say(values: Values): string
}

export type Compiled =
  | { readonly kind: 'ok'; readonly template: Template }
  /** `offset` in characters of the source, where it is known. */
  | { readonly kind: 'faulty'; readonly message: string; readonly offset?: number }

const KNOWN_FUNCTIONS = ['string', 'number', 'integer']

export function compileTemplate(source: string, locale: string): Compiled {
  let message: Model.Message
  try {
    message = parseMessage(source)
  } catch (error) {
    const { start = 0 } = error as { readonly start?: number }
    const rest = source.slice(Math.max(0, start)).split('\n', 1)[0]!.slice(0, 30)
    return {
      kind: 'faulty',
      message: `not readable as MessageFormat 2 ${rest === '' ? 'at its end' : `at "${rest}"`}; a value stands as {$place}, a case after .match in {{ }}`,
      offset: Math.max(0, start),
    }
  }
  const complaints: string[] = []
  const { functions, variables } = validate(message, (type) => complaints.push(type))
  const [complaint] = complaints
  if (complaint !== undefined) {
    return {
      kind: 'faulty',
      message: DATA_FAULTS[complaint] ?? `is no whole message: ${complaint}`,
    }
  }
  const unknown = [...functions].find((name) => !KNOWN_FUNCTIONS.includes(name))
  if (unknown !== undefined) {
    const known = KNOWN_FUNCTIONS.map((name) => `:${name}`).join(', ')
    return { kind: 'faulty', message: `:${unknown} is no function here; there are ${known}` }
  }
  const format = new MessageFormat(locale, message, { bidiIsolation: 'none', functions: OURS })
  return {
    kind: 'ok',
    template: {
      variables,
      literals: literalsOf(message),
      say: (values) => format.format(asTexts(values), throwIt),
    },
  }
}

const DATA_FAULTS: Readonly<Record<string, string>> = {
  'key-mismatch': 'a line after .match has another number of keys than .match has variables',
  'missing-fallback': 'the last line after .match must have * for every key, for all other cases',
  'missing-selector-annotation':
    'a variable after .match needs a line such as .input {$count :number} or .input {$names :string} before',
  'duplicate-declaration': 'a variable has two lines .input or .local',
  'duplicate-variant': 'two lines after .match have the same keys',
}

/** A number by itself would be written as the locale writes large ones. */
function asTexts(values: Values): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
}

function throwIt(error: unknown): never {
  throw error
}

function literalsOf(message: Model.Message): readonly string[] {
  const literals: string[] = []
  visit(message, {
    pattern(pattern) {
      literals.push(pattern.map((part) => (typeof part === 'string' ? part : 'Xx')).join(''))
    },
  })
  return literals
}

// Intl's own rules cost much to make and little to ask.
const plurals = new Map<string, Intl.PluralRules>()

function pluralRules(locale: string): Intl.PluralRules {
  const known = plurals.get(locale)
  if (known) return known
  const rules = new Intl.PluralRules(locale)
  plurals.set(locale, rules)
  return rules
}

function wholeNumber(
  { locales }: MessageFunctionContext,
  _options: Record<string, unknown>,
  input?: unknown,
): MessageValue<'number'> {
  const text = String(input)
  if (!/^\d+$/.test(text)) throw new RangeError('expected a whole number')
  return {
    type: 'number',
    selectKey(keys) {
      if (keys.has(text)) return text
      const category = pluralRules(locales[0] ?? 'en').select(Number(text))
      return keys.has(category) ? category : null
    },
    toString: () => text,
    valueOf: () => text,
  }
}

const OURS = {
  string: DefaultFunctions.string,
  number: wholeNumber,
  integer: wholeNumber,
}
