/** What surprises cost the filter: in 64ths of a nat, whole numbers, so that a kept state is exact. */

/** One nat, the unit of a negative log-likelihood, in the filter's whole numbers. */
export const NAT = 64

/** How a container behaves, as costs in nats. The more a thing surprises, the more it costs. */
export interface Weights {
  /** Two percentage points up, per reading at the usual interval. */
  readonly up: number
  /** Up by any amount at once. */
  readonly jump: number
  /** Two percentage points down: noise, and waste that settles. */
  readonly down: number
  /** An emptying, and for each two points over the floor where it ends. */
  readonly reset: number
  readonly landing: number
  /** Each bad echo, and each that says what the one before said. */
  readonly outlier: number
  readonly outlierAgain: number
  /** A bad echo that shows too little is rarer by this much: 1 in 100 points down. */
  readonly outlierDown: number
  /** Each reading on a phantom that the sensor is known for. */
  readonly onPhantom: number
}

/** Glass, plastic: days or weeks between emptyings. */
export const SLOW: Weights = {
  up: 0.3,
  jump: 7,
  down: 1.1,
  reset: 6.5,
  landing: 0.2,
  outlier: 2.2,
  outlierAgain: 0.5,
  outlierDown: 2,
  onPhantom: 0.15,
}

/** Paper in a city: emptied every day or two, half full within hours. */
export const FAST: Weights = {
  ...SLOW,
  outlierAgain: 2.2,
  up: 0.08,
  jump: 4,
  down: 0.9,
  reset: 4.5,
}
