/**
 * What the phone keeps (IndexedDB): today's plan, and what the rider told until the server has it. A tap
 * is answered when it lies here.
 */
import {
  type DBSchema,
  deleteDB,
  type IDBPDatabase,
  type IDBPTransaction,
  openDB,
  type StoreNames,
} from 'idb'
import type { EpochMs } from '#src/stations/time.ts'
import type { Item } from './day.ts'
import type { KeptDay } from './news.ts'
import { nextInstant, type QueuedEvent, type QueuedPhoto, type Told, type Way } from './queue.ts'

interface Schema extends DBSchema {
  /** In the order in which they were told. */
  events: { key: number; value: QueuedEvent }
  photos: { key: string; value: QueuedPhoto }
  /** Of photos that wait, by their ids: apart, so that looking through those reads no picture. */
  bytes: { key: string; value: ArrayBuffer }
  notes: { key: string; value: unknown }
}

export interface KeptEvent extends QueuedEvent {
  /** Its place in the queue. */
  readonly no: number
}

export interface Keep {
  day(): Promise<KeptDay | undefined>
  keepDay(day: KeptDay): Promise<void>
  items(): Promise<readonly Item[]>
  keepItems(items: readonly Item[]): Promise<void>
  /** Which bike the rider chose, and for which day. */
  choice(): Promise<{ readonly day: string; readonly bike: string } | undefined>
  choose(day: string, bike: string): Promise<void>
  events(): Promise<readonly KeptEvent[]>
  /** Its time is later than that of all before. Resolves when it is on disk. */
  tell(told: Omit<Told, 'at'>, teller: string, now: EpochMs): Promise<void>
  settleEvent(no: number, way: Way): Promise<void>
  dropEvent(no: number): Promise<void>
  photos(): Promise<readonly QueuedPhoto[]>
  keepPhoto(photo: QueuedPhoto, bytes: ArrayBuffer): Promise<void>
  photoBytes(id: string): Promise<ArrayBuffer | undefined>
  /** A photo that has got there, or is refused, isn't needed on the phone any more. */
  settlePhoto(id: string, way: Way): Promise<void>
  dropPhoto(id: string): Promise<void>
  /** Everything that is of another day than `today`, but for what still waits or wants to be seen. */
  tidy(today: string): Promise<void>
  /** Everything. */
  clear(): Promise<void>
}

const NAME = 'kvitter-rider'
const STRICT = { durability: 'strict' } as const

/** `onBlocking`: a newer page needs another shape of it, or it is cleared; this one has let go of it. */
export async function openKeep(onBlocking: () => void): Promise<Keep> {
  const db = await openDB<Schema>(NAME, 2, {
    async upgrade(raised, from, _to, tx) {
      if (from < 1) {
        raised.createObjectStore('events', { autoIncrement: true })
        raised.createObjectStore('photos', { keyPath: 'id' })
        raised.createObjectStore('notes')
      }
      raised.createObjectStore('bytes')
      await movePictures(tx)
    },
    blocking(_version, _newer, { target }) {
      ;(target as IDBDatabase).close()
      onBlocking()
    },
  })
  return keepIn(db)
}

/** At first they lay in the photos themselves. */
async function movePictures(
  tx: IDBPTransaction<Schema, StoreNames<Schema>[], 'versionchange'>,
): Promise<void> {
  for await (const cursor of tx.objectStore('photos').iterate()) {
    const { bytes, ...photo } = cursor.value as QueuedPhoto & { readonly bytes: ArrayBuffer }
    if (photo.way.state === 'waiting') await tx.objectStore('bytes').put(bytes, photo.id)
    await cursor.update(photo)
  }
}

function keepIn(db: IDBPDatabase<Schema>): Keep {
  const note = async <Value>(key: string) => (await db.get('notes', key)) as Value | undefined
  const write = async (key: string, value: unknown) => {
    await db.put('notes', value, key)
  }

  async function events(): Promise<readonly KeptEvent[]> {
    const tx = db.transaction('events')
    const [keys, values] = await Promise.all([tx.store.getAllKeys(), tx.store.getAll()])
    return values.map((event, i) => ({ ...event, no: keys[i]! }))
  }

  return {
    day: () => note('day'),
    keepDay: (day) => write('day', day),
    items: async () => (await note<readonly Item[]>('items')) ?? [],
    keepItems: (items) => write('items', items),
    choice: () => note('choice'),
    choose: (day, bike) => write('choice', { day, bike }),
    events,
    async tell(told, teller, now) {
      const tx = db.transaction('events', 'readwrite', STRICT)
      const last = await tx.store.openCursor(null, 'prev')
      const at = nextInstant(now, last?.value.told.at)
      await tx.store.add({ told: { ...told, at }, teller, way: { state: 'waiting' } })
      await tx.done
    },
    async settleEvent(no, way) {
      const tx = db.transaction('events', 'readwrite', STRICT)
      const event = await tx.store.get(no)
      if (event) await tx.store.put({ ...event, way }, no)
      await tx.done
    },
    dropEvent: (no) => db.delete('events', no),
    async photos() {
      const all = await db.getAll('photos')
      return all.toSorted((a, b) => a.at - b.at)
    },
    async keepPhoto(photo, bytes) {
      const tx = db.transaction(['photos', 'bytes'], 'readwrite', STRICT)
      await tx.objectStore('photos').put(photo)
      await tx.objectStore('bytes').put(bytes, photo.id)
      await tx.done
    },
    photoBytes: (id) => db.get('bytes', id),
    async settlePhoto(id, way) {
      const tx = db.transaction(['photos', 'bytes'], 'readwrite', STRICT)
      const photo = await tx.objectStore('photos').get(id)
      if (photo) await tx.objectStore('photos').put({ ...photo, way })
      if (way.state !== 'waiting') await tx.objectStore('bytes').delete(id)
      await tx.done
    },
    // What is settled has no bytes any more.
    dropPhoto: (id) => db.delete('photos', id),
    async tidy(today) {
      const kept = await note<KeptDay>('day')
      if (kept && kept.day.day !== today) await db.delete('notes', 'day')
      for (const { no, told, way } of await events()) {
        if (told.day !== today && way.state === 'sent') await db.delete('events', no)
      }
      for (const { id, day, way } of await db.getAll('photos')) {
        if (day !== today && way.state === 'sent') await db.delete('photos', id)
      }
    },
    async clear() {
      db.close()
      await deleteDB(NAME)
    },
  }
}
