/** Texts that stand in several places of a `town.yaml`. Messages finish the sentence "expected …". */
import { z } from 'zod'
import { parseMailAddress } from './mail-address.ts'
import { isSecureAddress, isWebAddress } from './web-address.ts'

export const line = (max: number) =>
  z
    .string()
    .regex(/\S/, 'some text')
    // oxlint-disable-next-line no-control-regex
    .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'one line of plain text, without control characters')
    .max(max, `at most ${max} characters`)
export const environmentName = z
  .string()
  .regex(
    /^[A-Z_][A-Z0-9_]*$/,
    'the name of an environment variable, such as KVITTER_X_APP_KEY; the secret itself never stands here',
  )
export const webAddress = z.string().max(500, 'at most 500 characters').refine(isWebAddress, {
  error: 'a web address such as https://www.example.se/kontakt',
  abort: true,
})
export const areaName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,31}$/,
    'a name of a-z 0-9 and -, at most 32 characters, such as "norrby"',
  )
  .refine((name) => name !== 'account', '"account" means the whole town; choose another name')
/** Without the municipality's code. */
export const stationName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.]{0,31}$/,
    'the town\'s own number for the station, such as "064" (A-Z a-z 0-9 _ . only)',
  )
export const secureAddress = webAddress.refine(
  isSecureAddress,
  'an address that begins with https://, since a secret goes there',
)
export const mailAddress = z
  .string()
  .refine((text) => parseMailAddress(text) === text, 'an e-mail address such as avs@example.se')
