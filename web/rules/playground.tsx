/** Draft, check, trial and explanation, held together: what is typed is checked, and what is right is played. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { DAY } from '#src/stations/time.ts'
import { Changes } from './changes.tsx'
import { Chart } from './chart.tsx'
import { ask, check, type Checked, fetchRules, Refused, type Trial } from './client.ts'
import { keepDraft, readDraft } from './draft.ts'
import { Editor } from './editor.tsx'
import { Explanation } from './explanation.tsx'
import { FactsTable } from './facts-table.tsx'
import { changedLines, chartOf, type Lane, type Mark } from './marks.ts'
import type { Page } from './page.ts'
import { download } from './save.ts'
import { WholeTown } from './town.tsx'
import { SaveAsTest } from './written-test.tsx'

const CHECK_AFTER_MS = 350
const TRY_AGAIN_MS = 4000
const SPANS = [7, 14, 30] as const

interface InForce {
  readonly rules: string
  readonly hash: string
}

export function Playground({ page }: { readonly page: Page }) {
  const { say } = page
  const [inForce, setInForce] = useState<InForce>()
  const [isFailed, setFailed] = useState(false)
  useEffect(() => {
    fetchRules().then(setInForce, () => setFailed(true))
  }, [])
  if (isFailed) return <p role="alert">{say.loadFailed}</p>
  if (!inForce) return <p role="status">{say.loading}</p>
  return <Desk page={page} inForce={inForce} />
}

type Playing =
  { readonly kind: 'idle' | 'playing' } | { readonly kind: 'failed'; readonly why: string }

function Desk({ page, inForce }: { readonly page: Page; readonly inForce: InForce }) {
  const { say } = page
  const kept = useMemo(readDraft, [])
  const [text, setText] = useState(kept?.text ?? inForce.rules)
  const [base, setBase] = useState(kept?.base ?? inForce.hash)
  const { checked, isChecking, trouble } = useCheck(text)
  const [station, setStation] = useState(() => wishedStation(page))
  const [days, setDays] = useState<number>(30)
  const span = useMemo(() => spanOf(page, days), [page, days])
  const isFaulty = (checked?.faults.length ?? 0) > 0
  const ready = checked && !isChecking && !isFaulty ? checked.hash : undefined
  const { trial, tookMs, playing } = useTrial({
    rules: text,
    against: inForce.rules,
    station,
    span,
    ready,
  })
  const [current, setCurrent] = useState<string>()
  const [chosen, setChosen] = useState<string>()
  const [wanted, setWanted] = useState<number>()
  const panel = useRef<HTMLElement>(null)

  const facts = useMemo(() => trial && chartOf(trial), [trial])
  const shown = page.stations.find(({ id }) => id === trial?.stationId)
  const laneTitle = ({ containerId }: Lane): string =>
    containerId === undefined
      ? say.stationLane
      : (shown?.containers.find(({ id }) => id === containerId)?.title ?? containerId)
  const mark = facts?.marks.find(({ id }) => id === chosen)

  const write = (next: string): void => {
    setText(next)
    keepDraft(next === inForce.rules ? undefined : { text: next, base, at: Date.now() })
  }
  const startOver = (): void => {
    setBase(inForce.hash)
    setText(inForce.rules)
    keepDraft(undefined)
  }
  const choose = (next: Mark): void => {
    setCurrent(next.id)
    setChosen(next.id)
    requestAnimationFrame(() => panel.current?.focus())
  }
  // A change of the whole town's list leads to its mark once that station has been played.
  useEffect(() => {
    if (wanted === undefined || !facts || trial?.stationId !== station) return
    setWanted(undefined)
    const near = facts.marks
      .filter((one) => one.kind === 'said')
      .reduce<Mark | undefined>(
        (a, b) => (a && Math.abs(a.at - wanted) <= Math.abs(b.at - wanted) ? a : b),
        undefined,
      )
    if (near) choose(near)
  }, [wanted, facts, trial, station])

  return (
    <>
      <div class="desk">
        <section class="draft" aria-labelledby="editor-title">
          <h2 id="editor-title">{say.editorTitle}</h2>
          <div class="draft-facts">
            <p>
              {text === inForce.rules
                ? say.unchanged
                : say.changed(changedLines(inForce.rules, text))}
            </p>
            {kept && text === kept.text && text !== inForce.rules && (
              <p class="small">{say.draftKept(page.when(kept.at))}</p>
            )}
            {base !== inForce.hash && text !== inForce.rules && (
              <p class="warned">{say.draftOld}</p>
            )}
            {text !== inForce.rules && (
              <button type="button" class="quiet" onClick={startOver}>
                {say.startOver}
              </button>
            )}
            {trouble && <p role="alert">{say[trouble]}</p>}
          </div>
          <Editor
            page={page}
            text={text}
            checked={checked}
            isChecking={isChecking}
            onChange={write}
          />
        </section>

        <section class="result" aria-labelledby="result-title">
          <h2 id="result-title">{say.resultTitle}</h2>
          <div class="choices">
            <p class="field">
              <label for="station">{say.station}</label>
              <select
                id="station"
                value={station}
                onChange={(event) => setStation(event.currentTarget.value)}
              >
                {page.stations.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
            </p>
            <p class="field">
              <label for="days">{say.days}</label>
              <select
                id="days"
                value={days}
                onChange={(event) => setDays(Number(event.currentTarget.value))}
              >
                {SPANS.map((n) => (
                  <option key={n} value={n}>
                    {say.lastDays(n)}
                  </option>
                ))}
              </select>
            </p>
          </div>
          <p role="status" class="small playing">
            {playing.kind === 'playing' && say.trying}
            {playing.kind === 'failed' && `${say.tryFailed} ${playing.why}`}
            {playing.kind === 'idle' && isFaulty && say.needsFix}
            {playing.kind === 'idle' &&
              !isFaulty &&
              trial &&
              say.tried(page.number(trial.records), page.number(Math.round(tookMs / 10) / 100))}
          </p>
          {trial && facts && shown && (
            <div class={playing.kind === 'playing' ? 'stale' : undefined}>
              {trial.isShortened && (
                <p class="warned">{say.shortened(page.when(Date.parse(trial.from)))}</p>
              )}
              <Changes
                page={page}
                trial={trial}
                facts={facts}
                laneTitle={laneTitle}
                onChoose={choose}
              />
              <h3>{say.chartTitle}</h3>
              <p id="chart-help" class="small">
                {facts.marks.length > 0 ? say.chartHelp : say.nothingSaid}
              </p>
              <Legend page={page} />
              <Chart
                page={page}
                facts={facts}
                title={shown.name}
                laneTitle={laneTitle}
                chosen={chosen}
                current={current}
                onCurrent={setCurrent}
                onChoose={choose}
              />
              <section
                class="explanation"
                aria-labelledby="explanation-title"
                tabIndex={-1}
                ref={panel}
              >
                <h3 id="explanation-title">{say.explanationTitle}</h3>
                {mark ? (
                  <Explanation
                    page={page}
                    mark={mark}
                    laneTitle={laneTitle(facts.lanes[mark.lane]!)}
                  >
                    <p class="buttons">
                      <button
                        type="button"
                        class="quiet"
                        onClick={() =>
                          document.querySelector<SVGElement>(`#mark-${mark.id}`)?.focus()
                        }
                      >
                        {say.back}
                      </button>
                    </p>
                    <SaveAsTest
                      key={`${mark.id} ${text}`}
                      page={page}
                      rules={text}
                      station={trial.stationId}
                      at={mark.at}
                    />
                  </Explanation>
                ) : (
                  <p>{say.choose}</p>
                )}
              </section>
              <FactsTable page={page} facts={facts} laneTitle={laneTitle} onChoose={choose} />
            </div>
          )}
        </section>
      </div>
      <WholeTown
        page={page}
        rules={text}
        inForce={inForce.rules}
        span={span}
        isFaulty={isFaulty}
        onStation={(id, at) => {
          setStation(id)
          setWanted(at)
        }}
      />
      <section class="in-force" aria-labelledby="force-title">
        <h2 id="force-title">{say.forceTitle}</h2>
        <p>{say.forceLead}</p>
        <p class="buttons">
          <button type="button" disabled={isFaulty} onClick={() => download('rules.yaml', text)}>
            {say.download} rules.yaml
          </button>
        </p>
        {isFaulty && <p class="small">{say.forceFirst}</p>}
        <ol>
          {say.forceSteps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      </section>
    </>
  )
}

/** `?station=1490-064` leads straight to one. */
function wishedStation({ stations }: Page): string {
  const wish = new URLSearchParams(location.search).get('station')
  return (stations.find(({ id }) => id === wish) ?? stations[0])?.id ?? ''
}

function spanOf({ now }: Page, days: number): { readonly from: string; readonly to: string } {
  const to = Date.parse(now)
  return { from: new Date(to - days * DAY).toISOString(), to: new Date(to).toISOString() }
}

function useCheck(text: string) {
  const [checked, setChecked] = useState<Checked>()
  const [isChecking, setChecking] = useState(true)
  const [trouble, setTrouble] = useState<'signedOut' | 'unreachable'>()
  useEffect(() => {
    const abort = new AbortController()
    setChecking(true)
    const ask = (): void => {
      check(text, abort.signal).then(
        (answer) => {
          setChecked(answer)
          setChecking(false)
          setTrouble(undefined)
        },
        (error: unknown) => {
          if (abort.signal.aborted) return
          const isOut = error instanceof Refused && error.status === 401
          setTrouble(isOut ? 'signedOut' : 'unreachable')
          timer = setTimeout(ask, TRY_AGAIN_MS)
        },
      )
    }
    let timer = setTimeout(ask, CHECK_AFTER_MS)
    return () => {
      clearTimeout(timer)
      abort.abort(new Error('something newer is asked'))
    }
  }, [text])
  return { checked, isChecking, trouble }
}

/** Plays when the draft is without faults, and again when the draft, the station or the span is another. */
function useTrial({
  rules,
  against,
  station,
  span,
  ready,
}: {
  readonly rules: string
  readonly against: string
  readonly station: string
  readonly span: { readonly from: string; readonly to: string }
  readonly ready: string | null | undefined
}) {
  const [trial, setTrial] = useState<Trial>()
  const [tookMs, setTook] = useState(0)
  const [playing, setPlaying] = useState<Playing>({ kind: 'idle' })
  useEffect(() => {
    if (ready === undefined || station === '') {
      // What was played when a fault was typed has been stopped.
      setPlaying((before) => (before.kind === 'playing' ? { kind: 'idle' } : before))
      return undefined
    }
    const abort = new AbortController()
    const startedAt = performance.now()
    setPlaying({ kind: 'playing' })
    ask<Trial>('/trial', { rules, against, station, ...span }, abort.signal).then(
      (answer) => {
        setTrial(answer)
        setTook(performance.now() - startedAt)
        setPlaying({ kind: 'idle' })
      },
      (error: unknown) => {
        if (abort.signal.aborted) return
        setPlaying({ kind: 'failed', why: (error as Error).message })
      },
    )
    return () => abort.abort(new Error('something newer is asked'))
    // `ready` is the hash of `rules`.
  }, [ready, station, span, against])
  return { trial, tookMs, playing }
}

function Legend({ page }: { readonly page: Page }) {
  const { legend } = page.say
  return (
    <ul class="legend" aria-hidden="true">
      <li class="sign-line">{legend.line}</li>
      <li class="sign-limit">{legend.limit}</li>
      <li class="sign-pending">{legend.pending}</li>
      <li class="sign-active">{legend.active}</li>
      <li class="sign-clearing">{legend.clearing}</li>
      <li class="sign-held">{legend.held}</li>
      <li class="sign-post">{legend.post}</li>
      <li class="sign-added">{legend.added}</li>
      <li class="sign-moved">{legend.moved}</li>
      <li class="sign-gone">{legend.gone}</li>
    </ul>
  )
}
