/** What a stop is called, and what is said aloud of what was done. */
import { bikeName, type Day, type NextStep, type Stop } from './day.ts'
import type { Saying } from './desk.ts'
import type { Look } from './look.ts'
import { findStop } from './moves.ts'
import type { Words } from './words.ts'

export function titleOf(stop: Stop, words: Words, dropOffs: Day['dropOffs']): string {
  if (stop.kind === 'break') return words.rest
  if (stop.kind === 'drop-off') {
    const name = dropOffs.find(({ id }) => id === stop.dropOff)?.name
    return words.unload(name ?? stop.place?.name ?? stop.dropOff ?? '')
  }
  if (stop.what !== null) {
    return stop.place?.name == null ? stop.what : `${stop.place.name}: ${stop.what}`
  }
  const { person } = stop
  if (!person) return `${words.someone} ${stop.reference ?? ''}`.trim()
  return person.apartment === null ? person.address : `${person.address}, ${person.apartment}`
}

/** What a next step is about; of a day before nobody's address is here, so that day. */
export function stepTitle(step: NextStep, day: Day, { words, date }: Look): string {
  const found = findStop(day, step.stop)
  if (found) return titleOf(found.stop, words, day.dropOffs)
  if (step.bike !== null) return bikeName(day, step.bike)
  return step.day === null ? '' : date(step.day)
}

export function saidOf(saying: Saying, day: Day | undefined, words: Words): string {
  const { said } = words
  const what = (id: string): string => {
    const found = day && findStop(day, id)
    return found ? titleOf(found.stop, words, day.dropOffs) : words.someone
  }
  switch (saying.kind) {
    case 'moved': {
      const { move, wasAt, wasOn } = saying
      const round = day?.rounds.find(({ bike }) => bike === move.bike)
      const bike = day ? bikeName(day, move.bike) : move.bike
      const before = wasAt < 0 ? '' : `${words.stop(wasAt + 1)}, `
      const told = said.moved(
        before + what(move.stop),
        move.at + 1,
        round?.stops.length ?? 0,
        wasOn === move.bike ? undefined : bike,
      )
      return saying.again ? `${told} ${said.again}` : told
    }
    case 'not-moved':
      return said.notMoved(what(saying.stop), words.whyNot[saying.because])
    case 'there':
      return said.there(what(saying.stop))
    case 'did':
      return said.did[saying.command] ?? ''
    case 'refused':
      return said.refused(words.reasons[saying.reason] ?? saying.reason)
    case 'changed':
      return said.changed
    case 'signed-out':
      return words.signedOut
    case 'no-day':
      return words.noDay
    case 'failed':
      return words.failed
    case 'offline':
      return said.offline
  }
}
