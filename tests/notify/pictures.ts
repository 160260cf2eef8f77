/** Pictures for the tests of channels: the same small PNG for every post, or none. */
import type { Card, PostPictures } from '#src/cards/card-desk.ts'
import type { WayOut } from '#src/store/contract.ts'

export const card: Card = {
  bytes: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAfbLI3wAAAABJRU5ErkJggg==',
    'base64',
  ),
  alt: 'Ekudden: 1 av 3 behållare är full. Pappersförpackningar: fullt, 96 procent.',
  width: 1200,
  height: 675,
  url: 'https://kvitter.example/p/0000000000000007/card.png',
}

export interface TestPictures extends PostPictures {
  /** Undefined: the post has none. */
  card: Card | undefined
  readonly asked: string[]
  readonly misses: (readonly [WayOut, string])[]
}

export function testPictures(): TestPictures {
  const asked: string[] = []
  const misses: (readonly [WayOut, string])[] = []
  return {
    card,
    asked,
    misses,
    async cardFor(post, language) {
      asked.push(`${post} ${language}`)
      return this.card
    },
    missed(way, detail) {
      misses.push([way, detail])
    },
  }
}
