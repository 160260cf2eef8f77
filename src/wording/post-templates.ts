/** The texts that a rule may name as its `post` or `close_post`. */
export const POST_TEMPLATES = [
  'full',
  'space_again',
  'station_nearly_all_full',
  'full_soon',
  'littered',
  'cleaned',
  'broken',
  'repaired',
  'icy',
  'bike_round',
  'weekly_digest',
  'sensor_silent',
] as const
export type PostTemplate = (typeof POST_TEMPLATES)[number]

export function isPostTemplate(name: string): name is PostTemplate {
  return (POST_TEMPLATES as readonly string[]).includes(name)
}
