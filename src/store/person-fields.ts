/** What a booker may say of themselves, field by field: the same at every edge. */
import { z } from 'zod'

const NAME = 'a name, 1 to 80 characters'
const PHONE = 'a phone number such as 070-123 45 67'
const EMAIL = 'an e-mail address such as namn@example.se'
const ADDRESS = 'an address such as Storgatan 12, up to 120 characters'
const DEGREES = 'WGS 84 degrees, such as { "lat": 57.72, "lon": 12.92 }'

const line = (max: number, error: string) =>
  z
    .string({ error })
    .trim()
    .min(1, error)
    .max(max, error)
    // oxlint-disable-next-line no-control-regex
    .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, error)

const LET_PASS_BECAUSE = 'why the limits are let pass, 3 to 200 characters'
/** What staff write who book past limits. */
export const letPassBecause = line(200, LET_PASS_BECAUSE).min(3, LET_PASS_BECAUSE)

export const personFields = {
  name: line(80, NAME),
  phone: z
    .string({ error: PHONE })
    .trim()
    .regex(/^\+?\d[\d ()/-]{3,30}\d$/, PHONE),
  email: z
    .string({ error: EMAIL })
    .trim()
    .max(254, EMAIL)
    .regex(/^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/, EMAIL),
  address: line(120, ADDRESS),
  postcode: z
    .string({ error: 'five digits' })
    .trim()
    .regex(/^\d{3} ?\d{2}$/, 'five digits'),
  apartment: line(40, 'the apartment, up to 40 characters').meta({
    description: 'Its number or the name on the door, where several homes share the address.',
  }),
  position: z.strictObject(
    {
      lat: z.number({ error: DEGREES }).min(54, DEGREES).max(72, DEGREES),
      lon: z.number({ error: DEGREES }).min(4, DEGREES).max(32, DEGREES),
    },
    { error: DEGREES },
  ),
  note: line(200, 'how to get in, up to 200 characters').meta({
    description: 'For the rider alone; erased before the rest.',
  }),
}

/** What is noted of somebody who is to be called. */
export const callerFields = {
  name: personFields.name,
  phone: personFields.phone,
  about: line(200, 'what it is about, up to 200 characters'),
}
