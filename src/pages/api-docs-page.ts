/** The API for people who program: made from the OpenAPI document, readable without any script. */
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import type { DocumentedApi, DocumentedOperation, PagesOptions, View } from './site.ts'

/** English only, like the API's own words. */
export function apiDocsPage(
  view: View,
  api: DocumentedApi,
  problems: NonNullable<PagesOptions['problems']>,
): Html {
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      operation ? [{ path, method, operation }] : [],
    ),
  )
  return layout(view, {
    title: `Open data – ${view.town.town.name}`,
    description: api.info.description,
    body: html`<div class="prose docs">
      <h1>Open data</h1>
      <p class="lead">${api.info.description}</p>
      <p>
        The same as <a href="/api/openapi.json">OpenAPI 3.1</a>, for tools. Try
        <a href="/api/v1/stations">/api/v1/stations</a>.
      </p>
      ${api.tags.map(
        (tag) =>
          html`<section aria-labelledby="tag-${tag.name}">
            <h2 id="tag-${tag.name}">${tag.name[0]?.toUpperCase()}${tag.name.slice(1)}</h2>
            <p>${tag.description}</p>
            ${operations
              .filter(({ operation }) => operation.tags.includes(tag.name))
              .map(({ path, method, operation }) => operationArticle(path, method, operation))}
          </section>`,
      )}
      <section aria-labelledby="problems">
        <h2 id="problems">Problems</h2>
        <p>
          Errors are <code>application/problem+json</code> (RFC 9457) with <code>type</code>,
          <code>title</code>, <code>status</code> and <code>detail</code>; a request that could not
          be understood also has <code>errors</code>, one for each field, with what was expected and
          what came.
        </p>
        <dl>
          ${Object.entries(problems).map(
            ([name, { status, title }]) =>
              html`<dt id="${name}"><code>${name}</code></dt>
                <dd>${status}: ${title}.</dd>`,
          )}
        </dl>
      </section>
    </div>`,
  })
}

function operationArticle(path: string, method: string, operation: DocumentedOperation): Html {
  const [status, answer] = Object.entries(operation.responses)[0] ?? []
  const type = Object.keys(answer?.content ?? {})[0]
  const staff = operation.security
  const staffOnly = staff !== undefined && staff.every((s) => 'staff' in s || 'session' in s)
  return html`<article id="${operation.operationId}">
    <h3><code>${method.toUpperCase()} ${path}</code></h3>
    <p>${operation.summary}.</p>
    ${operation.description !== undefined && html`<p>${codes(operation.description)}</p>`}
    ${staff !== undefined && html`<p>${staffOnly ? 'Staff only.' : 'Staff see more.'}</p>`}
    ${
      operation.parameters.length > 0 &&
      html`<dl>
        ${operation.parameters.map(
          (p) =>
            html`<dt><code>${p.name}</code> (${p.in})</dt>
              <dd>${codes(p.description ?? '')}</dd>`,
        )}
      </dl>`
    }
    <p class="small">Answers ${status} with <code>${type}</code>.</p>
  </article>`
}

/** Words between backticks are code. */
function codes(text: string): readonly (Html | string)[] {
  return text.split('`').map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part))
}
