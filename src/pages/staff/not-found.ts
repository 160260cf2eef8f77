/** Something that isn't there, or not any more. */
import type { FastifyReply } from 'fastify'
import { html, type Html } from '../html.ts'
import { staffLayout, type StaffView } from './staff-layout.ts'
import { START } from './staff-menu.ts'
import { pathOf } from './staff-parts.ts'
import { STAFF_WORDS } from './staff-words.ts'

export function notFound(view: StaffView, reply: FastifyReply, text: string): Html {
  const words = STAFF_WORDS[view.language]
  void reply.code(404)
  return staffLayout(view, {
    title: words.notFoundTitle,
    body: html`<div class="prose">
      <h1>${words.notFoundTitle}</h1>
      <p class="lead">${text}</p>
      <p><a class="button" href="${pathOf(START, view.language)}">${words.toStart}</a></p>
    </div>`,
  })
}
