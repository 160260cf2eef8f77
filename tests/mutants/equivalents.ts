/** Mutants that no test can notice, each with the reason. */
export interface Equivalent {
  readonly file: string
  readonly was: string
  readonly becomes: string
  readonly because: string
}

export const equivalents: readonly Equivalent[] = []
