/** "Did you mean …?" for names that people type. */

/**
 * The name closest to what was typed, by the fewest letters added, dropped, changed or swapped with
 * their neighbour (optimal string alignment); case is no difference, and the part after a slash may
 * stand for the whole. Undefined when nothing is close enough to be worth guessing: two letters, or a
 * third of a longer word, or the beginning of a single name.
 */
export function nearestName(typed: string, names: Iterable<string>): string | undefined {
  const wanted = typed.toLowerCase()
  let best: string | undefined
  let bestDistance = Math.max(wanted.length <= 3 ? 1 : 2, Math.floor(wanted.length / 3)) + 1
  const begun: string[] = []
  for (const name of names) {
    const whole = name.toLowerCase()
    const part = whole.slice(whole.lastIndexOf('/') + 1)
    const distance = Math.min(editDistance(wanted, whole), editDistance(wanted, part))
    if (distance < bestDistance) {
      best = name
      bestDistance = distance
    }
    if (wanted.length >= 3 && whole.startsWith(wanted)) begun.push(name)
  }
  return best ?? (begun.length === 1 ? begun[0] : undefined)
}

function editDistance(a: string, b: string): number {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, before[j - 2]! + 1)
      }
      row.push(least)
    }
    before = previous
    previous = row
  }
  return previous[b.length]!
}
