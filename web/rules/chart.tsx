/** A station's month: a lane for each container, with its level, its rules' states, and marks to ask. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { DAY } from '#src/stations/time.ts'
import { localeOf } from '#src/wording/status-text.ts'
import { type ChartFacts, type Lane, type Mark, type Move, neighbour } from './marks.ts'
import { markName } from './mark-words.ts'
import type { Page } from './page.ts'

interface Props {
  readonly page: Page
  readonly facts: ChartFacts
  readonly title: string
  readonly laneTitle: (lane: Lane) => string
  readonly chosen: string | undefined
  /** The mark that Tab comes to. */
  readonly current: string | undefined
  readonly onCurrent: (id: string) => void
  readonly onChoose: (mark: Mark) => void
}

const LEVEL_HEIGHT = 56
const STRIP_HEIGHT = 12
const TITLE_HEIGHT = 22
const LANE_GAP = 20
const AXIS_HEIGHT = 22
const TOUCH = 24

const MOVES: Readonly<Record<string, Move>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'first',
  End: 'last',
}

export function Chart(props: Props) {
  const { page, facts, title, laneTitle, chosen, current, onCurrent, onChoose } = props
  const frame = useRef<HTMLDivElement>(null)
  const width = useWidth(frame)
  const tops: number[] = []
  let height = 0
  for (const lane of facts.lanes) {
    tops.push(height)
    height += laneHeight(lane) + LANE_GAP
  }
  const x = (at: number): number => {
    const share = (at - facts.from) / (facts.to - facts.from)
    return Math.round(Math.min(1, Math.max(0, share)) * (width - TOUCH) * 10) / 10 + TOUCH / 2
  }
  const tabbed = facts.marks.find(({ id }) => id === current) ?? facts.marks[0]

  const focus = (mark: Mark): void => {
    onCurrent(mark.id)
    frame.current!.querySelector<SVGElement>(`#mark-${mark.id}`)?.focus()
  }
  const onKey = (event: KeyboardEvent, mark: Mark): void => {
    const move = MOVES[event.key]
    if (move) focus(neighbour(facts.marks, mark, move))
    else if (event.key === 'Enter' || event.key === ' ') onChoose(mark)
    else return
    event.preventDefault()
  }

  return (
    <div class="chart" ref={frame}>
      <svg
        width={width}
        height={height + AXIS_HEIGHT}
        role="group"
        aria-label={page.say.chartName(title, facts.marks.length)}
        aria-describedby="chart-help"
      >
        <Hatching />
        <Days page={page} facts={facts} x={x} height={height} />
        {facts.lanes.map((lane, i) => (
          <LaneDrawing
            key={lane.containerId ?? 'station'}
            page={page}
            lane={lane}
            title={laneTitle(lane)}
            top={tops[i]!}
            width={width}
            x={x}
          />
        ))}
        {facts.marks.map((mark) => {
          const lane = facts.lanes[mark.lane]!
          const y = tops[mark.lane]! + TITLE_HEIGHT
          return (
            <g
              key={mark.id}
              id={`mark-${mark.id}`}
              role="button"
              tabIndex={mark === tabbed ? 0 : -1}
              aria-label={markName(page, mark, laneTitle(lane))}
              aria-pressed={mark.id === chosen}
              class={mark.id === chosen ? 'mark chosen' : 'mark'}
              onKeyDown={(event) => onKey(event, mark)}
              onFocus={() => onCurrent(mark.id)}
              onClick={() => {
                onCurrent(mark.id)
                onChoose(mark)
              }}
            >
              {mark.kind === 'held' ? (
                <HeldBar mark={mark} lane={lane} y={y} x={x} />
              ) : (
                <SaidSign mark={mark} x={x(mark.at)} y={y + 8} />
              )}
            </g>
          )
        })}
      </svg>
    </div>
  )
}

function useWidth(frame: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(640)
  useEffect(() => {
    const seen = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)))
    seen.observe(frame.current!)
    return () => seen.disconnect()
  }, [])
  return width
}

function levelHeight({ points, containerId }: Lane): number {
  return containerId === undefined && points.length === 0 ? TOUCH : LEVEL_HEIGHT
}

function laneHeight(lane: Lane): number {
  return TITLE_HEIGHT + levelHeight(lane) + lane.strips.length * STRIP_HEIGHT
}

/** Held back is hatched, so that it is told apart without colours. */
function Hatching() {
  return (
    <defs>
      <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse">
        <rect width="6" height="6" class="hatch-ground" />
        <path d="M-1 7L7 -1M-1 1L1 -1M5 7L7 5" class="hatch-line" />
      </pattern>
    </defs>
  )
}

type Place = (at: number) => number

function Days({
  page,
  facts,
  x,
  height,
}: {
  readonly page: Page
  readonly facts: ChartFacts
  readonly x: Place
  readonly height: number
}) {
  const { from, to } = facts
  const days = Math.max(1, Math.round((to - from) / DAY))
  const room = (x(to) - x(from)) / days
  const every = Math.max(1, Math.ceil(46 / room))
  const label = new Intl.DateTimeFormat(localeOf(page.language), {
    timeZone: page.timeZone,
    day: 'numeric',
    month: 'short',
  })
  return (
    <g aria-hidden="true">
      {Array.from({ length: Math.floor(days / every) }, (_, i) => from + i * every * DAY).map(
        (at) => (
          <g key={at}>
            <path class="day" d={`M${x(at)} 0V${height}`} />
            <text class="axis" x={x(at)} y={height + 14}>
              {label.format(at)}
            </text>
          </g>
        ),
      )}
    </g>
  )
}

function LaneDrawing({
  page,
  lane,
  title,
  top,
  width,
  x,
}: {
  readonly page: Page
  readonly lane: Lane
  readonly title: string
  readonly top: number
  readonly width: number
  readonly x: Place
}) {
  const y = top + TITLE_HEIGHT
  const high = levelHeight(lane)
  const isEmpty = lane.containerId !== undefined && lane.points.length === 0
  return (
    <g aria-hidden="true">
      <text class="lane-title" x={TOUCH / 2} y={top + 14}>
        {title}
      </text>
      <rect class="lane" x={TOUCH / 2} y={y} width={Math.max(0, width - TOUCH)} height={high} />
      {lane.points.length > 0 && (
        <>
          <path class="limit" d={`M${TOUCH / 2} ${y + high * 0.15}H${width - TOUCH / 2}`} />
          <path class="level" d={linePath(lane, y, high, x)} />
        </>
      )}
      {isEmpty && (
        <text class="axis" x={TOUCH} y={y + high / 2 + 4}>
          {page.say.nothingKnown}
        </text>
      )}
      {lane.strips.map(({ ruleId, bands }, i) => (
        <g key={ruleId}>
          {bands.map(({ state, from, to }) => {
            const left = x(Date.parse(from))
            return (
              <rect
                key={from}
                class={`band ${state}`}
                x={left}
                y={y + high + i * STRIP_HEIGHT + 2}
                width={Math.max(1.5, x(Date.parse(to)) - left)}
                height={STRIP_HEIGHT - 3}
              >
                <title>{`${ruleId}: ${page.words.states[state]}`}</title>
              </rect>
            )
          })}
          <text
            class="strip-title"
            x={TOUCH / 2 + 2}
            y={y + high + i * STRIP_HEIGHT + STRIP_HEIGHT - 2}
          >
            {ruleId}
          </text>
        </g>
      ))}
    </g>
  )
}

/** Broken where nothing was known. */
function linePath({ points }: Lane, top: number, high: number, x: Place): string {
  let path = ''
  let isJoined = false
  for (const [at, percent] of points) {
    if (percent === null) {
      isJoined = false
      continue
    }
    const y = top + high - (Math.min(100, Math.max(0, percent)) / 100) * high
    path += `${isJoined ? 'L' : 'M'}${x(at)} ${y.toFixed(1)}`
    if (!isJoined) path += 'h.1'
    isJoined = true
  }
  return path
}

function HeldBar({
  mark,
  lane,
  y,
  x,
}: {
  readonly mark: Extract<Mark, { kind: 'held' }>
  readonly lane: Lane
  readonly y: number
  readonly x: Place
}) {
  const left = x(mark.at)
  const wide = Math.max(4, x(mark.to) - left)
  const strip = Math.max(
    0,
    lane.strips.findIndex(({ ruleId }) => ruleId === mark.ruleId),
  )
  const top = y + levelHeight(lane) + strip * STRIP_HEIGHT
  return (
    <>
      <rect
        class="touch"
        x={left + wide / 2 - Math.max(TOUCH, wide) / 2}
        y={top - 6}
        width={Math.max(TOUCH, wide)}
        height={TOUCH}
      />
      <rect
        class="held"
        x={left}
        y={top + 1}
        width={wide}
        height={STRIP_HEIGHT - 1}
        fill="url(#hatch)"
      />
    </>
  )
}

/** By shape as well as by colour: a disc, a new one with a plus, a gone one crossed out. */
function SaidSign({
  mark,
  x,
  y,
}: {
  readonly mark: Extract<Mark, { kind: 'said' }>
  readonly x: number
  readonly y: number
}) {
  const r = 6.5
  return (
    <>
      <rect class="touch" x={x - TOUCH / 2} y={y - TOUCH / 2} width={TOUCH} height={TOUCH} />
      {mark.said.kind === 'close' ? (
        <rect class={`said ${mark.change}`} x={x - 5.5} y={y - 5.5} width={11} height={11} rx={2} />
      ) : (
        <circle class={`said ${mark.change}`} cx={x} cy={y} r={r} />
      )}
      {mark.change === 'added' && (
        <path class="said-sign" d={`M${x - 3.5} ${y}h7M${x} ${y - 3.5}v7`} />
      )}
      {mark.change === 'moved' && (
        <path class="said-sign" d={`M${x - 3.5} ${y}h7m-2.5 -2.5l2.5 2.5l-2.5 2.5`} />
      )}
      {mark.change === 'gone' && (
        <path class="gone-sign" d={`M${x - 3.2} ${y - 3.2}l6.4 6.4m0 -6.4l-6.4 6.4`} />
      )}
    </>
  )
}
