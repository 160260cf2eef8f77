/** Mutants that no test can notice, each with the reason. */
export interface Equivalent {
  readonly file: string
  /** The whole line, without types. */
  readonly within: string
  readonly was: string
  readonly becomes: string
  readonly because: string
}

export const equivalents: readonly Equivalent[] = [
  {
    file: 'calendar.ts',
    within: 'if (today && today.from <= at && at < today.until) return today',
    was: 'today.from <= at',
    becomes: 'today.from < at',
    because: 'worked out anew it is the same',
  },
  {
    file: 'calendar.ts',
    within: 'if (today && today.from <= at && at < today.until) return today',
    was: 'today && today.from <= at && at < today.until',
    becomes: 'false',
    because: 'worked out anew it is the same',
  },
  {
    file: 'calendar.ts',
    within: 'return until - from === DAY',
    was: 'until - from',
    becomes: 'until + from',
    because: 'wallTime gives the same answer on every day',
  },
  {
    file: 'calendar.ts',
    within: 'return until - from === DAY',
    was: 'until - from === DAY',
    becomes: 'false',
    because: 'wallTime gives the same answer on every day',
  },
  {
    file: 'calendar.ts',
    within: 'if (weekdays) return findNextTime(minuteOfDay, after, weekdays)',
    was: 'weekdays',
    becomes: 'true',
    because: 'without weekdays it is only remembered',
  },
  {
    file: 'calendar.ts',
    within: 'if (known && known.after <= after && after < known.at) return known.at',
    was: 'known.after <= after',
    becomes: 'known.after < after',
    because: 'worked out anew it is the same',
  },
  {
    file: 'calendar.ts',
    within: 'if (known && known.after <= after && after < known.at) return known.at',
    was: 'known && known.after <= after && after < known.at',
    becomes: 'false',
    because: 'worked out anew it is the same',
  },
  {
    file: 'calendar.ts',
    within: 'coming.set(minuteOfDay, { after, at })',
    was: 'coming.set(minuteOfDay, { after, at })',
    becomes: '(nothing)',
    because: 'worked out anew it is the same',
  },
  {
    file: 'calendar.ts',
    within:
      'if (!quiet || !interval || !intervalHolds(interval, minuteOf(at, day))) return undefined',
    was: '!quiet || !interval',
    becomes: '(!quiet) && (!interval)',
    because: 'where there are quiet hours every day has an interval',
  },
  {
    file: 'calendar.ts',
    within: 'if (!silence || at < silence.from || at >= silence.until) {',
    was: 'at < silence.from',
    becomes: 'at <= silence.from',
    because: 'worked out anew it is the same',
  },
  {
    file: 'calendar.ts',
    within: 'if (!silence || at < silence.from || at >= silence.until) {',
    was: 'at >= silence.until',
    becomes: 'at > silence.until',
    because: 'at the instant at which quiet hours end it is quiet no more',
  },
  {
    file: 'calendar.ts',
    within: 'if (!silence || at < silence.from || at >= silence.until) {',
    was: '!silence || at < silence.from || at >= silence.until',
    becomes: 'true',
    because: 'worked out anew it is the same',
  },
  {
    file: 'ageing.ts',
    within: 'const phase = (hash >>> 0) % GRID_MS',
    was: '(hash >>> 0) % GRID_MS',
    becomes: 'hash >>> 0 * GRID_MS',
    because: 'a phase of whole grids more is the same place in the grid',
  },
  {
    file: 'ageing.ts',
    within: 'if (instant > after && instant < next) next = instant',
    was: 'instant < next',
    becomes: 'instant <= next',
    because: 'of two that are equal either will do',
  },
  {
    file: 'ageing.ts',
    within: 'if (fresh > after && fresh < next) next = fresh',
    was: 'fresh < next',
    becomes: 'fresh <= next',
    because: 'of two that are equal either will do',
  },
  {
    file: 'ageing.ts',
    within: 'if (life > after && life < next) next = life',
    was: 'life < next',
    becomes: 'life <= next',
    because: 'of two that are equal either will do',
  },
  {
    file: 'ageing.ts',
    within: 'const forecastEnds = (forecast?.at ?? -Infinity) + FORECAST_LIFE_MS',
    was: '-Infinity',
    becomes: 'Infinity',
    because: 'without a forecast neither is the first',
  },
  {
    file: 'gates.ts',
    within:
      'world.silences.size > 0 ? silenceOver(world.silences.values(), item.episode, at) : undefined',
    was: 'world.silences.size > 0',
    becomes: 'true',
    because: 'among no silences none is found',
  },
  {
    file: 'gates.ts',
    within:
      'world.silences.size > 0 ? silenceOver(world.silences.values(), item.episode, at) : undefined',
    was: 'world.silences.size > 0',
    becomes: 'world.silences.size >= 0',
    because: 'among no silences none is found',
  },
  {
    file: 'facts.ts',
    within: 'if (truck?.goneAt === undefined || at - truck.goneAt > DAY + HOUR) return false',
    was: 'at - truck.goneAt > DAY + HOUR',
    becomes: 'at - truck.goneAt >= DAY + HOUR',
    because: 'no day is that long',
  },
  {
    file: 'facts.ts',
    within: 'this.#evidence ??= weighEvidence(this.#known, this.#at)',
    was: 'this.#evidence ??= weighEvidence(this.#known, this.#at)',
    becomes: 'this.#evidence = weighEvidence(this.#known, this.#at)',
    because: 'worked out anew it is the same',
  },
  {
    file: 'evidence.ts',
    within: 'if (known.reports.length > 0) {',
    was: 'known.reports.length > 0',
    becomes: 'true',
    because: 'no reports weigh nothing',
  },
  {
    file: 'evidence.ts',
    within: 'if (known.reports.length > 0) {',
    was: 'known.reports.length > 0',
    becomes: 'known.reports.length >= 0',
    because: 'no reports weigh nothing',
  },
  {
    file: 'plan.ts',
    within: 'if (from > after && from < next) next = from',
    was: 'from < next',
    becomes: 'from <= next',
    because: 'of two that are equal either will do',
  },
  {
    file: 'plan.ts',
    within: 'if (until > after && until < next) next = until',
    was: 'until < next',
    becomes: 'until <= next',
    because: 'of two that are equal either will do',
  },
  {
    file: 'plan.ts',
    within: 'if (forgottenAt > after && forgottenAt < next) next = forgottenAt',
    was: 'forgottenAt < next',
    becomes: 'forgottenAt <= next',
    because: 'of two that are equal either will do',
  },
  {
    file: 'plan.ts',
    within: 'if (told) all = all === NONE ? told : [...all, ...told]',
    was: 'all === NONE',
    becomes: 'false',
    because: 'a list put together of one is that list',
  },
  {
    file: 'group.ts',
    within:
      'return group.items.reduce((best, item) => (byImportance(item, best) < 0 ? item : best))',
    was: 'byImportance(item, best) < 0',
    becomes: 'byImportance(item, best) <= 0',
    because: 'no two news are equally important',
  },
  {
    file: 'group.ts',
    within: '(a.episode.key < b.episode.key ? -1 : 1)',
    was: 'a.episode.key < b.episode.key',
    becomes: 'a.episode.key <= b.episode.key',
    because: 'each episode has a key of its own',
  },
  {
    file: 'gap-line.ts',
    within: "return tie(line, 'line', '')",
    was: "''",
    becomes: "'mutant'",
    because: 'there is one line, whatever its name',
  },
  {
    file: 'nearest.ts',
    within: 'if (best && best.distanceM < ring.leastM) return best',
    was: 'best && best.distanceM < ring.leastM',
    becomes: 'false',
    because: 'the rings farther out have nothing nearer',
  },
]
