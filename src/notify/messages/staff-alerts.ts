/** Tells staff of alarms by SMS: planned from what is kept, so that a restart neither forgets nor repeats any. */
import type { Language } from '#src/stations/fraction.ts'
import { fractionName } from '#src/stations/fraction.ts'
import { placeName } from '#src/stations/place-name.ts'
import { DAY, MINUTE, instant, plus } from '#src/stations/time.ts'
import type { Clock } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import type { Store } from '#src/store/contract.ts'
import type { MessageOfGroup } from '#src/store/messages.ts'
import { seal } from '#src/store/sealed.ts'
import { plainForSms } from '#src/wording/sms-parts.ts'
import { openTextBook, type TownTexts } from '#src/wording/text-book.ts'
import { planAlerts, type Alert, type Handed } from './plan-alerts.ts'

export interface StaffAlertOptions {
  readonly store: Pick<Store, 'alarmChanges' | 'putMessage' | 'cancelMessages' | 'messagesAbout'>
  readonly town: () => TownIndex
  readonly texts: () => TownTexts
  readonly clock: Clock
  readonly secret: string
  /** E.164. */
  readonly phones: readonly string[]
  readonly language: Language
  readonly poke: () => void
  readonly onFault: (what: string, error: unknown) => void
}

export interface StaffAlerts extends AsyncDisposable {
  /** Looks for alarms that nobody has been told of. */
  look(): Promise<void>
}

const LOOK_EVERY_MS = MINUTE
const LOOK_BACK_MS = 2 * DAY
const MOST_CHANGES = 5000
const ours = openTextBook()

export function startStaffAlerts(options: StaffAlertOptions): StaffAlerts {
  const { store, clock, secret, phones, language } = options

  async function look(): Promise<void> {
    const now = clock()
    const since = plus(now, -LOOK_BACK_MS)
    const changes = await store.alarmChanges({ since, limit: MOST_CHANGES })
    const { timeZone } = options.town().town
    const handed = await store.messagesAbout('alert/', plus(since, -DAY))
    const before = handed.map(handedOf)
    const { tell, ended } = planAlerts(changes.toReversed(), now, timeZone, before)
    let news = 0
    for (const alert of tell.filter(({ expiresAt }) => expiresAt > now)) {
      news += await queue(alert)
    }
    for (const group of ended) await store.cancelMessages(group, now)
    if (news > 0) options.poke()
  }

  async function queue(alert: Alert): Promise<number> {
    const body = seal(JSON.stringify({ text: textOf(alert) }), secret)
    let news = 0
    for (const [i, phone] of phones.entries()) {
      const { group, text, dueAt, expiresAt } = alert
      const isNew = await store.putMessage({
        id: messageId(alert, i),
        group,
        purpose: `alert.${text}`,
        way: 'sms',
        recipient: seal(phone, secret),
        body,
        dueAt,
        expiresAt,
      })
      if (isNew) news += 1
    }
    return news
  }

  function textOf({ text, of, count = 0 }: Alert): string {
    const town = options.town()
    const box = of && town.containers.get(of.containerId)
    const values = {
      count,
      sensor: of?.deviceId ?? '',
      place: box ? placeName({ stationId: box.stationId }, town) : (of?.containerId ?? ''),
      names: box ? fractionName(box.fraction, language) : '',
    }
    try {
      return plainForSms(openTextBook(options.texts()).say(`alert.${text}`, language, values))
    } catch (error) {
      options.onFault(`the town’s text alert.${text} failed; ours was taken`, error)
      return plainForSms(ours.say(`alert.${text}`, language, values))
    }
  }

  let last: Promise<void> = Promise.resolve()
  const lookInTurn = (): Promise<void> => {
    last = last
      .then(look)
      .catch((error: unknown) => options.onFault('alarms could not be told to staff', error))
    return last
  }
  const timer = setInterval(() => void lookInTurn(), LOOK_EVERY_MS)
  void lookInTurn()
  return {
    look: lookInTurn,
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await last
    },
  }
}

/** One for each phone: what the group is called, when it began, and whose phone. */
function messageId({ id }: Alert, phone: number): string {
  return `${id}/${phone}`
}

function handedOf({ id, group, state }: MessageOfGroup): Handed {
  const [at] = id.slice(group.length + 1).split('/')
  return { group, at: instant(Number(at)), isCancelled: state === 'cancelled' }
}
