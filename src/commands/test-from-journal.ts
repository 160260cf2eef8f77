/** `kvitter rules test --from-journal`: what really happened at a station becomes a rule test. */
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import type { Happened } from '#src/rule-tests/happened.ts'
import { writeTest } from '#src/rule-tests/write-test.ts'
import type { TestOrder } from '#src/rule-tests/write-test.ts'
import { readHappened } from '#src/replay/happened-at.ts'
import { MOMENT_EXPECTED, parseMoment } from '#src/replay/moment.ts'
import { faultLine } from '#src/stations/fault-line.ts'
import { nearestName } from '#src/stations/nearest-name.ts'
import type { Station, Town } from '#src/stations/station.ts'
import { isoText } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { NoReplay } from '#src/store/journal-reader.ts'
import { openJournalReader } from '#src/store/sqlite/journal-reader.ts'
import { type Env, readSettings } from '../config.ts'
import type { CommandResult } from './codec.ts'

export interface JournalQuestion {
  /** `2026-05-05/06` */
  readonly span: string
  readonly station: string
  readonly data: string | undefined
  readonly rules: string | undefined
  readonly out: string | undefined
}

export async function testFromJournal(asked: JournalQuestion, env: Env): Promise<CommandResult> {
  const { data, rules, out } = asked
  const settings = readSettings(data === undefined ? [] : ['--data', data], env)
  if (settings.kind === 'faulty') return wrong(settings.faults.join('\n'))
  const file = join(settings.settings.data, 'kvitter.sqlite')
  if (!existsSync(file)) return wrong(`There is no database ${file}; name its folder with --data.`)
  if (out !== undefined && existsSync(out)) {
    return wrong(`--out: ${out} is there already; write to another file, and move the test over`)
  }
  try {
    await using reader = openJournalReader(file)
    const town = reader.town()
    if (!town) return wrong(`The journal in ${file} knows of no town yet.`)
    const station = findStation(asked.station, town)
    if (typeof station === 'string') return wrong(station)
    const asWanted = parseSpanOf(asked.span, town.timeZone)
    if (!asWanted) return wrong(`--from-journal: ${SPAN_EXPECTED}, got "${asked.span}"`)
    const { firedUntil } = reader.end
    const span = { ...asWanted, until: Math.min(asWanted.until, firedUntil) as EpochMs }
    if (span.from >= span.until) {
      return wrong(`--from-journal: the journal ends before that, at ${isoText(firedUntil)}`)
    }
    const text = rules === undefined ? reader.newestRules() : await readRules(rules)
    if (text === undefined) {
      return wrong(
        rules === undefined
          ? '--rules: the journal does not say what the rules were; name a file'
          : `--rules: ${rules} can't be read`,
      )
    }
    const happened = await readHappened(reader, station.id, town, span)
    const order: TestOrder = {
      ...span,
      name: `what happened at ${station.name}, ${asked.span}`,
      rules: { file: ruleFileFor(rules, out), text },
    }
    return await tell(happened, order, out)
  } catch (error) {
    if (error instanceof NoReplay) return wrong(error.message)
    throw error
  }
}

function wrong(text: string): CommandResult {
  return { code: 2, text }
}

async function tell(
  happened: Happened,
  order: TestOrder,
  out: string | undefined,
): Promise<CommandResult> {
  const written = writeTest(happened, order)
  if (written.kind === 'faulty') return wrong(written.faults.map(faultLine).join('\n'))
  if (out === undefined) return { code: 0, text: written.text.trimEnd() }
  await writeFile(out, written.text, { flag: 'wx' })
  const said = happened.posts.filter(({ at }) => at >= order.from).length
  const words = [
    `${out}: ${said === 1 ? '1 post' : `${said} posts`} of ${order.name.replace('what happened at ', '')}.`,
    ...written.differences.map((difference) => `This differs. ${difference}`),
  ]
  return { code: 0, text: words.join('\n') }
}

/** By its id, or the town's own number for it. */
function findStation(asked: string, { stations }: Town): Station | string {
  const found = stations.find(({ id, externalId }) => id === asked || externalId === asked)
  if (found) return found
  const meant = nearestName(
    asked,
    stations.map(({ id }) => id),
  )
  const hint = meant === undefined ? 'expected an id such as 1490-064' : `did you mean ${meant}?`
  return `--station: there is no station ${asked}; ${hint}`
}

const SPAN_EXPECTED = `expected a day, two days such as 2026-05-05/06, or two times with a slash between; each ${MOMENT_EXPECTED}`

/** From the beginning of the first to the end of the second, where they are days. What they share need not be said twice. */
function parseSpanOf(
  text: string,
  timeZone: string,
): { readonly from: EpochMs; readonly until: EpochMs } | undefined {
  const [first = '', second = first, ...more] = text.split('/')
  const from = parseMoment(first, timeZone, false)
  const until =
    parseMoment(second, timeZone, true) ??
    parseMoment(first.slice(0, -second.length) + second, timeZone, true)
  if (from === undefined || until === undefined || until <= from || more.length > 0)
    return undefined
  return { from, until }
}

async function readRules(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined)
}

/** As the test will have to name it from where it stands. */
function ruleFileFor(rules: string | undefined, out: string | undefined): string {
  if (rules === undefined) return 'rules.yaml'
  return out === undefined ? basename(rules) : relative(dirname(out), rules)
}
