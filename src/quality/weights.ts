/** What surprises cost the filter: in 64ths of a nat, whole numbers, so that a kept state is exact. */

/** One nat, the unit of a negative log-likelihood, in the filter's whole numbers. */
export const NAT = 64

/** How a container behaves, as costs in nats. The more a thing surprises, the more it costs. */
export interface Weights {
  /** Two percentage points up, per reading at the usual interval, and by how many of them it may go so. */
  readonly up: number
  readonly upSteps: number
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
}

/** Glass, plastic: days or weeks between emptyings. */
export const SLOW: Weights = {
  up: 0.12,
  upSteps: 4,
  jump: 7,
  down: 0.9,
  reset: 7,
  landing: 0.3,
  outlier: 2.2,
  outlierAgain: 0.6,
  outlierDown: 2,
}

/** Paper in a city: emptied every day or two, half full within hours. */
export const FAST: Weights = {
  ...SLOW,
  outlierAgain: 2.2,
  up: 0.08,
  upSteps: Infinity,
  jump: 4,
  reset: 4.5,
}
