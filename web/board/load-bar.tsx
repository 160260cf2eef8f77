/** How full, as a bar; the numbers stand beside it. */
export function LoadBar({ full }: { readonly full: number }) {
  const width = Math.round(Math.min(1, full) * 60)
  return (
    <svg class={`load ${full > 1 ? 'over' : ''}`} viewBox="0 0 60 8" aria-hidden="true">
      <rect class="track" width="60" height="8" rx="4" />
      <rect class="fill" width={width} height="8" rx="4" />
    </svg>
  )
}
