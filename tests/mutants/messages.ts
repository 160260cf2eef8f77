/** What the process that keeps the books and the one that runs the tests say to each other. */

/** Tests of one file that are to run against a mutant, by their place in the file. */
export interface TestsOfFile {
  readonly file: string
  readonly tests: readonly number[]
  /** What the file does while it is read reaches the mutant as well. */
  readonly isReadAnew: boolean
}

/** The first test that noticed a mutant; without a test where the file could not even be read. */
export interface Killer {
  readonly file: string
  readonly test?: number
}

export type Order =
  | { readonly kind: 'survey'; readonly paths: readonly string[] }
  | { readonly kind: 'try'; readonly mutant: number; readonly files: readonly TestsOfFile[] }

export type Answer =
  /** Reading the modules, before any test file began. */
  | { readonly kind: 'reading'; readonly reached: readonly number[] }
  | { readonly kind: 'file'; readonly file: string; readonly reached: readonly number[] }
  | {
      readonly kind: 'test'
      readonly file: string
      readonly index: number
      readonly name: string
      readonly ms: number
      readonly reached: readonly number[]
      readonly fault: string | undefined
    }
  | { readonly kind: 'surveyed' }
  /** A test begins; if it never ends, the mutant has made it run for ever. */
  | { readonly kind: 'begun' }
  | { readonly kind: 'tried'; readonly mutant: number; readonly killer: Killer | undefined }
