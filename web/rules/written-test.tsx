/** The day around a mark becomes a rule test. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { ask, type WrittenTest } from './client.ts'
import { dayAround } from './days.ts'
import type { Page } from './page.ts'
import { download } from './save.ts'

interface Props {
  readonly page: Page
  readonly rules: string
  readonly station: string
  /** Epoch milliseconds. */
  readonly at: number
}

export function SaveAsTest({ page, rules, station, at }: Props) {
  const { say } = page
  const [state, setState] = useState<
    'none' | 'writing' | 'copied' | 'selected' | { readonly why: string }
  >('none')
  const [test, setTest] = useState<WrittenTest>()
  const text = useRef<HTMLTextAreaElement>(null)
  const asking = useRef<AbortController>(undefined)
  useEffect(() => () => asking.current?.abort(), [])

  const write = async (): Promise<void> => {
    const abort = new AbortController()
    asking.current = abort
    setState('writing')
    try {
      const day = dayAround(at, page.timeZone)
      setTest(await ask<WrittenTest>('/written-test', { rules, station, ...day }, abort.signal))
      setState('none')
    } catch (error) {
      if (!abort.signal.aborted) setState({ why: (error as Error).message })
    }
  }
  const copy = async (): Promise<void> => {
    text.current!.focus()
    text.current!.select()
    try {
      await navigator.clipboard.writeText(test!.text)
      setState('copied')
    } catch {
      // Over plain HTTP there is no clipboard, and a browser may refuse it.
      setState('selected')
    }
  }

  if (!test) {
    return (
      <div class="save-test">
        <button type="button" onClick={() => void write()} disabled={state === 'writing'}>
          {say.saveAsTest}
        </button>
        <p role="status">
          {state === 'writing' && say.writing}
          {typeof state === 'object' && `${say.writeFailed} ${state.why}`}
        </p>
      </div>
    )
  }
  return (
    <section class="save-test" aria-labelledby="test-title">
      <h4 id="test-title">{say.testTitle}</h4>
      <p class="small">{say.testHint}</p>
      {test.differences.length > 0 && (
        <div class="differs">
          <p>{say.testDiffers}</p>
          <ul>
            {test.differences.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </div>
      )}
      <textarea
        ref={text}
        readOnly
        rows={12}
        wrap="off"
        aria-labelledby="test-title"
        value={test.text}
      />
      <p class="buttons">
        <button type="button" onClick={() => void copy()}>
          {say.copy}
        </button>
        <button type="button" onClick={() => download('rules.test.yaml', test.text)}>
          {say.download} rules.test.yaml
        </button>
      </p>
      <p role="status">
        {state === 'copied' && say.copied}
        {state === 'selected' && say.copyByKeys}
      </p>
    </section>
  )
}
