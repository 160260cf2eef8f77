/** A query's plain values; a key given twice or more counts as its first. */
export function textsOf(query: unknown): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries((query ?? {}) as Record<string, unknown>).map(([key, value]) => {
      const first: unknown = Array.isArray(value) ? value[0] : value
      return [key, typeof first === 'string' ? first : undefined]
    }),
  )
}
