/** The shape of `sms` and `staffAlerts` in a `town.yaml`. Messages finish the sentence "expected …". */
import { z } from 'zod'
import { LANGUAGES } from './fraction.ts'
import { environmentName } from './text-shapes.ts'

export const smsShape = z.strictObject({
  provider: z.literal('46elks'),
  from: z
    .string()
    .regex(
      /^(?:[A-Za-z][A-Za-z0-9]{2,10}|\+[1-9]\d{6,14})$/,
      'a name of 3 to 11 letters and figures without å ä ö, such as "Returcykel", or a number such as "+46766861234"',
    ),
  usernameEnv: environmentName,
  passwordEnv: environmentName,
  monthlyLimit: z
    .int({ error: 'how many SMS a month may cost, a whole number' })
    .min(1, 'how many SMS a month may cost, 1 or more')
    .max(1_000_000, 'how many SMS a month may cost, at most 1000000'),
})

export const staffAlertsShape = z.strictObject({
  sms: z.array(environmentName).min(1, 'at least one name of a variable with a number'),
  language: z.enum(LANGUAGES).default('sv'),
})

/** Which keys are known where, as in `KEYS_AT`. */
export const DIRECT_KEYS: Readonly<Record<string, readonly string[]>> = {
  sms: Object.keys(smsShape.shape),
  staffAlerts: Object.keys(staffAlertsShape.shape),
}
