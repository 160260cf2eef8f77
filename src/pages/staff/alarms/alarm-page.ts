/** All that somebody should see to, in one list: sensors, accounts, messages, codecs. */
import type { Alarm, AlarmKind } from '#src/quality/health.ts'
import type { Flood } from '#src/rules/report-floods.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { KeptAlarm } from '#src/store/contract.ts'
import type { SensorHealth } from '#src/store/believing.ts'
import type { MessageTrouble } from '#src/store/messages.ts'
import type { AccountAlarms } from '#src/store/outbox.ts'
import { reaches } from '#src/store/staff.ts'
import { accountAdvice } from '#src/wording/account-advice.ts'
import { alarmName, sensorAdvice } from '#src/wording/sensor-advice.ts'
import { html, type Html } from '../../html.ts'
import { CHANNELS, MESSAGES } from '../channels/channel-places.ts'
import { CHANNEL_WORDS } from '../channels/channel-words.ts'
import { DEVICE } from '../devices/device-places.ts'
import { containerText } from '../devices/device-list.ts'
import { FIELD_STATION } from '../field/field-places.ts'
import { FIELD_WORDS } from '../field/field-words.ts'
import { QUARANTINE } from '../quarantine/quarantine-place.ts'
import { staffLayout, type StaffView } from '../staff-layout.ts'
import type { InBoth } from '../staff-menu.ts'
import { wayTo, when } from '../staff-parts.ts'
import { ALARMS } from './alarm-place.ts'

/** A payload codec of the town's that is not run any more. */
export interface StoppedCodec {
  readonly file: string
  readonly because: string
}

/** What somebody should see to now. */
export interface AlarmsNow {
  readonly sensors: readonly SensorHealth[]
  readonly accounts: readonly AccountAlarms[]
  readonly messages: readonly MessageTrouble[]
  readonly codecs: readonly StoppedCodec[]
  /** When many residents said the same at once, of late; newest first. */
  readonly floods: readonly Flood[]
}

export interface AlarmFacts extends AlarmsNow {
  /** Newest first. */
  readonly changes: readonly KeptAlarm[]
}

export function countAlarms({ sensors, accounts, messages, codecs, floods }: AlarmsNow): number {
  const raised = [...sensors, ...accounts].map(({ alarms }) => alarms.length)
  const others = messages.length + codecs.length + floods.length
  return raised.reduce((a, b) => a + b, others)
}

/** What may burn comes first, then what says nothing, then what can wait for the next visit. */
const ORDER: readonly AlarmKind[] = [
  'fire',
  'silent',
  'moved',
  'stuck',
  'phantom',
  'disagreement',
  'low-battery',
]

const sv = {
  none: 'Inga larm. Allt som vi kan se är som det ska.',
  lead: (count: number) =>
    count === 1 ? 'En sak behöver ses till.' : `${count} saker behöver ses till.`,
  since: 'Sedan',
  accountsTitle: 'Konton som staden talar genom',
  codecsTitle: 'Avkodare som har stoppats',
  codec:
    'Den körs inte längre, och det den skulle ha läst väntar i karantän: rätta filen, läs om stadens mapp och pröva karantänen igen.',
  toQuarantine: 'Till karantänen',
  floodsTitle: 'Många rapporter på en gång',
  flood: (reporters: number, kind: string) =>
    `${reporters} rapporterade ”${kind}” inom några minuter.`,
  floodHint:
    'Högst tre av dem räknas. Se efter på plats; är det någon som skojar kan du ta tillbaka inlägget eller tysta stationen.',
  historyTitle: 'Nyss kommit och gått',
  historyNone: 'Inget larm har kommit eller gått.',
  began: 'började',
  ended: 'slutade',
}
const WORDS: InBoth<typeof sv> = {
  sv,
  en: {
    none: 'No alarms. All that we can see is as it should be.',
    lead: (count) =>
      count === 1 ? 'One thing needs somebody to look.' : `${count} things need somebody to look.`,
    since: 'Since',
    accountsTitle: 'Accounts by which the town speaks',
    codecsTitle: 'Codecs that have been stopped',
    codec:
      'It is not run any more, and what it should read waits in quarantine: mend its file, have the town’s folder read anew, then try the quarantine again.',
    toQuarantine: 'To the quarantine',
    floodsTitle: 'Many reports at once',
    flood: (reporters, kind) => `${reporters} reported “${kind}” within minutes.`,
    floodHint:
      'Three of them count at most. Have a look there; if somebody is joking you can take the post back or silence the station.',
    historyTitle: 'Came and went lately',
    historyNone: 'No alarm has come or gone.',
    began: 'began',
    ended: 'ended',
  },
}

/** Where nothing goes out to anybody until somebody has seen to it. */
function messagesPart(view: StaffView, messages: readonly MessageTrouble[]): Html {
  const words = CHANNEL_WORDS[view.language]
  return html`<section aria-labelledby="messages">
    <h2 id="messages">${words.messagesTitle}</h2>
    <ul class="alarms">
      ${messages.map(
        ({ way, since, because }) =>
          html`<li>
            <p>${wayTo(view, MESSAGES, words.ways[way])} ${sinceText(view, since)}</p>
            <p>${accountAdvice({ kind: 'paused', because }, view.language)}</p>
          </li>`,
      )}
    </ul>
  </section>`
}

function floodsPart(view: StaffView, floods: readonly Flood[]): Html {
  const words = WORDS[view.language]
  return html`<section aria-labelledby="floods">
    <h2 id="floods">${words.floodsTitle}</h2>
    <ul class="alarms">
      ${floods.map(({ stationId, kind, from, reporters }) => {
        const name = view.town.stations.get(stationId)?.name ?? stationId
        return html`<li>
          <p>${wayTo(view, FIELD_STATION, name, { id: stationId })} ${sinceText(view, from)}</p>
          <p>${words.flood(reporters, FIELD_WORDS[view.language].kinds[kind])}</p>
        </li>`
      })}
    </ul>
    <p>${words.floodHint}</p>
  </section>`
}

export function alarmPage(view: StaffView, facts: AlarmFacts): Html {
  const { language } = view
  const words = WORDS[language]
  const { sensors, accounts, messages, codecs, floods, changes } = facts
  const told = sensors.flatMap((sensor) => sensor.alarms.map((alarm) => ({ sensor, alarm })))
  const byKind = Map.groupBy(told, ({ alarm }) => alarm.kind)
  const troubled = accounts.flatMap((account) =>
    account.alarms.map((alarm) => ({ account, alarm })),
  )
  const count = countAlarms(facts)
  return staffLayout(view, {
    title: ALARMS.name[language],
    path: ALARMS.path,
    body: html`
      <h1>${ALARMS.name[language]}</h1>
      <p class="lead">${count === 0 ? words.none : words.lead(count)}</p>
      ${
        troubled.length > 0 &&
        html`<section aria-labelledby="accounts">
          <h2 id="accounts">${words.accountsTitle}</h2>
          <ul class="alarms">
            ${troubled.map(
              ({ account, alarm }) =>
                html`<li>
                  <p>
                    ${wayTo(view, CHANNELS, `${account.channel}, ${account.account}`, {
                      hash: `${account.channel}-${account.account}`,
                    })}
                    ${sinceText(view, alarm.since)}
                  </p>
                  <p>${accountAdvice(alarm, language)}</p>
                </li>`,
            )}
          </ul>
        </section>`
      }
      ${messages.length > 0 && messagesPart(view, messages)}
      ${
        codecs.length > 0 &&
        html`<section aria-labelledby="codecs">
          <h2 id="codecs">${words.codecsTitle}</h2>
          <ul class="alarms">
            ${codecs.map(
              ({ file, because }) =>
                html`<li>
                  <p><code>${file}</code>: ${because}</p>
                  <p>${words.codec}</p>
                  ${
                    reaches(view.staff.role, QUARANTINE.needs) &&
                    html`<p>${wayTo(view, QUARANTINE, words.toQuarantine)}</p>`
                  }
                </li>`,
            )}
          </ul>
        </section>`
      }
      ${floods.length > 0 && floodsPart(view, floods)}
      ${ORDER.map((kind) => kindPart(view, kind, byKind.get(kind) ?? []))}
      <section aria-labelledby="history">
        <h2 id="history">${words.historyTitle}</h2>
        ${changes.length === 0 && html`<p>${words.historyNone}</p>`}
        <ul class="log">
          ${changes.map(
            ({ deviceId, change: { at, change, alarm } }) =>
              html`<li>
                ${when(view, at)} ${wayTo(view, DEVICE, deviceId, { id: deviceId })}:
                ${alarmName(alarm.kind, language).toLowerCase()} ${words[change]}
              </li>`,
          )}
        </ul>
      </section>
    `,
  })
}

function sinceText(view: StaffView, since: EpochMs): Html {
  return html`<span class="small">${WORDS[view.language].since} ${when(view, since)}</span>`
}

function kindPart(
  view: StaffView,
  kind: AlarmKind,
  told: readonly { readonly sensor: SensorHealth; readonly alarm: Alarm }[],
): Html | undefined {
  if (told.length === 0) return undefined
  const { language } = view
  return html`<section aria-labelledby="${kind}">
    <h2 id="${kind}">${alarmName(kind, language)} <span class="count">${told.length}</span></h2>
    <ul class="alarms ${kind === 'fire' && 'urgent'}">
      ${told.map(
        ({ sensor, alarm }) =>
          html`<li>
            <p>
              ${wayTo(view, DEVICE, containerText(view, sensor.containerId), {
                id: sensor.deviceId,
              })}
              <span class="small">${sensor.deviceId}</span> ${sinceText(view, alarm.since)}
            </p>
            <p>${sensorAdvice(alarm, language)}</p>
          </li>`,
      )}
    </ul>
  </section>`
}
