/** How old all of it is: counts by itself, and says so when the line is dead. */
import { useEffect, useState } from 'preact/hooks'
import type { Words } from './words.ts'

const STALE_AFTER_S = 30

export function Age({
  heardAt,
  words,
}: {
  readonly heardAt: number | undefined
  readonly words: Words
}) {
  const [now, setNow] = useState(() => performance.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  if (heardAt === undefined) return null
  const seconds = Math.max(0, Math.floor((Math.max(now, heardAt) - heardAt) / 1000))
  const isStale = seconds >= STALE_AFTER_S
  return (
    <p class={`updated ${isStale ? 'stale' : ''}`}>
      {words.updated(seconds)}
      {isStale && <span class="stale-word"> {words.stale}</span>}
    </p>
  )
}
