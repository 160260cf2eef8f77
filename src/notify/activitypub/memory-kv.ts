/**
 * Fedify's memory: documents of others, signatures understood, activities seen. It holds so much and no
 * more, and nothing of it outlives the process: what others tell of themselves is theirs.
 */
import { isDeepStrictEqual } from 'node:util'
import type { KvKey, KvStore } from '@fedify/fedify'

interface Entry {
  readonly key: KvKey
  readonly value: unknown
  readonly until: number
}

/** `most` entries; the oldest goes first. `nowMs` counts from anywhere. */
export function openMemoryKv(most: number, nowMs: () => number = () => performance.now()): KvStore {
  const entries = new Map<string, Entry>()

  function find(key: KvKey): Entry | undefined {
    const name = JSON.stringify(key)
    const entry = entries.get(name)
    if (entry && entry.until <= nowMs()) entries.delete(name)
    else return entry
    return undefined
  }

  const set: KvStore['set'] = async (key, value, options) => {
    const name = JSON.stringify(key)
    const ttl = options?.ttl?.total('milliseconds') ?? Infinity
    entries.delete(name)
    entries.set(name, { key, value, until: nowMs() + ttl })
    if (entries.size > most) entries.delete(entries.keys().next().value!)
  }

  return {
    get: async <T>(key: KvKey) => find(key)?.value as T | undefined,
    set,
    async delete(key) {
      entries.delete(JSON.stringify(key))
    },
    async cas(key, expected, value, options) {
      if (!isDeepStrictEqual(find(key)?.value, expected)) return false
      await set(key, value, options)
      return true
    },
    async *list(prefix = [] as unknown as KvKey) {
      for (const { key, value, until } of [...entries.values()]) {
        if (until <= nowMs() || !prefix.every((part, i) => key[i] === part)) continue
        yield { key, value }
      }
    },
  }
}
