/** How to reach whoever runs the service, and whoever watches over them. */
import { html, type Html } from './html.ts'
import { accessibilityPath, operatorName } from './layout.ts'
import { link, type View } from './site.ts'

/** Where anybody may report lacking accessibility to the Agency for Digital Government. */
export const DIGG_REPORT = 'https://www.digg.se/tdosanmalan'

export function contact(view: View): Html {
  const { say } = view
  return html`<h2>${say.contact}</h2>
    <p>${say.operatedBy(operatorName(view))}</p>
    ${contactList(view)}
    <p><a href="${link(view, accessibilityPath(view.language))}">${say.accessibility}</a></p>`
}

/** The ways to reach the operator; what isn't configured is said to be missing, not made up. */
export function contactList({ operator, say }: View): Html {
  const { feedbackUrl, email, phone } = operator
  if (feedbackUrl === undefined && email === undefined && phone === undefined) {
    return html`<p>${say.contactMissing}</p>`
  }
  return html`<ul class="plain">
    ${feedbackUrl !== undefined && html`<li><a href="${feedbackUrl}">${say.contactForm}</a></li>`}
    ${email !== undefined && html`<li><a href="mailto:${email}">${email}</a></li>`}
    ${
      phone !== undefined &&
      html`<li><a href="tel:${phone.replace(/[^\d+]/g, '')}">${phone}</a></li>`
    }
  </ul>`
}
