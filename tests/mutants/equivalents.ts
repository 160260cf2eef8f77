/** Mutants that no test can notice, each with the reason. */
export interface Equivalent {
  readonly file: string
  /** The whole line, without types. */
  readonly within: string
  readonly was: string
  readonly becomes: string
  readonly because: string
}

export const equivalents: readonly Equivalent[] = []
