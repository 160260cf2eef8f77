/** What a mark is called, in the chart, in the table and in the list of changes. */
import type { Change, Mark } from './marks.ts'
import type { Page } from './page.ts'

export function markWhat({ say }: Page, mark: Mark): string {
  if (mark.kind === 'held') return say.held(gateWord(say.gates, mark.gate))
  const { kind, audience } = mark.said
  return audience === 'staff' ? `${say.said[kind]} ${say.toStaff}` : say.said[kind]
}

function gateWord(gates: Readonly<Record<string, string>>, gate: string): string {
  return gates[gate] ?? gate
}

/** `tis 5 maj 14:35, Papper, full: sades; nytt` */
export function markName(page: Page, mark: Mark, lane: string): string {
  const what = `${page.when(mark.at)}, ${lane}, ${mark.ruleId}: ${markWhat(page, mark)}`
  if (mark.kind === 'held') return what
  return mark.change === 'same' ? what : `${what}; ${page.say.change[mark.change]}`
}

/** `2 nya, 1 borta.` */
export function countsText(
  { say }: Page,
  counts: Readonly<Record<Exclude<Change, 'same'>, number>>,
): string {
  const parts = (['added', 'gone', 'moved'] as const).flatMap((change) =>
    counts[change] > 0 ? say[change](counts[change]) : [],
  )
  return parts.length > 0 ? `${parts.join(', ')}.` : say.noChanges
}
