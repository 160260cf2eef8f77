/** What stands on a container's label. Pure. */
import { type Fraction, fractionName } from '#src/stations/fraction.ts'
import type { Container, FractionColours, Station, Town } from '#src/stations/station.ts'
import { capital } from '#src/wording/capital.ts'
import { colourOf, inkOn } from '#src/wording/fraction-colours.ts'

export interface Label {
  /** What the QR code says: the container's own page. */
  readonly link: string
  /** The same for people without a camera: what comes after `/q/`. */
  readonly code: string
  readonly fraction: Fraction
  /** In Swedish and English, with a capital. */
  readonly names: readonly [string, string]
  readonly station: string
  readonly container: string
  /** `#rrggbb`, and black or white, whichever is read better on it. */
  readonly colour: string
  readonly ink: string
}

/** A container's id is its code: it says where it is, and stays as long as the container does. */
export function codeOf(container: Container): string {
  return container.id
}

/** `stations` in the town's order; `publicUrl` is the site's root as residents reach it. */
export function labelsOf(
  town: Town,
  publicUrl: string,
  stations = town.stations,
): readonly Label[] {
  const root = publicUrl.replace(/\/+$/, '')
  return stations.flatMap((station) =>
    station.containers.map((container) => labelOf(station, container, root, town.fractionColours)),
  )
}

function labelOf(
  station: Station,
  container: Container,
  root: string,
  colours: FractionColours | undefined,
): Label {
  const { fraction } = container
  const code = codeOf(container)
  const colour = colourOf(fraction, colours)
  return {
    link: `${root}/q/${code}`,
    code,
    fraction,
    names: [capital(fractionName(fraction, 'sv')), capital(fractionName(fraction, 'en'))],
    station: station.name,
    container: container.name,
    colour,
    ink: inkOn(colour),
  }
}
