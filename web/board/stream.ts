/** Hears what is done to the day. The browser comes back by itself, with the last id; where it gives up, we do. */

export interface StreamListener {
  /** The line stands, anew or still. */
  readonly onHere: () => void
  /** Something was done; or the line is new, and something may have been. */
  readonly onChange: () => void
}

const AGAIN_MS = 5_000
/** Two signs of life that didn't come: a line may be dead without anybody having said so. */
const SILENT_MS = 40_000

/** Gives the means to stop. */
export function listen(day: string, { onHere, onChange }: StreamListener): () => void {
  let lastId = ''
  let source: EventSource
  let timer: ReturnType<typeof setTimeout> | undefined

  function open(): void {
    const after = lastId === '' ? '' : `?after=${lastId}`
    source = new EventSource(`/api/v1/rounds/${day}/events${after}`)
    source.addEventListener('open', () => {
      onHere()
      onChange()
    })
    source.addEventListener('here', () => {
      watch()
      onHere()
    })
    source.addEventListener('change', (event) => {
      lastId = event.lastEventId
      watch()
      onHere()
      onChange()
    })
    source.addEventListener('error', () => {
      if (source.readyState !== EventSource.CLOSED) return
      reopenIn(AGAIN_MS)
      // Asking for the day tells why: no network, or nobody signed in any more.
      onChange()
    })
    watch()
  }

  function reopenIn(ms: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      source.close()
      open()
    }, ms)
  }

  const watch = (): void => reopenIn(SILENT_MS)

  open()
  return () => {
    clearTimeout(timer)
    source.close()
  }
}
