import { expect, test } from 'vitest'
import { html, htmlText, trusted } from '#src/pages/html.ts'

test.each([
  ['text', html`<p>${'<b>&"\''}</p>`, '<p>&lt;b&gt;&amp;&quot;&#39;</p>'],
  [
    'an attribute',
    html`<a href="${'" onclick="x'}">y</a>`,
    '<a href="&quot; onclick=&quot;x">y</a>',
  ],
  ['a list', html`<p>${['<', '>']}</p>`, '<p>&lt;&gt;</p>'],
  ['a list of lists', html`${[['a'], [html`<b>${'&'}</b>`]]}`, 'a<b>&amp;</b>'],
  ['a template in a template, escaped once', html`<i>${html`${'&'}`}</i>`, '<i>&amp;</i>'],
  ['zero', html`${0}`, '0'],
  ['nothing', html`<p>${undefined}${null}${false}${''}</p>`, '<p></p>'],
  ['our own markup, when we say so', html`${trusted('<hr>')}`, '<hr>'],
])('%s', (_what, page, text) => {
  expect(htmlText(page)).toBe(text)
})

test('an object that only looks like markup is not taken for it', () => {
  const forged = { html: '<script>', toString: () => '<script>' }
  // @ts-expect-error: that is the point
  expect(htmlText(html`<p>${forged}</p>`)).not.toContain('<script>')
})
