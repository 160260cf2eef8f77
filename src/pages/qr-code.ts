/** QR codes on pages. */
import { modulesOf, QUIET_MODULES } from '#src/wording/qr-modules.ts'
import { trusted, type Html } from './html.ts'

/** Dark on white with its quiet border in any light; phones read nothing else well. */
export function qrCode(url: string): Html {
  const modules = modulesOf(url)
  const side = modules.length + 2 * QUIET_MODULES
  const squares = modules
    .flatMap((row, y) =>
      row.map((dark, x) => (dark ? `M${x + QUIET_MODULES} ${y + QUIET_MODULES}h1v1h-1z` : '')),
    )
    .join('')
  return trusted(
    `<svg class="qr" viewBox="0 0 ${side} ${side}" aria-hidden="true" focusable="false" shape-rendering="crispEdges"><path class="light" d="M0 0h${side}v${side}H0z"/><path d="${squares}"/></svg>`,
  )
}
