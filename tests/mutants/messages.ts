/** What the process that keeps the books and the one that runs the tests say to each other. */

/** A test by its place in its file. */
export interface TestPlace {
  readonly file: string
  readonly index: number
}

/** The first test that noticed a mutant; without a test where the file could not even be read. */
export type Killer = Omit<TestPlace, 'index'> & Partial<TestPlace>

export type Order =
  | { readonly kind: 'survey'; readonly paths: readonly string[] }
  | {
      readonly kind: 'try'
      readonly mutant: number
      readonly tests: readonly TestPlace[]
      /** What modules and test files do while they are read reaches the mutant as well. */
      readonly isReadAnew: boolean
      /** A test that takes more steps than this never ends. */
      readonly mostSteps: number
    }

export type Answer =
  /** Reading the modules, before any test file began. */
  | { readonly kind: 'reading'; readonly reached: readonly number[] }
  | { readonly kind: 'file'; readonly file: string; readonly reached: readonly number[] }
  | (TestPlace & {
      readonly kind: 'test'
      readonly name: string
      readonly ms: number
      /** How often code was run in which a mutant sits. */
      readonly steps: number
      readonly reached: readonly number[]
      readonly fault: string | undefined
    })
  | { readonly kind: 'surveyed' }
  /** A test begins; if it never ends, the mutant has made it run for ever. */
  | { readonly kind: 'begun' }
  | {
      readonly kind: 'tried'
      readonly mutant: number
      readonly killer: Killer | undefined
      /** The test fails with nothing changed as well: an earlier mutant has left something behind. */
      readonly isSpoilt: boolean
    }
