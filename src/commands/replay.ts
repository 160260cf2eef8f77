/** `kvitter replay`: the journal played again, under the rules that held or under others. */
import { LANGUAGES, parseLanguage, type Language } from '#src/stations/fraction.ts'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  answer,
  type ChangeRow,
  type DifferenceRow,
  type ReasonRow,
  type ReplayAnswer,
  type ReplayQuestion,
  type RuleText,
  type SaidRow,
} from '#src/replay/answer.ts'
import { openPast } from '#src/replay/replay-process.ts'
import { MOMENT_EXPECTED, parseMoment } from '#src/replay/moment.ts'
import { faultLine } from '#src/stations/fault-line.ts'
import { parseStationId } from '#src/stations/ids.ts'
import { DEFAULT_TIME_ZONE, instant, wallTime } from '#src/stations/time.ts'
import { type JournalReader, type JournalSpan, NoReplay } from '#src/store/journal-reader.ts'
import { clockText } from '#src/wording/wall-clock.ts'
import { type Env, readSettings } from '../config.ts'
import type { CommandResult } from './codec.ts'
import { table } from './staff-api.ts'

const USAGE = [
  'usage: kvitter replay --data DIR [--verify] [--rules FILE [--diff [--against FILE]]] [span]',
  '',
  'Plays what the rules were told once more. Nothing is sent and nothing is written; the service may go on',
  'meanwhile.',
  '',
  '  (nothing)        what was said in the span, and why, by the rules that held then',
  '  --verify         does it still give the very decisions that were kept? Exit code 1 if not',
  '  --rules FILE     what would have been said, had this rules.yaml been loaded where the span begins',
  '  --diff           only what would be added, gone or moved, each with its reason',
  '  --against FILE   set against these rules instead of what happened; with --rules',
  '',
  '  --from TIME      where the span begins [the beginning of the journal]',
  '  --to TIME        where it ends; a day counts to its end [now]',
  '  --station ID     of one station. It is played by itself, and has the account and its budget to itself;',
  '                   with --verify all are played and this one is compared',
  '',
  '  --data DIR       where the database lives [./data, or KVITTER_DATA]',
  '                   (with a history in InfluxDB: KVITTER_HISTORY and the rest, as for the service)',
  '  --language LANG  of the sentences: sv, en or fi [en]',
  '  --json           for machines',
  '',
  'TIME is a day such as 2026-05-05 or a time such as 2026-05-05T10:45, by the town’s clock; or with an',
  'offset, 2026-05-05T08:45:00Z. Exit codes: 0 done, or the same; 1 differs; 2 the question was wrong.',
].join('\n')

/** Where progress is shown, if that is a terminal. */
export interface ProgressLine {
  readonly isTTY?: boolean
  write(text: string): unknown
}

export async function replayCommand(
  args: readonly string[],
  env: Env,
  progress: ProgressLine,
): Promise<CommandResult> {
  if (args.includes('--help') || args.includes('-h')) return { code: 0, text: USAGE }
  const asked = readFlags(args)
  if (typeof asked === 'string') return wrong(asked)
  const { values } = asked
  const settings = readSettings(values.data === undefined ? [] : ['--data', values.data], env)
  if (settings.kind === 'faulty') return wrong(settings.faults.join('\n'))
  const file = join(settings.settings.data, 'kvitter.sqlite')
  if (!existsSync(file)) return wrong(`There is no database ${file}; name its folder with --data.`)

  try {
    const { influx } = settings.settings
    await using reader = openPast({ file, ...(influx && { influx }) })
    const question = await questionOf(values, reader)
    if (typeof question === 'string') return wrong(question)
    const given = await answer(reader, question, showing(progress))
    if (progress.isTTY) progress.write('\r\u001b[K')
    return told(given, question, values, reader)
  } catch (error) {
    if (error instanceof NoReplay) return wrong(error.message)
    throw error
  }
}

type Flags = Extract<ReturnType<typeof readFlags>, object>['values']

function readFlags(args: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        data: text,
        verify: flag,
        rules: text,
        against: text,
        diff: flag,
        from: text,
        to: text,
        station: text,
        language: text,
        json: flag,
      },
    })
    const faults = [
      values.verify &&
        values.rules !== undefined &&
        '--verify: goes by the rules that held; leave out --rules',
      values.verify && values.diff && '--verify: leave out --diff',
      values.diff && values.rules === undefined && '--diff: name the rules with --rules',
      values.against !== undefined && !values.diff && '--against: goes with --rules and --diff',
      values.language !== undefined &&
        !parseLanguage(values.language) &&
        `--language: expected one of ${LANGUAGES.join(', ')}, got "${values.language}"`,
    ].filter((fault) => typeof fault === 'string')
    return faults.length > 0 ? faults.join('\n') : { values }
  } catch (error) {
    return `${(error as Error).message}\n\n${USAGE}`
  }
}

/** The question, or what is wrong with it. */
async function questionOf(values: Flags, reader: JournalReader): Promise<ReplayQuestion | string> {
  const timeZone = reader.town()?.timeZone ?? DEFAULT_TIME_ZONE
  const faults: string[] = []
  const moment = (name: 'from' | 'to') => {
    const text = values[name]
    const at = text === undefined ? undefined : parseMoment(text, timeZone, name === 'to')
    if (text !== undefined && at === undefined) {
      faults.push(`--${name}: expected ${MOMENT_EXPECTED}, got "${text}"`)
    }
    return at
  }
  const from = moment('from')
  const to = moment('to')
  if (from !== undefined && to !== undefined && from >= to)
    faults.push('--to: must be after --from')
  const stationId = values.station === undefined ? undefined : parseStationId(values.station)
  if (values.station !== undefined) {
    if (!stationId)
      faults.push(`--station: expected an id such as 1490-064, got "${values.station}"`)
    else if (!reader.town()?.stations.some(({ id }) => id === stationId)) {
      faults.push(`--station: there is no station ${stationId} in the town`)
    }
  }
  const ruleText = async (name: 'rules' | 'against'): Promise<RuleText | undefined> => {
    const path = values[name]
    if (path === undefined) return undefined
    try {
      return { name: path, text: await readFile(path, 'utf8') }
    } catch (error) {
      faults.push(`--${name}: ${path} can't be read (${(error as NodeJS.ErrnoException).code})`)
      return undefined
    }
  }
  const rules = await ruleText('rules')
  const against = await ruleText('against')
  if (faults.length > 0) return faults.join('\n')
  const span: JournalSpan = {
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(stationId && { stationId }),
  }
  if (values.verify) return { kind: 'verify', span }
  if (values.diff) return { kind: 'diff', span, rules: rules!, ...(against && { against }) }
  return { kind: 'play', span, ...(rules && { rules }) }
}

/** How much is done, on one line that is written over. */
function showing(progress: ProgressLine): (share: number) => void {
  if (!progress.isTTY) return () => undefined
  let shown = -1
  return (share) => {
    const percent = Math.floor(share * 100)
    if (percent === shown) return
    shown = percent
    progress.write(`\rreplaying … ${percent} %`)
  }
}

function told(
  given: ReplayAnswer,
  question: ReplayQuestion,
  values: Flags,
  reader: JournalReader,
): CommandResult {
  if (given.kind === 'faulty') return wrong(given.faults.map(faultLine).join('\n'))
  const code = given.kind === 'verified' && given.differences > 0 ? 1 : 0
  if (values.json) return { code, text: JSON.stringify(given, null, 2) }
  const language = parseLanguage(values.language) ?? 'en'
  const timeZone = reader.town()?.timeZone ?? DEFAULT_TIME_ZONE
  switch (given.kind) {
    case 'verified':
      return { code, text: verifiedText(given, timeZone) }
    case 'played':
      return { code, text: playedText(given, question, timeZone, language) }
    case 'compared':
      return { code, text: comparedText(given, timeZone, language) }
    case 'tried':
    case 'written':
    case 'checked':
      throw new Error(`nobody asked for what is ${given.kind}`)
  }
}

function verifiedText(
  given: Extract<ReplayAnswer, { kind: 'verified' }>,
  timeZone: string,
): string {
  const { since, records, same, differences, first } = given
  const begin = since === null ? 'from the beginning' : `from ${local(since, timeZone)}`
  const summary = `${records} records ${begin}: ${same} decisions are the same`
  if (differences === 0) return `${summary}, byte for byte.`
  return [
    `${summary}, ${differences} differ.${differences > first.length ? ` The first ${first.length}:` : ''}`,
    '',
    ...first.map((row) => differenceText(row, timeZone)),
  ].join('\n')
}

function differenceText({ difference, id, was, now }: DifferenceRow, timeZone: string): string {
  const { at, ruleId, subject } = (was ?? now)!
  const what = {
    changed: `decision ${id} is another one now`,
    missing: `decision ${id} is not made any more`,
    extra: 'a decision that was not made then',
  }[difference]
  return [
    `${local(at, timeZone)}  ${ruleId} of ${subject}: ${what}`,
    ...(was ? [`  was ${JSON.stringify(was)}`] : []),
    ...(now ? [`  now ${JSON.stringify(now)}`] : []),
  ].join('\n')
}

function playedText(
  given: Extract<ReplayAnswer, { kind: 'played' }>,
  question: ReplayQuestion,
  timeZone: string,
  language: Language,
): string {
  const { records, decisions, posts, said, more } = given
  const by = question.kind === 'play' && question.rules ? ` by ${question.rules.name}` : ''
  const rows = said.map((row) => [
    local(row.at, timeZone),
    where(row),
    row.ruleId,
    what(row, language),
    reason(row.why, language),
  ])
  return [
    ...(rows.length > 0 ? [table(['time', 'station', 'rule', 'what', 'why'], rows), ''] : []),
    ...(more > 0 ? [`… and ${more} more.`] : []),
    `${records} records: ${decisions} decisions, ${posts} posts${by}.`,
  ].join('\n')
}

function comparedText(
  given: Extract<ReplayAnswer, { kind: 'compared' }>,
  timeZone: string,
  language: Language,
): string {
  const { records, same, added, gone, moved, changes, more } = given
  const rows = changes.map((row) => {
    const said = (row.now ?? row.was)!
    const at = row.was && row.now ? `${local(row.was.at, timeZone)} → ` : ''
    return [
      row.change,
      at + local(said.at, timeZone),
      where(said),
      said.ruleId,
      what(said, language),
      changeReason(row, language),
    ]
  })
  return [
    ...(rows.length > 0
      ? [table(['change', 'time', 'station', 'rule', 'what', 'why'], rows), '']
      : []),
    ...(more > 0 ? [`… and ${more} more.`] : []),
    `${records} records: ${added} added, ${gone} gone, ${moved} moved, ${same} the same.`,
  ].join('\n')
}

function changeReason({ change, now, was, whyNot }: ChangeRow, language: Language): string {
  const other = whyNot ? reason(whyNot, language) : 'it never came up'
  switch (change) {
    case 'added':
      return `${reason(now!.why, language)} Before: ${other}`
    case 'gone':
      return `Now: ${other} Before: ${reason(was!.why, language)}`
    case 'moved':
      return reason(now!.why, language)
  }
}

/** Of a post in the table; `--json` has all of it. */
const WIDEST = 60

function where({ station, stationId, areaId }: SaidRow): string {
  return station ?? stationId ?? areaId ?? '-'
}

function what({ kind, subject, texts }: SaidRow, language: Language): string {
  const text = texts?.[language].replaceAll('\n', ' ') ?? subject
  return `${kind}: ${text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text}`
}

function reason(row: ReasonRow | null, language: Language): string {
  return row ? row.texts[language] : '-'
}

function local(at: string | number, timeZone: string): string {
  const when = instant(typeof at === 'number' ? at : Date.parse(at))
  return `${wallTime(when, timeZone).day} ${clockText(when, timeZone)}`
}

function wrong(text: string): CommandResult {
  return { code: 2, text }
}
