/** The shape of a field map in a `town.yaml`. Messages finish the sentence "expected …". */
import { z } from 'zod'
import { LEVEL_MEANINGS, LEVEL_UNITS } from './field-map.ts'
import { FAULTS } from './reading.ts'

const path = z
  .string()
  .regex(
    /^[^\s.[\]]+(?:\[\d{1,4}\]|\.[^\s.[\]]+)*$/,
    'a path of keys and indexes, such as "data.bins[2].distance"',
  )
  .max(200, 'at most 200 characters')
const scalar = z.union([z.number(), z.string(), z.boolean()], {
  error: 'a number, a text, true or false',
})
const flag = z.strictObject({ path, is: z.array(scalar).min(1, 'at least one value') })
const odd = z.array(z.union([z.number(), z.string()]))

const isPercent = (meaning: string) => meaning === 'fill' || meaning === 'remaining'

const levelFields = z.strictObject({
  channel: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/, 'a short name of A-Z a-z 0-9 . _ -, such as "1"')
    .exactOptional(),
  path,
  meaning: z.enum(LEVEL_MEANINGS),
  unit: z.enum(LEVEL_UNITS),
  sentinels: z
    .array(z.strictObject({ value: z.union([scalar, z.null()]), fault: z.enum(FAULTS) }))
    .exactOptional(),
  least: z.number().exactOptional(),
  most: z.number().exactOptional(),
})
const levelField = levelFields.refine(
  ({ meaning, unit }) => unit === 'text' || (unit === '%') === isPercent(meaning),
  { error: '% for a fill or what remains, a length for a distance or a height', path: ['unit'] },
)

export const fieldMapShape = z.strictObject({
  readings: path.exactOptional(),
  at: z.strictObject({ path, unit: z.enum(['iso', 's', 'ms']) }).exactOptional(),
  levels: z.array(levelField).max(64, 'at most 64 levels'),
  battery: z
    .strictObject({
      path,
      unit: z.enum(['%', 'V', 'mV', 'low-flag']),
      sentinels: odd.exactOptional(),
    })
    .exactOptional(),
  temperature: z
    .strictObject({ path, unit: z.enum(['C', 'F', 'text']), sentinels: odd.exactOptional() })
    .exactOptional(),
  tilt: z.strictObject({ path, unit: z.enum(['deg', 'text']) }).exactOptional(),
  tilted: flag.exactOptional(),
  fire: flag.exactOptional(),
  pickedUp: flag.exactOptional(),
  faults: z.array(z.strictObject({ ...flag.shape, fault: z.enum(FAULTS) })).exactOptional(),
})

/** Which keys are known below a field map; `*` stands for a list index. */
export const FIELD_MAP_KEYS: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(fieldMapShape.shape),
  'levels.*': Object.keys(levelFields.shape),
  'levels.*.sentinels.*': ['value', 'fault'],
  at: ['path', 'unit'],
  battery: ['path', 'unit', 'sentinels'],
  temperature: ['path', 'unit', 'sentinels'],
  tilt: ['path', 'unit'],
  tilted: ['path', 'is'],
  fire: ['path', 'is'],
  pickedUp: ['path', 'is'],
  'faults.*': ['path', 'is', 'fault'],
}
