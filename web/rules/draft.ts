/** The draft in the browser: it outlives a reload, a lost session and a closed tab. */
const KEY = 'kvitter-rules-draft'

export interface Draft {
  readonly text: string
  /** The hash of the rules that it was begun from. */
  readonly base: string
  /** When it was last changed, epoch milliseconds. */
  readonly at: number
}

export function readDraft(): Draft | undefined {
  try {
    const draft = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Partial<Draft> | null
    return typeof draft?.text === 'string' && typeof draft.base === 'string'
      ? { text: draft.text, base: draft.base, at: Number(draft.at) }
      : undefined
  } catch {
    return undefined
  }
}

export function keepDraft(draft: Draft | undefined): void {
  try {
    if (draft) localStorage.setItem(KEY, JSON.stringify(draft))
    else localStorage.removeItem(KEY)
  } catch {
    // A browser that keeps nothing still shows the draft for as long as the page is open.
  }
}
