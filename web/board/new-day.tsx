/** A board may lie open over midnight: it says so and leads on, and “today” beside its day stays true. */
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Day } from './day.ts'
import type { Look } from './look.ts'

export function NewDay({ day: { day, today }, look }: { readonly day: Day; readonly look: Look }) {
  const { words, facts } = look
  const isToday = day === today
  /** Whoever looks at a day that is past on purpose is told nothing. */
  const wasToday = useRef(false)
  if (isToday) wasToday.current = true
  // The page's heading, around the board.
  useLayoutEffect(() => {
    const word = document.querySelector<HTMLElement>('#is-today')
    if (word) word.hidden = !isToday
  }, [isToday])
  return (
    <p class="new-day" role="status" hidden={isToday || !wasToday.current}>
      {!isToday && wasToday.current && (
        <>
          {words.newDay} <a href={facts.paths.now}>{words.goOn}</a>
        </>
      )}
    </p>
  )
}
