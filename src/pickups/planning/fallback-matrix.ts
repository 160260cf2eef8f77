/** Travel times that never fail. */
import { formulaMatrix, type FormulaOptions } from './formula.ts'
import type { MatrixProvider } from './providers.ts'

/** The formula stands in where a provider fails; `onFault` is told why. */
export function orFormula(
  provider: MatrixProvider,
  onFault: (error: Error) => void,
  formula: FormulaOptions = {},
): MatrixProvider {
  const otherwise = formulaMatrix(formula)
  return {
    async legs(from, to, signal) {
      try {
        return await provider.legs(from, to, signal)
      } catch (error) {
        signal?.throwIfAborted()
        onFault(error as Error)
        return otherwise.legs(from, to)
      }
    },
  }
}
