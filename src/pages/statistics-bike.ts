/** What the return bike came to, in whole months: only what may be told in public. */
import { forThePublic, type PublicFigures } from '#src/pickups/booking/public-figures.ts'
import { WAIT_BUCKETS } from '#src/pickups/booking/statistics.ts'
import { monthsOf, type RoundMonth } from '#src/pickups/day/public-figures.ts'
import type { Language } from '#src/stations/fraction.ts'
import { monthOf, type EpochMs } from '#src/stations/time.ts'
import type { BookingDesk } from '#src/store/booking-desk.ts'
import type { Store } from '#src/store/contract.ts'
import { monthText } from '#src/wording/status-text.ts'
import { html, type Html } from './html.ts'
import type { View } from './site.ts'
import { cellBar, partsBar } from './statistics-charts.ts'
import { numbersTable, numberText, shareText } from './statistics-table.ts'
import { STATISTICS_WORDS } from './statistics-words.ts'

export interface BikeFigures {
  /** Oldest first, whole months only. */
  readonly rounds: readonly RoundMonth[]
  /** By month and district. */
  readonly errands: readonly PublicFigures[]
}

const MONTHS = 12

export async function bikeFigures(
  store: Pick<Store, 'dayCounts'>,
  desk: Pick<BookingDesk, 'statistics'>,
  now: EpochMs,
  timeZone: string,
): Promise<BikeFigures> {
  const running = monthOf(now, timeZone)
  const first = Temporal.PlainYearMonth.from(running).subtract({ months: MONTHS }).toString()
  const isShown = ({ month }: { readonly month: string }) => month >= first && month < running
  const [counts, shares] = await Promise.all([
    store.dayCounts(`${first}-01`, `${running}-01`),
    desk.statistics(),
  ])
  return {
    rounds: monthsOf(counts).filter(isShown),
    errands: forThePublic(shares).filter(isShown),
  }
}

export function bikeSection(view: View, figures: BikeFigures): Html {
  const { language } = view
  const words = STATISTICS_WORDS[language]
  const { rounds, errands } = figures
  return html`<section aria-labelledby="bike">
    <h2 id="bike">${words.bikeTitle}</h2>
    <p class="small">${words.bikeText}</p>
    ${
      rounds.length === 0 && errands.length === 0
        ? html`<p>${words.bikeNothing}</p>`
        : html`${roundsPart(view, rounds)} ${waitPart(view, errands)} ${districtPart(view, errands)}`
    }
  </section>`
}

function roundsPart({ language }: View, rounds: readonly RoundMonth[]): Html | undefined {
  if (rounds.length === 0) return undefined
  const words = STATISTICS_WORDS[language]
  return html`${totalsPart(language, rounds)}
    <details>
      <summary>${words.asTable}</summary>
      ${numbersTable(language, {
        caption: words.byMonth,
        heads: [
          words.month,
          `kg ${words.fetched}`,
          `kg ${words.reused}`,
          `km ${words.byBike}`,
          `km ${words.byCar}`,
          words.unserved,
        ],
        rows: rounds.map((m) => [
          monthText(m.month, language),
          m.kg,
          m.reusedKg,
          m.bikeKm,
          m.carKm,
          toldTotal(Object.values(m.unserved)),
        ]),
      })}
    </details>`
}

/** Of the months that are told; nothing where none is, since what is hidden isn't nought. */
function totalsPart(language: Language, rounds: readonly RoundMonth[]): Html | undefined {
  const told = rounds.filter(({ kg }) => kg !== null)
  if (told.length === 0) return undefined
  const words = STATISTICS_WORDS[language]
  const total = (of: (month: RoundMonth) => number | null) => toldSum(told.map(of))
  const [kg, reused] = [total((m) => m.kg), total((m) => m.reusedKg)]
  const [bike, car] = [total((m) => m.bikeKm), total((m) => m.carKm)]
  const number = (n: number, unit: string) => `${numberText(n, language)}\u00A0${unit}`
  return html`<ul class="tiles">
      <li><strong>${number(kg, 'kg')}</strong> ${words.fetched}</li>
      <li>
        <strong>${number(reused, 'kg')}</strong> ${words.reused}${
          kg > 0 && html` (${shareText(reused / kg, language)})`
        }
      </li>
    </ul>
    <div class="compare">
      <p>
        <span>${words.byBike}</span> <strong>${number(bike, 'km')}</strong>
        ${cellBar(bike, Math.max(bike, car), 'good')}
      </p>
      <p>
        <span>${words.byCar}</span> <strong>${number(car, 'km')}</strong>
        ${cellBar(car, Math.max(bike, car), 'bad')}
      </p>
    </div>
    <p class="small">${words.carText}</p>`
}

function waitPart({ language }: View, errands: readonly PublicFigures[]): Html | undefined {
  const words = STATISTICS_WORDS[language]
  const parts = WAIT_BUCKETS.map((bucket, i) => ({
    bucket,
    n: toldTotal(errands.map(({ waited }) => waited[bucket] ?? null)),
    className: `w${i}`,
  }))
  const text = ({ bucket, n }: (typeof parts)[number]) => `${words.waitDays(bucket)}: ${n ?? '–'}`
  const bar = partsBar(
    parts.map(({ n = 0, className }) => ({ n, className })),
    parts.map(text).join(', '),
  )
  if (!bar) return undefined
  return html`<h3>${words.waitTitle}</h3>
    ${bar}
    <ul class="legend">
      ${parts.map(
        (part) =>
          html`<li>
            <span class="key ${part.className}" aria-hidden="true"></span>
            ${text(part)}
          </li>`,
      )}
    </ul>`
}

function districtPart(view: View, errands: readonly PublicFigures[]): Html | undefined {
  if (errands.length === 0) return undefined
  const { language, town } = view
  const words = STATISTICS_WORDS[language]
  const nameOf = (district: string | null) =>
    town.town.areas?.find(({ id }) => id === district)?.name ?? district ?? words.noDistrict
  const districts = [...Map.groupBy(errands, ({ district }) => district)]
  return numbersTable(language, {
    caption: words.byDistrict,
    heads: [
      words.district,
      words.errands,
      words.unserved,
      `kg ${words.fetched}`,
      `kg ${words.reused}`,
      words.waited,
    ],
    rows: districts.map(([district, months]) => [
      nameOf(district),
      toldTotal(months.map(({ errands }) => errands.done)),
      toldTotal(months.map(({ errands }) => errands.unserved)),
      toldTotal(months.map(({ kg }) => kg)),
      toldTotal(months.map(({ reusedKg }) => reusedKg)),
      meanWait(months),
    ]),
  })
}

/** Weighted by errands; of the months in which it is told. */
function meanWait(months: readonly PublicFigures[]): number | undefined {
  const told = months.flatMap(({ waitedDays, errands }) =>
    waitedDays === null || errands.done === null ? [] : [{ waitedDays, n: errands.done }],
  )
  const n = told.reduce((sum, month) => sum + month.n, 0)
  if (n === 0) return undefined
  return Math.round((10 * told.reduce((sum, m) => sum + m.n * m.waitedDays, 0)) / n) / 10
}

function toldSum(figures: readonly (number | null)[]): number {
  return Math.round(10 * figures.reduce<number>((sum, n) => sum + (n ?? 0), 0)) / 10
}

/** Undefined where none is told. */
function toldTotal(figures: readonly (number | null)[]): number | undefined {
  const told = figures.filter((n) => n !== null)
  return told.length === 0 && figures.length > 0 ? undefined : toldSum(told)
}
