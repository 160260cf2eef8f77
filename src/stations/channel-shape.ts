/** The shape of `channels` in a `town.yaml`. Messages finish the sentence "expected …". */
import { z } from 'zod'
import { LANGUAGES } from './fraction.ts'
import { parseMailAddress } from './mail-address.ts'
import {
  areaName,
  environmentName,
  line,
  mailAddress,
  secureAddress,
  stationName,
} from './text-shapes.ts'
import { isWebAddress } from './web-address.ts'

const accountFields = {
  account: line(100),
  language: z.enum(LANGUAGES),
  stations: z.array(stationName).min(1, 'at least one station').exactOptional(),
  areas: z.array(areaName).min(1, 'at least one area').exactOptional(),
}
/** Of platforms that bound how much an account may say. */
const posts = 'a whole number of posts an hour, from 2 to 1000000'
const postsPerHour = z.int().min(2, posts).max(1_000_000, posts).exactOptional()
const dollars = 'an amount in US dollars for a month, such as 25'
const xAccount = z.strictObject({
  ...accountFields,
  monthlyBudget: z.number().min(1, dollars).max(1_000_000, dollars).exactOptional(),
  postsPerHour,
  appKeyEnv: environmentName,
  appSecretEnv: environmentName,
  accessTokenEnv: environmentName,
  accessSecretEnv: environmentName,
})

/** Posts of a station go with a picture of its state. */
const pictures = z.boolean().exactOptional()

const mastodonAccount = z.strictObject({
  ...accountFields,
  server: secureAddress,
  accessTokenEnv: environmentName,
  visibility: z.enum(['public', 'unlisted']).exactOptional(),
  postsPerHour,
  pictures,
})
const blueskyAccount = z.strictObject({
  ...accountFields,
  service: secureAddress.default('https://bsky.social'),
  appPasswordEnv: environmentName,
  postsPerHour,
  pictures,
})
const webhookAccount = z.strictObject({
  ...accountFields,
  url: secureAddress,
  secretEnv: environmentName,
})

/** One for the town; its stations have theirs by themselves. */
const activityPubAccount = z.strictObject({
  account: z
    .string()
    .regex(/^[a-z0-9_]{1,30}$/, 'what stands before the @, such as "avs": a-z 0-9 and _ only'),
  language: z.enum(LANGUAGES),
  pictures,
})

/** To residents who asked for it; a town has one of each. */
const DIRECT = {
  email: z.strictObject({
    from: mailAddress,
    name: line(100).regex(/^[^"<>\\]*$/, 'a name without " < > or a backslash'),
    replyTo: mailAddress.exactOptional(),
    smtpUrlEnv: environmentName,
  }),
  push: z.strictObject({
    contact: z
      .string()
      .refine(
        (text) =>
          parseMailAddress(text) === text || (isWebAddress(text) && text.startsWith('https:')),
        'an e-mail address such as avs@example.se, or a web address with https://, at which push services reach you',
      ),
  }),
} as const

/** Each channel's account; a town may have one or a list of them. */
const ACCOUNTS = {
  x: xAccount,
  mastodon: mastodonAccount,
  bluesky: blueskyAccount,
  webhook: webhookAccount,
  activitypub: activityPubAccount,
} as const

function oneOrMore<Shape extends z.ZodType>(account: Shape) {
  return z
    .union([account, z.array(account).min(1, 'at least one account')], {
      error: 'an account, or a list of accounts',
    })
    .exactOptional()
}

export const channelsShape = z.strictObject({
  x: oneOrMore(ACCOUNTS.x),
  mastodon: oneOrMore(ACCOUNTS.mastodon),
  bluesky: oneOrMore(ACCOUNTS.bluesky),
  webhook: oneOrMore(ACCOUNTS.webhook),
  activitypub: z
    .union([activityPubAccount, z.array(activityPubAccount).length(1, 'one account')], {
      error: 'an account',
    })
    .exactOptional(),

  email: DIRECT.email.exactOptional(),
  push: DIRECT.push.exactOptional(),
})

/** Which keys are known where, as in `KEYS_AT`. */
export const CHANNEL_KEYS: Readonly<Record<string, readonly string[]>> = {
  channels: [...Object.keys(ACCOUNTS), ...Object.keys(DIRECT)],
  ...Object.fromEntries(
    Object.entries(DIRECT).map(([channel, { shape }]) => [
      `channels.${channel}`,
      Object.keys(shape),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(ACCOUNTS).flatMap(([channel, { shape }]) => [
      [`channels.${channel}`, Object.keys(shape)],
      [`channels.${channel}.*`, Object.keys(shape)],
    ]),
  ),
}
