/** Mail to residents, at a real mail server on loopback. */
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openMailSender } from '#src/notify/direct/mail-sender.ts'
import { parseSmtpAddress } from '#src/notify/direct/smtp-address.ts'
import { correctionKey } from '#src/rules/post-key.ts'
import { DAY, HOUR, MINUTE, SECOND, plus } from '#src/stations/time.ts'
import { CONFIRM_WITHIN_MS, openSubscriberDesk } from '#src/store/subscriber-desk.ts'
import { MAIL_PASSWORD, startMailServer, type MailServer } from '#tests/support/mail-server.ts'
import { ekudden, hamnen } from '#tests/support/town.ts'
import { makeItem, makePost, postKey } from '../deliveries.ts'
import { FROM, noon, openDirectBench, PUBLIC_URL, type DirectBench } from './bench.ts'

const ANNA = 'Anna.Andersson@example.se'
let mail: MailServer
let town: DirectBench
beforeEach(async () => {
  mail = await startMailServer()
  town = await openDirectBench({ mail })
})
afterEach(async () => {
  await town[Symbol.asyncDispose]()
  await mail[Symbol.asyncDispose]()
})

const ask = (address = ANNA, source = '192.0.2.7') =>
  town.desk.askByEmail(address, { language: 'sv', stations: [ekudden.id] }, source)
const full = (n = 1) => makePost(n, town.now())
const again = (n: number, over: object) =>
  makePost(n, town.now(), { items: [makeItem(1, noon)], ...over })
const news = () => mail.taken.filter(({ raw }) => raw.includes('List-Unsubscribe'))

describe('before anything is confirmed', () => {
  test('one letter asks, in the language that was chosen, and leads to the page with the button', async () => {
    await town.desk.askByEmail(ANNA, { language: 'fi' }, '192.0.2.7')
    expect(await town.workOff('email')).toEqual(['done'])
    const [letter] = mail.taken
    expect(letter!.to).toBe('Anna.Andersson@example.se')
    expect(letter!.mail.subject).toBe('Vahvista, että haluat seurata kierrätystä: Provstad')
    expect(letter!.mail.text).toContain(`Vahvista: ${PUBLIC_URL}/fi/seuraa/`)
    expect(letter!.mail.html).toContain('<html lang="fi">')
    expect(letter!.mail.from!.text).toBe(`"Återvinning i Provstad" <${FROM}>`)
    expect(letter!.mail.headers.get('auto-submitted')).toBe('auto-generated')
    expect(letter!.mail.headers.get('content-language')).toBe('fi')
    expect(letter!.raw).not.toContain('List-Unsubscribe')
  })

  test('news is mailed to nobody', async () => {
    await ask()
    await town.workOff('email')
    await town.say(full())
    expect(await town.workOff('email')).toEqual([])
    expect(mail.taken).toHaveLength(1)
  })

  test('a link works for two days, and then the address is forgotten', async () => {
    await ask()
    await town.workOff('email')
    const token = /\/([\w-]{44})\s/.exec(mail.taken[0]!.mail.text!)![1]!
    town.pass(CONFIRM_WITHIN_MS)
    expect((await town.desk.open(token))?.kind).toBe('to-confirm')
    await town.desk.tidy()
    expect(await town.desk.kept(ANNA)).toBeDefined()
    town.pass(1)
    expect(await town.desk.open(token)).toBeUndefined()
    expect(await town.desk.confirm(token)).toBeUndefined()
    await town.desk.tidy()
    expect(await town.desk.kept(ANNA)).toBeUndefined()
  })

  test('an address where nobody is is forgotten at once', async () => {
    mail.nobody.add(ANNA)
    await ask()
    expect(await town.workOff('email')).toEqual(['dead'])
    expect(await town.desk.kept(ANNA)).toBeUndefined()
  })
})

describe('asking again', () => {
  test('tells no more than the first time, whether or not the address is known', async () => {
    await town.follow(ANNA)
    const known = await ask(ANNA, '192.0.2.1')
    const unknown = await ask('nobody-knows@example.se', '192.0.2.1')
    expect(known).toEqual({ kind: 'asked' })
    expect(known).toEqual(unknown)
  })

  test('changes nothing before it is confirmed: nobody unsubscribes or moves another', async () => {
    await town.follow(ANNA, { stations: [hamnen.id] })
    await ask()
    await town.workOff('email')
    expect((await town.desk.kept(ANNA))!.wish).toEqual({ language: 'sv', stations: [hamnen.id] })
    const token = /\/([\w-]{44})\s/.exec(mail.taken.at(-1)!.mail.text!)![1]!
    await town.desk.confirm(token)
    expect((await town.desk.kept(ANNA))!.wish).toEqual({ language: 'sv', stations: [ekudden.id] })
  })

  test('what was asked in another’s name and never confirmed is forgotten, and they stay', async () => {
    await town.follow(ANNA, { stations: [hamnen.id] })
    await ask()
    town.pass(CONFIRM_WITHIN_MS + 1)
    await town.desk.tidy()
    const kept = await town.desk.kept(ANNA)
    expect([kept!.asked, kept!.wish!.stations]).toEqual([undefined, [hamnen.id]])
  })

  test('a mailbox is sent three letters and one more in eight hours, in whatever capitals', async () => {
    const variants = [ANNA, ANNA.toLowerCase(), ANNA.toUpperCase(), ANNA, ANNA]
    for (const [n, address] of variants.entries()) {
      expect(await ask(address, `192.0.2.${n}`)).toEqual({ kind: 'asked' })
      town.pass(1)
    }
    await town.workOff('email')
    expect(mail.taken).toHaveLength(3)
    town.pass(8 * HOUR)
    await ask()
    await town.workOff('email')
    expect(mail.taken).toHaveLength(4)
  })

  test('a plus and what follows it makes no other mailbox of it', async () => {
    for (const [n, tag] of ['', '+a', '+b', '+c', '+'].entries()) {
      await ask(`anna${tag}@example.se`, `192.0.2.${n}`)
    }
    expect(await town.workOff('email')).toEqual(['done', 'done', 'done'])
    expect(mail.taken.map(({ to }) => to)).toEqual([
      'anna@example.se',
      'anna+a@example.se',
      'anna+b@example.se',
    ])
  })

  test('of the whole world three hundred are written to, and one more in twelve seconds', async () => {
    const { store, sealer } = town
    let floods = 0
    const onFlood = () => (floods += 1)
    const desk = openSubscriberDesk({ store, sealer, clock: () => town.now(), onFlood })
    const askAs = (n: number) =>
      desk.askByEmail(`a${n}@example.se`, { language: 'sv' }, `198.51.${n >> 8}.${n & 255}`)
    const waiting = async () => (await store.workCounts('email')).open
    for (let n = 0; n < 300; n += 1) await askAs(n)
    expect([await waiting(), floods]).toEqual([300, 0])
    expect(await askAs(300)).toEqual({ kind: 'asked' })
    expect(await askAs(301)).toEqual({ kind: 'asked' })
    expect([await waiting(), floods]).toEqual([300, 1])
    expect(await desk.kept('a300@example.se')).toBeUndefined()
    town.pass(12 * SECOND)
    await askAs(302)
    expect([await waiting(), floods]).toEqual([301, 1])
    town.pass(HOUR)
    for (let n = 303; n < 604; n += 1) await askAs(n)
    expect([await waiting(), floods]).toEqual([601, 2])
  })

  test('from one place ten may ask, and are then told to wait', async () => {
    for (let n = 0; n < 10; n += 1) expect((await ask(`a${n}@example.se`)).kind).toBe('asked')
    expect(await ask('b@example.se')).toEqual({ kind: 'limited', afterMs: 6 * MINUTE })
    expect((await ask('b@example.se', '192.0.2.99')).kind).toBe('asked')
  })
})

test.each([
  'anna',
  'anna@',
  '@example.se',
  'anna@localhost',
  'anna@[127.0.0.1]',
  'anna@127.0.0.1',
  'anna@example.se\r\nBcc: all@example.se',
  'anna@example.se,bo@example.se',
  '"anna"@example.se',
  'a b@example.se',
  'anna@exa mple.se',
  `${'a'.repeat(65)}@example.se`,
])('%j is no address', async (text) => {
  expect(await ask(text)).toEqual({ kind: 'refused', because: 'address' })
})

test('a domain with Swedish letters is written as mail servers know it', async () => {
  await ask('anna@återvinning.se')
  expect((await town.desk.kept('anna@ÅTERVINNING.se'))!.address).toBe('anna@xn--tervinning-05a.se')
})

describe('news', () => {
  test('reaches who confirmed, as text and HTML, with its reason and the way out', async () => {
    const token = await town.follow(ANNA, { stations: [ekudden.id] })
    await town.say(full())
    expect(await town.workOff('email')).toEqual(['done'])
    const [letter] = news()
    const { text, subject, messageId, headers } = letter!.mail
    expect(subject).toBe(
      'Ekudden: behållaren för pappersförpackningar är full sedan 10:15, enligt givare & besökare',
    )
    expect(text).toContain(
      'Ekudden: behållaren för pappersförpackningar är full sedan 10:15, enligt givare & besökare. (1)\n',
    )
    expect(text).toContain(`${PUBLIC_URL}/p/${postKey(1)}`)
    expect(text).toContain('Du får det här för att du följer Ekudden.')
    expect(text).toContain(`Ändra eller avsluta: ${PUBLIC_URL}/folj/${token}`)
    expect(letter!.mail.html).toContain('enligt givare &amp; besökare')
    expect(messageId).toMatch(/^<post-0000000000000001-[\w-]{12}@provstad\.example>$/)
    expect(letter!.raw).toContain(
      `List-Unsubscribe: <${PUBLIC_URL}/folj/${token}/end>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n`,
    )
    expect(headers.get('auto-submitted')).toBe('auto-generated')
  })

  test('comes in the language that was chosen', async () => {
    await town.follow(ANNA, { language: 'en' })
    await town.say(full())
    await town.workOff('email')
    expect(news()[0]!.mail.text).toContain('In English (1)\n')
    expect(news()[0]!.mail.text).toContain('because you follow the recycling stations in Provstad.')
    expect(news()[0]!.mail.text).toContain(`${PUBLIC_URL}/en/p/`)
  })

  test('goes to nobody who follows other stations or other fractions', async () => {
    await town.follow(ANNA, { stations: [hamnen.id] })
    await town.follow('bo@example.se', { fractions: ['clear-glass'] })
    await town.follow('cilla@example.se', { fractions: ['paper', 'metal'] })
    await town.say(full())
    await town.workOff('email')
    expect(news().map(({ to }) => to)).toEqual(['cilla@example.se'])
  })

  test('of several stations reaches who follows one of them; of none, who follows the town', async () => {
    await town.follow(ANNA, { stations: [hamnen.id] })
    await town.follow('bo@example.se', { stations: [ekudden.id] })
    await town.follow('cilla@example.se')
    const { stationId: _, ...digest } = makePost(1, noon, { kind: 'digest' })
    await town.say({ ...digest, items: [{ ...makeItem(1, noon), stationId: hamnen.id }] })
    await town.workOff('email')
    expect(
      news()
        .map(({ to }) => to)
        .toSorted(),
    ).toEqual([ANNA, 'cilla@example.se'])
    const { stationId: __, ...round } = makePost(2, noon)
    await town.say({ ...round, items: [{ ...makeItem(2, noon) }] })
    await town.workOff('email')
    expect(
      news()
        .slice(2)
        .map(({ to }) => to),
    ).toEqual(['cilla@example.se'])
  })

  test('is heard once, however often it comes apart', async () => {
    await town.follow(ANNA)
    await town.say(full())
    await town.workOff('email')
    await town.say(full())
    expect(await town.workOff('email')).toEqual([])
    expect(news()).toHaveLength(1)
  })

  test('that is over answers the letter that told it', async () => {
    await town.follow(ANNA)
    await town.say(full())
    await town.workOff('email')
    town.pass(10 * MINUTE)
    await town.say(again(2, { kind: 'close', replyTo: postKey(1) }))
    await town.workOff('email')
    const [first, second] = news()
    expect(second!.mail.inReplyTo).toBe(first!.mail.messageId)
    expect(second!.mail.references).toBe(first!.mail.messageId)
  })

  test('that is over, or was called wrong, before the server took it is not mailed any more', async () => {
    await town.follow(ANNA)
    mail.troubles.push('rcpt-451', 'rcpt-451')
    await town.say(full(1))
    await town.say(makePost(3, noon, { items: [makeItem(3, noon)] }))
    expect(await town.workOff('email')).toEqual(['due in 120 s'])
    await town.say(again(2, { kind: 'close', replyTo: postKey(1) }))
    const correction = correctionKey(postKey(3))
    await town.say(
      makePost(4, noon, {
        key: correction,
        kind: 'correction',
        corrects: postKey(3),
        replyTo: postKey(3),
      }),
    )
    mail.troubles.length = 0
    town.pass(2 * MINUTE)
    expect(await town.workOff('email')).toEqual(['done', 'done', 'done', 'done'])
    expect(news().map(({ mail }) => mail.messageId!.slice(0, 23))).toEqual([
      '<post-0000000000000002-',
      `<post-${correction}-`,
    ])
  })

  test('goes to nobody who ended it meanwhile', async () => {
    const token = await town.follow(ANNA)
    await town.say(full())
    expect(await town.desk.end(token)).toBe(true)
    expect(await town.workOff('email')).toEqual(['done'])
    expect(news()).toEqual([])
    expect(await town.desk.end(token)).toBe(false)
  })
})

describe('trouble at the server', () => {
  beforeEach(async () => {
    await town.follow(ANNA)
  })

  test('greylisted, it is tried again after minutes, with the same Message-ID', async () => {
    mail.troubles.push('rcpt-451', 'data-451')
    await town.say(full())
    expect(await town.workOff('email')).toEqual(['due in 120 s'])
    expect(await town.workOff('email')).toEqual([])
    town.pass(2 * MINUTE)
    expect(await town.workOff('email')).toEqual(['due in 240 s'])
    town.pass(4 * MINUTE)
    expect(await town.workOff('email')).toEqual(['done'])
    expect(news()).toHaveLength(1)
  })

  test('how long the server itself was in trouble is no reason to wait longer', async () => {
    mail.troubles.push('mail-550', 'mail-550', 'mail-550', 'rcpt-451')
    await town.say(full())
    const outcomes: string[] = []
    for (let n = 0; n < 8 && outcomes.at(-1) !== 'due in 120 s'; n += 1) {
      outcomes.push(...(await town.workOff('email')))
      town.pass(MINUTE)
    }
    expect(outcomes).toEqual([
      expect.anything(),
      expect.anything(),
      expect.anything(),
      'due in 120 s',
    ])
  })

  test('it is given up when it is no news any more', async () => {
    mail.troubles.push('rcpt-451')
    await town.say(full())
    await town.workOff('email')
    town.pass(HOUR)
    expect(await town.workOff('email')).toEqual([])
    expect(await town.store.workCounts('email')).toEqual({ open: 0, dead: 1 })
  })

  describe('an address that nobody is at', () => {
    const tell = async (n: number) => {
      await town.say(makePost(n, town.now(), { items: [makeItem(n, town.now())] }))
      return (await town.workOff('email')).toSorted()
    }
    const bounces = async () => (await town.desk.kept(ANNA))?.bounces

    test('is forgotten after three messages over three days, while others are reached', async () => {
      await town.follow('bo@example.se')
      mail.nobody.add(ANNA)
      for (const n of [1, 2, 3, 4]) {
        expect(await bounces()).toBe(n - 1)
        expect(await tell(n)).toEqual(['dead', 'done'])
        town.pass(DAY)
      }
      expect(await bounces()).toBeUndefined()
      expect(town.logged).toEqual([
        '{"channel":"email","text":"an address that nobody is at was forgotten"}',
      ])
    })

    test('is kept through a bad day, however much there is to tell', async () => {
      await town.follow('bo@example.se')
      mail.nobody.add(ANNA)
      for (let n = 1; n <= 30; n += 1) await tell(n)
      town.pass(3 * DAY - 1)
      await tell(31)
      expect(await bounces()).toBe(20)
      town.pass(1)
      await tell(32)
      expect(await bounces()).toBeUndefined()
    })

    test('is kept where the server has taken nothing for anybody since', async () => {
      mail.nobody.add(ANNA)
      for (let n = 1; n <= 8; n += 1) {
        await tell(n)
        town.pass(DAY)
      }
      expect(await bounces()).toBe(8)
    })
  })

  test('a server that refuses one after the other means us: the third waits, and all after it', async () => {
    for (const name of ['bo', 'cilla', 'dan']) await town.follow(`${name}@example.se`)
    for (let n = 0; n < 3; n += 1) mail.troubles.push('rcpt 550 5.1.1 no such user')
    await town.say(full())
    const outcomes = await town.workOff('email')
    expect(outcomes).toEqual(['dead', 'dead', 'due in 9 s', 'due in 9 s'])
    expect(town.logged).toEqual([
      '{"channel":"email","because":"account","detail":"550 5.1.1 RCPT TO","text":"the mail server takes no mail just now"}',
    ])
    town.pass(9000)
    expect(await town.workOff('email')).toEqual(['done', 'done'])
    expect(await town.desk.counts()).toEqual({ email: 4, push: 0 })
  })

  test('one message that is taken in between forgives what bounced before', async () => {
    for (const n of [1, 2, 3, 4]) {
      if (n !== 3) mail.troubles.push('data-550-5.1.1')
      await town.say(makePost(n, noon, { items: [makeItem(n, noon)] }))
      await town.workOff('email')
    }
    expect((await town.desk.kept(ANNA))!.bounces).toBe(1)
  })

  test.each(['rcpt-550-policy', 'data-554'] as const)(
    '%s is a word about us, and costs nobody their address',
    async (trouble) => {
      for (const n of [1, 2, 3, 4]) {
        mail.troubles.push(trouble)
        await town.say(makePost(n, noon, { items: [makeItem(n, noon)] }))
        expect(await town.workOff('email')).toEqual(['dead'])
      }
      expect((await town.desk.kept(ANNA))!.bounces).toBe(0)
    },
  )

  test('a link that dies after all was handed over makes one repeat, with the same Message-ID', async () => {
    mail.troubles.push('cut-after')
    await town.say(full())
    expect(await town.workOff('email')).toEqual(['done'])
    town.pass(MINUTE)
    expect(await town.workOff('email')).toEqual(['done'])
    const [first, second, ...more] = news()
    expect(second!.mail.messageId).toBe(first!.mail.messageId)
    expect(more).toEqual([])
  })

  test('and no second one when it dies again', async () => {
    mail.troubles.push('cut-after', 'cut-after')
    await town.say(full())
    await town.workOff('email')
    town.pass(MINUTE)
    expect(await town.workOff('email')).toEqual(['dead'])
    town.pass(20 * MINUTE)
    expect(await town.workOff('email')).toEqual([])
    expect(news()).toHaveLength(2)
  })

  test('a link that dies before that is no try that was heard', async () => {
    mail.troubles.push('cut-before')
    await town.say(full())
    const [outcome] = await town.workOff('email')
    expect(outcome).toMatch(/^due in/)
    town.pass(MINUTE)
    expect(await town.workOff('email')).toEqual(['done'])
    expect(news()).toHaveLength(1)
  })

  test('a server that doesn’t take mail from us is left alone, with one error, and nobody loses anything', async () => {
    await town.follow('bo@example.se')
    mail.troubles.push('mail-550')
    await town.say(full())
    const outcomes = await town.workOff('email')
    expect(outcomes).toEqual(['due in 9 s', 'due in 9 s'])
    expect(mail.troubles).toEqual([])
    expect(town.logged).toEqual([
      '{"channel":"email","because":"account","detail":"550 5.7.1 MAIL FROM","text":"the mail server takes no mail just now"}',
    ])
    town.pass(MINUTE)
    await town.workOff('email')
    expect(
      news()
        .map(({ to }) => to)
        .toSorted(),
    ).toEqual([ANNA, 'bo@example.se'])
  })
})

test('a password that is changed after letters have gone stops the server, with one error, and loses none', async () => {
  await town.follow(ANNA)
  const before = mail.taken.length
  mail.changePassword('another')
  await town.say(full())
  expect(await town.workOff('email')).toEqual(['due in 9 s'])
  expect(town.logged).toEqual([
    '{"channel":"email","because":"account","detail":"535 5.7.8 AUTH PLAIN","text":"the mail server takes no mail just now"}',
  ])
  mail.changePassword(MAIL_PASSWORD)
  town.pass(MINUTE)
  expect(await town.workOff('email')).toEqual(['done'])
  expect(mail.taken).toHaveLength(before + 1)
})

describe('the way to the server', () => {
  const open = (server: string, timeoutMs = 5000) =>
    openMailSender({
      server: parseSmtpAddress(server)!,
      from: FROM,
      name: 'Provstad',
      timeoutMs,
      answerMs: timeoutMs,
    })
  const letter = {
    id: 'letter-1',
    language: 'sv',
    subject: 'Hej',
    text: 'Hej\n',
    at: new Date(noon),
  } as const
  const turn = { now: noon, signal: new AbortController().signal }

  test('a wrong password pauses the channel, and is no fault of a letter', async () => {
    const sender = open(`smtp://avs:wrong@127.0.0.1:${mail.port}`)
    expect(await sender.check(turn)).toEqual({
      kind: 'paused',
      because: 'bad-credentials',
      detail: '535 5.7.8 AUTH PLAIN',
    })
    expect(await sender.sendMail(ANNA, letter)).toEqual({
      kind: 'later',
      because: 'account',
      detail: '535 5.7.8 AUTH PLAIN',
    })
    sender.close()
  })

  test('the right one is ready, and anybody may be written to by it', async () => {
    const sender = open(mail.url)
    expect(await sender.check(turn)).toEqual({ kind: 'ready' })
    expect(await sender.sendMail(ANNA, letter)).toEqual({ kind: 'taken' })
    expect(mail.taken[0]!.mail.text).toBe('Hej\n')
    expect(mail.taken[0]!.mail.html).toBe(false)
    sender.close()
  })

  test('a server that isn’t there is unreachable', async () => {
    const { url } = mail
    await mail[Symbol.asyncDispose]()
    const sender = open(url)
    expect(await sender.sendMail(ANNA, letter)).toMatchObject({
      kind: 'later',
      because: 'unreachable',
    })
    expect(await sender.check(turn)).toMatchObject({ kind: 'unknown' })
    sender.close()
    mail = await startMailServer()
  })

  test('a web page that answers is no mail server', async () => {
    const page = createServer((socket) => {
      socket.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n\r\n<html>')
    }).listen(0, '127.0.0.1')
    await once(page, 'listening')
    const { port } = page.address() as AddressInfo
    const sender = open(`smtp://127.0.0.1:${port}`)
    expect(await sender.sendMail(ANNA, letter)).toMatchObject({
      kind: 'later',
      because: 'unreachable',
    })
    sender.close()
    page.close()
  })

  test.each([
    ['hang', { kind: 'later', because: 'unreachable' }],
    ['hang-after', { kind: 'unknown' }],
  ] as const)('%s is given up in time', async (trouble, outcome) => {
    const sender = open(mail.url, 300)
    mail.troubles.push(trouble)
    const began = performance.now()
    expect(await sender.sendMail(ANNA, letter)).toMatchObject(outcome)
    expect(performance.now() - began).toBeLessThan(3000)
    sender.close()
  })

  test('a server may think longer about a letter than about a greeting', async () => {
    const sender = openMailSender({
      server: parseSmtpAddress(mail.url)!,
      from: FROM,
      name: 'Provstad',
      timeoutMs: 300,
    })
    mail.troubles.push('slow-after')
    expect(await sender.sendMail(ANNA, letter)).toEqual({ kind: 'taken' })
    expect(mail.taken).toHaveLength(1)
    sender.close()
  })

  test.each([
    ['trickle', { kind: 'later', because: 'unreachable' }],
    ['trickle-after', { kind: 'unknown' }],
  ] as const)('%s is given up when a letter has had its time', async (trouble, outcome) => {
    const sender = openMailSender({
      server: parseSmtpAddress(mail.url)!,
      from: FROM,
      name: 'Provstad',
      answerMs: 200,
      longestMs: 500,
    })
    mail.troubles.push(trouble)
    const began = performance.now()
    expect(await sender.sendMail(ANNA, letter)).toMatchObject(outcome)
    const tookMs = performance.now() - began
    expect(tookMs).toBeGreaterThan(400)
    expect(tookMs).toBeLessThan(3000)
    sender.close()
  })

  test.each([
    ['550 5.1.1 no such user', 'no-such-mailbox'],
    ['550 5.1.10 null MX', 'no-such-mailbox'],
    ['550 5.2.1 mailbox disabled', 'no-such-mailbox'],
    ['550 <sender@example.se>: unknown', 'no-such-mailbox'],
    ['551 not here', 'no-such-mailbox'],
    ['550 5.1.0 <anna@example.se>: address rejected', 'refused'],
    ['552 5.2.2 mailbox full', 'refused'],
    ['556 no mail here', 'refused'],
    ['550 relay not permitted', 'refused'],
    ['550 5.7.1 Relaying denied', 'refused'],
    ['550 5.1.8 <avs@provstad.example>: Sender address rejected', 'account'],
    ['550 5.1.7 <avs@provstad.example>: Bad sender', 'account'],
    ['550 5.1.0 <avs@provstad.example>: Sender address rejected', 'account'],
    ['550 Sender verify failed', 'account'],
  ] as const)('%s says %s', async (answer, because) => {
    const sender = open(mail.url)
    mail.troubles.push(`rcpt ${answer}` as 'rcpt 550 x')
    expect(await sender.sendMail(ANNA, letter)).toMatchObject({ because })
    sender.close()
  })

  test('a process that goes down gives up at once', async () => {
    const sender = open(mail.url)
    mail.troubles.push('hang')
    const stop = new AbortController()
    const sending = sender.sendMail(ANNA, letter, stop.signal)
    setTimeout(() => stop.abort(), 50)
    expect(await sending).toMatchObject({ kind: 'later', because: 'unreachable' })
    sender.close()
  })

  test('two hundred letters share a few connections', async () => {
    const sender = open(mail.url)
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        sender.sendMail(`a${n}@example.se`, { ...letter, id: `letter-${n}` }),
      ),
    )
    expect(outcomes.every(({ kind }) => kind === 'taken')).toBe(true)
    expect(mail.connections()).toBeLessThanOrEqual(6)
    sender.close()
  })
})

test.each([
  [
    'smtps://avs:p%40ss@smtp.example.se',
    {
      host: 'smtp.example.se',
      port: 465,
      isTls: true,
      isPlain: false,
      user: 'avs',
      password: 'p@ss',
    },
  ],
  ['smtp://relay.inside?tls=off', { host: 'relay.inside', port: 587, isTls: false, isPlain: true }],
  ['smtp://relay.inside:25/', { host: 'relay.inside', port: 25, isTls: false, isPlain: false }],
  ['smtp://[::1]:2525', { host: '::1', port: 2525, isTls: false, isPlain: true }],
  ['smtps://smtp.example.se?tls=off', undefined],
  ['smtp://avs@smtp.example.se', undefined],
  ['https://smtp.example.se', undefined],
  ['smtp.example.se:25', undefined],
  ['smtp://smtp.example.se?pool=true', undefined],
  ['smtp://a:%E0%A4@smtp.example.se', undefined],
])('%s', (text, address) => {
  expect(parseSmtpAddress(text)).toEqual(address)
})

describe('who they are', () => {
  test('stands neither in the database nor in the log, in whatever capitals', async () => {
    await town.follow(ANNA, { stations: [ekudden.id] })
    mail.nobody.add(ANNA)
    mail.troubles.push('rcpt-451')
    await ask('bo.bengtsson@example.se')
    await town.workOff('email')
    for (const n of [1, 2]) {
      await town.say(makePost(n, noon, { items: [makeItem(n, noon)] }))
      await town.workOff('email')
    }
    const everything = `${await town.kept()}${town.logged.join('\n')}`.toLowerCase()
    expect(everything).toContain('ekudden')
    for (const part of ['anna.andersson', 'bo.bengtsson', 'example.se']) {
      expect(everything).not.toContain(part)
    }
    expect((await town.desk.kept('ANNA.ANDERSSON@EXAMPLE.SE'))!.address).toBe(
      'Anna.Andersson@example.se',
    )
  })

  test('is erased on request, so that not even what was sealed is left in the file', async () => {
    await town.follow(ANNA)
    const sealed = (
      await town.store.audience({
        way: 'email',
        language: 'sv',
        stations: [],
        limit: 10,
      })
    )[0]!.sealed
    expect(await town.kept()).toContain(sealed)
    expect(await town.desk.erase('anna.andersson@example.se')).toBe(true)
    expect(await town.desk.kept(ANNA)).toBeUndefined()
    expect(await town.desk.erase(ANNA)).toBe(false)
    expect(await town.kept()).not.toContain(sealed)
    expect(await town.desk.counts()).toEqual({ email: 0, push: 0 })
  })

  test('can’t be told by a link that was made up or altered', async () => {
    const token = await town.follow(ANNA)
    const flip = (at: number) =>
      token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
    for (const wrong of ['', 'x', token.slice(1), `${token}A`, flip(0), flip(30), flip(43)]) {
      expect(await town.desk.open(wrong)).toBeUndefined()
      expect(await town.desk.change(wrong, { language: 'en' })).toBe(false)
      expect(await town.desk.end(wrong)).toBe(false)
    }
    expect((await town.desk.open(token))!.kind).toBe('follows')
  })
})

test('a follower of long ago is still one, and plus one day', async () => {
  await town.follow(ANNA)
  town.pass(400 * DAY)
  await town.desk.tidy()
  await town.say(makePost(1, plus(noon, 400 * DAY)))
  expect(await town.workOff('email')).toEqual(['done'])
})
