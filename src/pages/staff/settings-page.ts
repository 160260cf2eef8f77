/** The town as it runs, for its administrators: what is set, where, and how it is changed. */
import type { Town } from '#src/stations/station.ts'
import { writeDuration } from '#src/stations/time.ts'
import { whenText } from '#src/wording/status-text.ts'
import { html, type Html, type Part } from '../html.ts'
import { seeOther } from '../report-form.ts'
import { STALLED_AFTER_MS, type Reread, type Setup } from '../site.ts'
import { scrollTable } from './scroll-table.ts'
import { staffLayout, type StaffView } from './staff-layout.ts'
import { SETTINGS, staffPath } from './staff-menu.ts'
import type { StaffPages } from './staff-page.ts'
import { SETTINGS_WORDS } from './settings-words.ts'

export function registerSettings(pages: StaffPages, setup: Setup): void {
  pages.get(SETTINGS, (view, { query }) =>
    settingsPage(view, setup, query['did'] === 'read' ? setup.lastRead().read : undefined),
  )
  pages.post(SETTINGS, async (view, _form, request, reply) => {
    const read = await setup.reread(view.staff.name)
    const by = view.staff.login ?? view.staff.name
    if (read.kind === 'ok') {
      request.log.info({ by }, 'the town folder was read anew')
      return seeOther(reply, `${staffPath(SETTINGS.path, view.language)}?did=read`)
    }
    request.log.error({ by, faults: read.faults }, 'the town folder has faults; going on as before')
    void reply.code(409)
    return settingsPage(view, setup, read)
  })
}

function settingsPage(view: StaffView, setup: Setup, read: Reread | undefined): Html {
  const { language } = view
  const words = SETTINGS_WORDS[language]
  const { town } = view.town
  return staffLayout(view, {
    title: read?.kind === 'faulty' ? `${words.faultPrefix} ${words.title}` : words.title,
    path: SETTINGS.path,
    body: html`${read && readPart(view, read)}
      <h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${changePart(view, setup)}
      <h2>${words.town}</h2>
      ${facts(words.town, townFacts(view, town))}
      <h2>${words.channels}</h2>
      ${channelsPart(view, town)}
      <h2>${words.settings}</h2>
      <p class="small">${words.settingsLead}</p>
      ${facts(
        words.settings,
        setup.settings.map(({ name, value }) => [html`<code>--${name}</code>`, value]),
      )}
      <h2>${words.secrets}</h2>
      <p class="small">${words.secretsLead}</p>
      ${facts(
        words.secrets,
        setup.secrets.map(({ name, isSet }) => [
          html`<code>${name}</code>`,
          isSet ? words.isSet : words.isNotSet,
        ]),
      )}`,
  })
}

function readPart({ language }: StaffView, read: Reread): Html {
  const words = SETTINGS_WORDS[language]
  if (read.kind === 'faulty') {
    return html`<section class="faults" aria-labelledby="faults" tabindex="-1" autofocus>
      <h2 id="faults">${words.faulty}</h2>
      <p>${words.asBefore}</p>
      <ul lang="en">
        ${read.faults.map((fault) => html`<li><code>${fault}</code></li>`)}
      </ul>
    </section>`
  }
  return html`<div class="did" role="status">
    <p>${words.wasRead}</p>
    ${
      read.warnings.length > 0 &&
      html`<ul lang="en">
        ${read.warnings.map((warning) => html`<li>${warning}</li>`)}
      </ul>`
    }
  </div>`
}

function changePart(view: StaffView, setup: Setup): Html {
  const { language, now, timeZone } = view
  const words = SETTINGS_WORDS[language]
  const { at, by } = setup.lastRead()
  const when = whenText(at, now, timeZone, language)
  return html`<section class="panel account" aria-labelledby="change">
    <h2 id="change">${words.changeTitle}</h2>
    <p>${words.change} <code>${setup.folder}</code></p>
    <ul>
      ${Object.entries(words.files).map(
        ([file, what]) => html`<li><code>${file}</code> ${what}</li>`,
      )}
    </ul>
    <p>${words.check} <code>npm run kvitter -- check ${setup.folder}</code></p>
    <form method="post" action="${staffPath(SETTINGS.path, language)}">
      <p><button>${words.reread}</button></p>
    </form>
    <p class="small">${words.rereadLead} ${words.lastRead(when, by)}</p>
  </section>`
}

/** What accounts on all channels have. */
interface Account {
  readonly account: string
  readonly language?: string
}

type Fact = readonly [Part, Part]

/** What is known, a line each; nothing for what isn't said. */
function facts(caption: string, rows: readonly Fact[]): Html {
  const said = rows.filter(([, value]) => value !== undefined && value !== '')
  return html`<dl class="settings-list" aria-label="${caption}">
    ${said.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`
}

function townFacts(view: StaffView, town: Town): readonly Fact[] {
  const words = SETTINGS_WORDS[view.language]
  const { operator, stations, devices, networkServers, areas } = town
  const containers = stations.reduce((n, station) => n + station.containers.length, 0)
  return [
    [words.name, `${town.name} (${town.municipalityCode})`],
    [words.timeZone, town.timeZone],
    [words.operator, operator?.name ?? words.notSaid],
    [words.email, operator?.email],
    [words.phone, operator?.phone],
    [words.feedback, operator?.feedbackUrl],
    [words.reviewed, operator ? (operator.reviewedAt ?? words.notSaid) : undefined],
    [words.stations, words.counts(stations.length, containers, devices.length)],
    [words.areas, areas?.map(({ name }) => name).join(', ')],
    [words.networkServers, networkServers.map(({ id }) => id).join(', ')],
    [words.stalledAfter, writeDuration(town.stalledAfterMs ?? STALLED_AFTER_MS)],
    [words.bike, town.serviceDays ? words.runs : words.runsNot],
    [words.sms, town.sms ? words.isOn : words.isOff],
  ]
}

function channelsPart(view: StaffView, town: Town): Html {
  const words = SETTINGS_WORDS[view.language]
  const channels: readonly [string, readonly Account[]][] = Object.entries(town.channels)
  const rows = channels.flatMap(([channel, accounts]) =>
    accounts.map(({ account, language }) => [channel, account, language ?? '']),
  )
  if (rows.length === 0) return html`<p>${words.noChannels}</p>`
  return scrollTable(words.channels, [words.channel, words.account, words.language], rows)
}
