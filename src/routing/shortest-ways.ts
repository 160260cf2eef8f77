/** Fastest ways from one node of a city pack to many: Dijkstra with a bucket for each tenth of a second (Dial 1969). */
import type { CityPack } from './city-pack.ts'

export interface Ways {
  /** By target; infinite where there is no way. */
  readonly seconds: Float64Array
  readonly metres: Float64Array
}

export interface WayFinder {
  from(source: number, targets: readonly number[]): Ways
}

/** Keeps its arrays between questions. */
export function wayFinder({ firstEdge, to, dm }: CityPack, ds: Int32Array): WayFinder {
  const nodes = firstEdge.length - 1
  const longest = ds.reduce((most, d) => Math.max(most, d), 1)
  const buckets: number[][] = Array.from({ length: longest + 1 }, () => [])
  const reached = new Int32Array(nodes)
  const far = new Int32Array(nodes)
  const seen = new Int32Array(nodes)
  const settled = new Int32Array(nodes)
  const wanted = new Int32Array(nodes)
  let question = 0
  return {
    from(source, targets) {
      question++
      let left = 0
      for (const target of targets) {
        if (wanted[target] !== question) left++
        wanted[target] = question
      }
      reached[source] = 0
      far[source] = 0
      seen[source] = question
      buckets[0]!.push(source)
      let waiting = 1
      for (let at = 0; waiting > 0 && left > 0; at++) {
        const bucket = buckets[at % buckets.length]!
        while (bucket.length > 0) {
          const node = bucket.pop()!
          waiting--
          if (settled[node] === question || reached[node] !== at) continue
          settled[node] = question
          if (wanted[node] === question) left--
          for (let e = firstEdge[node]!; e < firstEdge[node + 1]!; e++) {
            const next = to[e]!
            const then = at + ds[e]!
            if (seen[next] === question && reached[next]! <= then) continue
            seen[next] = question
            reached[next] = then
            far[next] = far[node]! + dm[e]!
            buckets[then % buckets.length]!.push(next)
            waiting++
          }
        }
      }
      for (const bucket of waiting > 0 ? buckets : []) bucket.length = 0
      const known = (target: number): boolean => settled[target] === question
      return {
        seconds: Float64Array.from(targets, (t) =>
          known(t) ? reached[t]! / 10 : Number.POSITIVE_INFINITY,
        ),
        metres: Float64Array.from(targets, (t) =>
          known(t) ? far[t]! / 10 : Number.POSITIVE_INFINITY,
        ),
      }
    },
  }
}
