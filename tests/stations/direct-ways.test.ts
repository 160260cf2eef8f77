/** Mail and notifications in a `town.yaml`: read, and written back the same. */
import { expect, test } from 'vitest'
import { mailboxOf, parseMailAddress } from '#src/stations/mail-address.ts'
import { parseTownFile } from '#src/stations/town-file.ts'
import { townText } from '#src/stations/town-text.ts'
import { castTown } from '#tests/support/town.ts'

test('a town has one of each, and they read back as they were written', () => {
  const channels = {
    email: [
      {
        account: 'subscribers',
        from: 'avs@provstad.example',
        name: 'Återvinning i Provstad',
        replyTo: 'kontakt@provstad.example',
        smtpUrlEnv: 'SMTP_URL',
      },
    ],
    push: [{ account: 'subscribers', contact: 'https://provstad.example/kontakt' }],
  } as const
  const text = townText({ ...castTown, channels })
  expect(text).not.toContain('subscribers')
  const read = parseTownFile(text, 'town.yaml')
  if (read.kind !== 'ok') throw new Error(JSON.stringify(read.faults))
  expect(read.town.channels).toEqual(channels)
})

test.each([
  [' Anna@Example.SE ', 'Anna@example.se'],
  ["o'neil+avs@sub.example.co.uk", "o'neil+avs@sub.example.co.uk"],
  ['anna@räksmörgås.example', 'anna@xn--rksmrgs-5wao1o.example'],
  ['anna@example.se.', undefined],
  ['anna.@example.se', undefined],
  ['anna..b@example.se', undefined],
  ['ånna@example.se', undefined],
  ['anna@-example.se', undefined],
  ['anna@example.123', undefined],
])('%j is the address %s', (text, address) => {
  expect(parseMailAddress(text)).toBe(address)
})

test('capitals tell no mailboxes apart', () => {
  expect(mailboxOf('Anna@example.se')).toBe(mailboxOf('aNNa@example.se'))
})
