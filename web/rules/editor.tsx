/** A plain text area with line numbers and faults beside their lines. Tab leaves it, as everywhere. */
import { useRef } from 'preact/hooks'
import type { Checked, Fault } from './client.ts'
import type { Page } from './page.ts'

interface Props {
  readonly page: Page
  readonly text: string
  readonly checked: Checked | undefined
  readonly isChecking: boolean
  readonly onChange: (text: string) => void
}

export function Editor({ page, text, checked, isChecking, onChange }: Props) {
  const { say } = page
  const area = useRef<HTMLTextAreaElement>(null)
  const lines = text.split('\n')
  const faults = checked?.faults ?? []
  const warnings = checked?.warnings ?? []
  const noted = new Map([...warnings, ...faults].map((fault) => [fault.line, fault]))
  const isFault = (fault: Fault): boolean => faults.includes(fault)

  const goTo = ({ line, column }: Fault): void => {
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0)
    const at = start + Math.max(0, (column ?? 1) - 1)
    area.current!.focus()
    area.current!.setSelectionRange(at, at)
  }

  return (
    <div class="editor">
      <label class="editor-label" for="draft">
        {say.editorLabel}
      </label>
      <p id="draft-hint" class="small">
        {say.editorHint}
      </p>
      <div class="sheet">
        <ol class="gutter" aria-hidden="true">
          {lines.map((_, i) => {
            const fault = noted.get(i + 1)
            return <li key={i} class={fault && (isFault(fault) ? 'faulty' : 'doubtful')} />
          })}
        </ol>
        <textarea
          ref={area}
          id="draft"
          value={text}
          rows={lines.length + 1}
          cols={Math.max(60, ...lines.map((line) => line.length + 2))}
          wrap="off"
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          aria-describedby="draft-hint draft-state"
          aria-invalid={faults.length > 0}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
        <div class="notes" aria-hidden="true">
          {[...noted.values()].map((fault) => (
            <span
              key={fault.line}
              class={isFault(fault) ? 'line-note faulty' : 'line-note doubtful'}
              style={{ '--line': String(fault.line - 1) }}
            >
              {fault.message}
            </span>
          ))}
        </div>
      </div>
      <div id="draft-state" role="status" class="draft-state">
        {isChecking || !checked ? (
          <p>{say.checking}</p>
        ) : (
          <p class={faults.length > 0 ? 'faulty' : 'fine'}>
            {faults.length > 0 ? say.faults(faults.length) : say.noFaults(checked.rules)}{' '}
            {warnings.length > 0 && say.warnings(warnings.length)}
          </p>
        )}
      </div>
      {(faults.length > 0 || warnings.length > 0) && (
        <ul class="faults-found">
          {[...faults, ...warnings].map((fault, i) => (
            <li key={i} class={isFault(fault) ? 'faulty' : 'doubtful'}>
              <button type="button" class="plain-button" onClick={() => goTo(fault)}>
                {say.line(fault.line)}
              </button>{' '}
              {fault.field !== '' && <code>{fault.field}</code>} {fault.message}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
