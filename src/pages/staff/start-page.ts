/** Where an administrator begins, and who has no page of their own: what one's role may do. */
import { html, type Html } from '../html.ts'
import { ALARMS } from './alarms/alarm-place.ts'
import { staffLayout, type StaffView } from './staff-layout.ts'
import { menuFor, staffPath, START } from './staff-menu.ts'
import { STAFF_WORDS } from './staff-words.ts'

/** `alarms`: how many there are now. */
export function startPage(view: StaffView, alarms: number): Html {
  const { staff, language } = view
  const words = STAFF_WORDS[language]
  const groups = menuFor(staff.role)
  return staffLayout(view, {
    title: START.name[language],
    path: START.path,
    body: html`<h1>${words.welcome(staff.name)}</h1>
      <p class="lead">${words.startLead(words.roles[staff.role], view.town.town.name)}</p>
      ${groups.length === 0 && html`<p>${words.nothingYet}</p>`}
      ${groups.map(
        ({ name, places }) =>
          html`<h2>${name[language]}</h2>
            <ul class="places">
              ${places.map(
                ({ path, name, does }) =>
                  html`<li>
                    <a href="${staffPath(path, language)}"
                      >${name[language]}
                      ${
                        path === ALARMS.path &&
                        alarms > 0 &&
                        html`<span class="count">${alarms}</span>`
                      }</a
                    >
                    <p>${does[language]}</p>
                  </li>`,
              )}
            </ul>`,
      )}`,
  })
}
