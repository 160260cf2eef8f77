import { describe, expect, test } from 'vitest'
import type { DecidedPost } from '#src/rules/decision.ts'
import { faultLine } from '#src/stations/fault-line.ts'
import { LANGUAGES } from '#src/stations/fraction.ts'
import { parsePostKey } from '#src/stations/ids.ts'
import { instant } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { defaultTexts, ownTextFile } from '#src/wording/default-texts.ts'
import { postWording, wordPost, type TextFailure } from '#src/wording/post-text.ts'
import { PUBLIC_TEXTS } from '#src/wording/public-texts.ts'
import { PUBLIC_VARIABLES } from '#src/wording/text-facts.ts'
import { parseTextFile, type Texts } from '#src/wording/text-file.ts'
import { TEXT_LANGUAGES, textKeysOf, type TextKey } from '#src/wording/text-keys.ts'
import { findUnfit } from '#src/wording/text-limits.ts'
import { compileTemplate } from '#src/wording/text-template.ts'
import { castTown, containerId, ekudden } from '#tests/support/town.ts'

const town = indexTown(castTown)
const at = instant(Date.parse('2026-05-05T08:45:00Z'))
const post: DecidedPost = {
  key: parsePostKey('00000000000000aa')!,
  at,
  stationId: ekudden.id,
  audience: 'public',
  kind: 'open',
  priority: 60,
  sendAt: at,
  expiresAt: at,
  items: [
    {
      ruleId: 'full',
      episode: 'full|paper',
      subject: containerId('1490-901-paper-1'),
      containerId: containerId('1490-901-paper-1'),
      template: 'full',
      fraction: 'paper',
      since: instant(at - 1_800_000),
      source: 'sensor',
    },
  ],
}

const HEAD = 'version: 1\nlanguage: sv\n'

function faultsOf(body: string): readonly string[] {
  const parsed = parseTextFile(`${HEAD}${body}`, 'sv.yaml', 'sv')
  return parsed.kind === 'faulty' ? parsed.faults.map(faultLine) : []
}

function ownTexts(texts: Partial<Record<TextKey, string>>): { readonly sv: Texts } {
  return { sv: new Map(Object.entries(texts) as [TextKey, string][]) }
}

test.each(TEXT_LANGUAGES)(
  '%s says every text, and each holds whatever it is asked to say',
  (language) => {
    const { text, fileName } = ownTextFile(language)
    const parsed = parseTextFile(text, fileName, language)
    expect(parsed.kind === 'faulty' ? parsed.faults.map(faultLine) : []).toEqual([])
    expect([...defaultTexts(language).texts.keys()].toSorted()).toEqual(
      [...textKeysOf(language)].toSorted(),
    )
  },
)

test('with our texts every post fits every channel', () => {
  expect(findUnfit({}, LANGUAGES)).toEqual([])
})

describe('a town’s file of texts tells its fault, where it stands and the fix', () => {
  test.each([
    [
      'a key that nobody asks for',
      "post:\n  ful: '{$place}'",
      'sv.yaml:4  post.ful: "ful" is no text here; did you mean full?',
    ],
    [
      'a group that there is not',
      "posts:\n  full: '{$place}'",
      'sv.yaml:3  posts: "posts" is no group of texts in sv; did you mean post?',
    ],
    [
      'a value that the text does not get',
      "post:\n  cleaned: '{$plats} är städat {$now}.'",
      'sv.yaml:4  post.cleaned: {$plats} is nothing that post.cleaned can say; did you mean $place?',
    ],
    [
      'the same in the middle of a long text',
      'post:\n  full: |-\n    .input {$names :string}\n    .match $names\n    || {{{$place}: fullt{$since}.}}\n    * {{{$place}: {$nanes} fullt{$since}.}}',
      'sv.yaml:8  post.full: {$nanes} is nothing that post.full can say; did you mean $names?',
    ],
    [
      'a text that takes no values',
      "heading:\n  full: 'Fullt på {$place}'",
      'sv.yaml:4  heading.full: {$place} is nothing that heading.full can say; it takes no values',
    ],
    [
      'a post that does not say where',
      "post:\n  cleaned: 'Nu är det städat, klockan {$now}.'",
      'sv.yaml:4  post.cleaned: leaves out {$place} or {$at_place} where it is known: with $place "Ekudden", $at_place "på Ekudden", $now "14:20" it says "Nu är det städat, klockan 14:20."',
    ],
    [
      'a post that does not say when: it would be the same tomorrow',
      "post:\n  cleaned: 'Nu är det städat {$at_place}.'",
      'sv.yaml:4  post.cleaned: leaves out {$now} where it is known: with $place "Ekudden", $at_place "på Ekudden", $now "14:20" it says "Nu är det städat på Ekudden."',
    ],
    [
      'what is no MessageFormat 2',
      "post:\n  cleaned: '{$place är städat {$now}.'",
      'sv.yaml:4  post.cleaned: not readable as MessageFormat 2 at "är städat {$now}."; a value stands as {$place}, a case after .match in {{ }}',
    ],
    [
      'cases without one for all others',
      'sentence:\n  free_slots: |-\n    .input {$count :number}\n    .match $count\n    one {{Plats för en.}}',
      'sv.yaml:4  sentence.free_slots: the last line after .match must have * for every key, for all other cases',
    ],
    [
      'a case of what has no kind',
      'sentence:\n  free_slots: |-\n    .match $count\n    * {{Plats.}}',
      'sv.yaml:4  sentence.free_slots: a variable after .match needs a line such as .input {$count :number} or .input {$names :string} before',
    ],
    [
      'a function that is none of ours',
      'sentence:\n  free_slots: |-\n    .input {$count :percent}\n    .match $count\n    * {{Plats.}}',
      'sv.yaml:4  sentence.free_slots: :percent is no function here; there are :string, :number, :integer',
    ],
    [
      'a number of what is none',
      'post:\n  cleaned: |-\n    .input {$place :number}\n    .match $place\n    * {{{$place} {$now}}}',
      'sv.yaml:4  post.cleaned: can\'t be said with $place "Ekudden", $at_place "på Ekudden", $now "14:20": RangeError: expected a whole number',
    ],
    [
      'an address, which costs thirteen times as much on X',
      "post:\n  cleaned: 'Städat {$at_place} {$now}, se boras.se.'",
      'sv.yaml:4  post.cleaned: holds what X takes for a link and charges thirteen times as much for; put a space after a full stop, and addresses in the account’s profile',
    ],
    [
      'a missing space that makes a name an address',
      "post:\n  cleaned: 'Städat klockan {$now}.{$place}'",
      'sv.yaml:4  post.cleaned: holds what X takes for a link and charges thirteen times as much for; put a space after a full stop, and addresses in the account’s profile',
    ],
    [
      'a mention',
      "post:\n  cleaned: 'Städat {$at_place} {$now}, hälsar @boras'",
      'sv.yaml:4  post.cleaned: mentions an account with @; a post is about a place, not to anybody',
    ],
    [
      'an empty text',
      "post:\n  cleaned: ''",
      'sv.yaml:4  post.cleaned: expected a text; take the key out to keep the text that comes with Kvitter',
    ],
    [
      'a group without texts',
      'post: fullt',
      'sv.yaml:3  post: expected a block of texts by their names',
    ],
    [
      'a review that is neither',
      'review: ja',
      'sv.yaml:3  review: expected needed, or done once a reader whose language it is has read it',
    ],
  ])('%s', (_, body, fault) => {
    expect(faultsOf(body)).toEqual([fault])
  })

  test('a file of another language', () => {
    const parsed = parseTextFile('version: 1\nlanguage: en\n', 'sv.yaml', 'sv')
    expect(parsed.kind === 'faulty' && parsed.faults.map(faultLine)).toEqual([
      'sv.yaml:2  language: expected a block that begins with version: 1 and language: sv',
    ])
  })

  test('an empty file', () => {
    const parsed = parseTextFile('', 'sv.yaml', 'sv')
    expect(parsed.kind === 'faulty' && parsed.faults.map(faultLine)).toEqual([
      'sv.yaml:1  expected a block that begins with version: 1 and language: sv',
    ])
  })

  test('every fault at once', () => {
    expect(faultsOf("post:\n  ful: x\n  cleaned: 'x'\nfoo: {}")).toHaveLength(3)
  })
})

test('a post is too long for X whatever is left out of it', () => {
  const own = ownTexts({ 'post.cleaned': `Städat {$at_place} {$now}${', så fint'.repeat(40)}.` })
  expect(findUnfit(own, ['sv'])).toMatchObject([
    {
      language: 'sv',
      message: expect.stringContaining(
        'post.cleaned: a post (open, 1 of it) does not fit: cut off at 280 of 280 characters, as X counts: "Städat på',
      ),
    },
  ])
})

test('a town says it its own way; what it says nothing of stays as it was', () => {
  const own = ownTexts({
    'post.full': 'Nu är {$names} {$at_place} full{$since}!',
    'part.since': ' från {$time}',
  })
  expect(postWording(own)(post, town)).toEqual({
    ...wordPost(post, town),
    sv: 'Nu är pappersförpackningar på Ekudden full från 10:15!',
  })
})

test.each([
  ["message:\n  waiting: '{$reference} {$contact}", 'x'.repeat(140), '2 parts'],
  ["message:\n  waiting: '{$reference} {$contact}", '\u2013\u2192', '1 part'],
])('what goes by SMS fits one: %s', (body, more, parts) => {
  const [fault = '1 part'] = faultsOf(`${body} ${more}'`)
  expect(fault).toContain(parts)
})

test('texts of bookings are refused what they don’t get', () => {
  expect(faultsOf("message:\n  waiting: '{$reference} {$phone}'")).toEqual([
    'sv.yaml:4  message.waiting: {$phone} is nothing that message.waiting can say; there are $reference, $contact',
  ])
})

test('languages of bookings alone have no other texts', () => {
  const parsed = parseTextFile('version: 1\nlanguage: ar\npost: { full: x }', 'ar.yaml', 'ar')
  expect(parsed.kind === 'faulty' && parsed.faults.map(faultLine)).toEqual([
    'ar.yaml:3  post: "post" is no group of texts in ar; there are message, subject, mail',
  ])
})

describe('a town’s own text that fails on a post', () => {
  test.each([
    ['asks for what there is not', '{$place}: {$nope}', 'Variable not available: $nope'],
    ['makes a link after all', '{$place}: http://x{$since}', 'url-like'],
    ['is too long', `{$place}${' och'.repeat(100)} {$since}`, 'cut off'],
  ])('%s: ours is taken, and it is counted', (_, source, because) => {
    const failures: TextFailure[] = []
    const word = postWording(ownTexts({ 'post.full': source }), (f) => failures.push(f))
    expect(word(post, town)).toEqual(wordPost(post, town))
    expect(failures).toMatchObject([{ language: 'sv', because }])
  })
})

describe('nothing personal can reach a public text', () => {
  test('what a public text may say is about places, fractions, times, counts and the operator', () => {
    const kinds = new Set(Object.values(PUBLIC_VARIABLES))
    expect([...kinds].toSorted()).toEqual([
      'choice',
      'count',
      'distance',
      'fractions',
      'operator',
      'place',
      'time',
    ])
    for (const { says } of Object.values(PUBLIC_TEXTS)) {
      for (const name of says) expect(PUBLIC_VARIABLES).toHaveProperty(name)
    }
  })

  test.each(['address', 'name', 'person', 'phone', 'email', 'reference', 'booking', 'items'])(
    'a town’s text that asks for {$%s} is refused, whichever it is',
    (name) => {
      for (const key of Object.keys(PUBLIC_TEXTS)) {
        const [group, text] = key.split('.')
        expect(faultsOf(`${group}:\n  ${text}: 'x {$${name}}'`), key).toMatchObject([
          expect.stringContaining(`{$${name}} is nothing that ${key} can say`),
        ])
      }
    },
  )

  test('no text of ours says anything else', () => {
    for (const language of LANGUAGES) {
      for (const [key, source] of defaultTexts(language).texts) {
        const compiled = compileTemplate(source, language)
        if (compiled.kind === 'faulty' || !Object.hasOwn(PUBLIC_TEXTS, key)) continue
        for (const name of compiled.template.variables)
          expect(PUBLIC_VARIABLES).toHaveProperty(name)
      }
    }
  })
})
