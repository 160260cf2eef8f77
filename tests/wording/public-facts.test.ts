/** What the types refuse. `npm run types` fails where one of these lines is no error any more. */
import { expect, test } from 'vitest'
import type { Phrases } from '#src/wording/phrases.ts'
import { fact, NOTHING, privateFact } from '#src/wording/text-facts.ts'

const place = fact('place', 'Ekudden')
const now = fact('time', '14:20')

/** Never called: the types are all. */
export function notPublic(phrases: Phrases): void {
  // Places, times and nothing at all are public.
  phrases.say('post.cleaned', { place, at_place: NOTHING, now })

  const person = privateFact('person', 'Vid grinden, andra dörren')
  const errand = privateFact('errand', 'RB-1234')
  // @ts-expect-error What is about a person is no place.
  phrases.say('post.cleaned', { place: person, at_place: NOTHING, now })
  // @ts-expect-error Nor is what is about their errand.
  phrases.say('post.cleaned', { place: errand, at_place: NOTHING, now })
  // @ts-expect-error Nor is any text of which nobody has said what it is about.
  phrases.say('post.cleaned', { place: 'Storgatan 1', at_place: NOTHING, now })
  // @ts-expect-error A time is no place either.
  phrases.say('post.cleaned', { place: now, at_place: NOTHING, now })
  // @ts-expect-error And nothing can be said beside what the text takes.
  phrases.say('post.cleaned', { place, at_place: NOTHING, now, address: person })
  // @ts-expect-error What is private can't be called public.
  fact('person', 'Vid grinden')
}

test('the makers of facts leave the words as they are', () => {
  expect([place, privateFact('errand', 'RB-1234')]).toEqual(['Ekudden', 'RB-1234'])
})
