import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { chromiumPath, openBrowser } from '#tests/support/browser.ts'
import { clockAt, DAY_NAME, type DayTown } from '#tests/support/day-town.ts'
import { openDay } from '#tests/support/ridden-day.ts'
import { until } from '#tests/support/until.ts'
import { jpeg, SECRET_PLACE } from '../../pickups/day/photos.ts'
import { eventsKept, openPhone, type Phone, stopsNow } from './phone.ts'

const SOON_MS = 10_000

describe.skipIf(chromiumPath === undefined)('photos on the rider’s phone', () => {
  let browser: Browser
  let day: DayTown
  let phone: Phone

  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    day = await openDay(2)
    phone = await openPhone(browser, day)
  })
  afterEach(async () => {
    expect(phone.complaints).toEqual([])
    await phone[Symbol.asyncDispose]()
    await day[Symbol.asyncDispose]()
  })

  const shows = (text: string) => phone.tab().getByText(text).first().waitFor({ timeout: SOON_MS })
  /** Opens the page; gives the stop that is next. */
  async function open(): Promise<any> {
    const tab = await phone.open()
    const heading = tab.locator('.stop h1').filter({ hasText: 'Provgatan' })
    await heading.waitFor({ timeout: SOON_MS })
    const address = await heading.textContent()
    return (await stopsNow(day)).find(({ person }) => person?.address === address)
  }
  const photosOf = async (id: string): Promise<string[]> =>
    (await stopsNow(day)).find((stop) => stop.id === id).photos
  async function take(picture: Buffer): Promise<void> {
    const chooser = phone.tab().waitForEvent('filechooser')
    await phone.tab().click('#photo')
    await (await chooser).setFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: picture })
  }

  test('are taken without a network, small and without a place, and sent after what was told', async () => {
    const { id } = await open()
    await phone.offline()
    const picture = await phonePicture(phone.tab())
    expect(picture.includes(SECRET_PLACE)).toBe(true)
    await take(picture)
    await shows('Utan nät: 1 foto väntar')
    await phone.tab().click('#arrived')
    await shows('Utan nät: 1 händelse väntar, 1 foto väntar')
    await phone.online()
    await shows('Allt skickat')
    const stop = (await stopsNow(day)).find((one) => one.id === id)
    expect([stop.state, stop.photos.length]).toEqual(['arrived', 1])
    const kept = await day.ask('GET', `/stops/${id}/photos/${stop.photos[0]}`)
    expect(kept.headers.get('content-type')).toBe('image/jpeg')
    expect(kept.json.includes(SECRET_PLACE)).toBe(false)
    expect(sizeOf(kept.json)).toEqual({ width: 1600, height: 800 })
  })

  test('are read from the disk to be sent, and at no tap', async () => {
    await open()
    await phone.offline()
    // What was told goes first, so no photo is tried before it.
    await phone.tab().click('#arrived')
    await shows('Utan nät: 1 händelse väntar')
    await phone.tab().evaluate(COUNT_PICTURES)
    await take(await phonePicture(phone.tab()))
    await shows('Utan nät: 1 händelse väntar, 1 foto väntar')
    await phone.tab().click('#done')
    await shows('Utan nät: 2 händelser väntar, 1 foto väntar')
    expect(await phone.tab().evaluate('picturesRead')).toBe(0)
    await phone.online()
    await shows('Allt skickat')
  })

  test('one for which a proxy has no room holds up no other, is told, and is tried again', async () => {
    const { id } = await open()
    let large: string | undefined
    let isNarrow = true
    await phone.context.route(/\/photos\?photo=/, (route) => {
      large ??= route.request().url()
      if (!isNarrow || route.request().url() !== large) return route.continue()
      return route.fulfill({ status: 413, contentType: 'text/html', body: '<h1>413</h1>' })
    })
    await take(await phonePicture(phone.tab()))
    await shows('Kommer inte fram: 1 foto väntar')
    await take(await phonePicture(phone.tab()))
    await until(async () => (await photosOf(id)).length === 1, SOON_MS)
    await shows('Något på vägen till servern tar inte emot så stora filer (413)')
    await shows('Kommer inte fram: 1 foto väntar')
    isNarrow = false
    await phone.context.clock.setFixedTime(clockAt('10:15'))
    await phone.tab().evaluate(`dispatchEvent(new Event('online'))`)
    await shows('Allt skickat')
    expect(await photosOf(id)).toHaveLength(2)
  })

  test('that an older page kept get there, and so does what it was told', async () => {
    const [stop] = await stopsNow(day)
    const at = clockAt('09:58')
    const on = { day: DAY_NAME, stop: stop.id, at }
    const event = { ...on, id: 'event-of-old', bike: 'bike-1', kind: 'arrived', planVersion: 1 }
    const old = await phone.context.newPage()
    await old.goto(`${phone.url}/favicon.svg`)
    const kept = {
      event: { told: event, way: { state: 'waiting' } },
      photos: [
        { ...on, id: 'photo-waiting', way: { state: 'waiting' } },
        { ...on, id: 'photo-sent', way: { state: 'sent', at } },
      ],
      bytes: jpeg().toString('base64'),
    }
    await old.evaluate(`(${KEEP_AS_OF_OLD})(${JSON.stringify(kept)})`)
    await old.close()
    await open()
    await until(async () => (await photosOf(stop.id)).length > 0, SOON_MS)
    expect(await photosOf(stop.id)).toEqual(['photo-waiting'])
    expect((await eventsKept(day)).map(({ id }) => id)).toEqual(['event-of-old'])
  })
})

/** Counts what is read of the database that is a picture. */
const COUNT_PICTURES = `(() => {
  globalThis.picturesRead = 0
  for (const name of ['get', 'getAll']) {
    const real = IDBObjectStore.prototype[name]
    IDBObjectStore.prototype[name] = function (...asked) {
      const request = real.apply(this, asked)
      request.addEventListener('success', () => {
        const read = [request.result].flat()
        picturesRead += read.filter((one) => (one?.bytes ?? one) instanceof ArrayBuffer).length
      })
      return request
    }
  }
})()`

/** The database of version 1, which had pictures in the photos themselves. */
const KEEP_AS_OF_OLD = `({ event, photos, bytes }) => new Promise((resolve, reject) => {
  const opening = indexedDB.open('kvitter-rider', 1)
  opening.onerror = () => reject(opening.error)
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore('events', { autoIncrement: true })
    opening.result.createObjectStore('photos', { keyPath: 'id' })
    opening.result.createObjectStore('notes')
  }
  opening.onsuccess = () => {
    const db = opening.result
    const tx = db.transaction(['events', 'photos'], 'readwrite')
    tx.objectStore('events').add(event)
    for (const photo of photos) {
      const isThere = photo.way.state === 'waiting'
      const picture = isThere ? Uint8Array.fromBase64(bytes).buffer : new ArrayBuffer(0)
      tx.objectStore('photos').put({ ...photo, bytes: picture })
    }
    tx.oncomplete = () => {
      db.close()
      resolve()
    }
  }
})`

/** As a phone takes it: large, and with where it was taken. */
async function phonePicture(tab: Page): Promise<Buffer> {
  const base64 = await tab.evaluate<string>(`(() => {
    const canvas = document.createElement('canvas')
    canvas.width = 3200
    canvas.height = 1600
    canvas.getContext('2d').fillRect(10, 10, 900, 900)
    return canvas.toDataURL('image/jpeg').split(',')[1]
  })()`)
  const plain = Buffer.from(base64, 'base64')
  const note = Buffer.from(SECRET_PLACE, 'latin1')
  const head = Buffer.from([0xff, 0xfe, 0, note.length + 2])
  return Buffer.concat([plain.subarray(0, 2), head, note, plain.subarray(2)])
}

/** Of a JPEG, by its frame header. */
function sizeOf(jpeg: Buffer): { readonly width: number; readonly height: number } {
  for (let at = 2; at < jpeg.length; at += 2 + jpeg.readUInt16BE(at + 2)) {
    if (jpeg[at + 1] !== 0xc0 && jpeg[at + 1] !== 0xc2) continue
    return { height: jpeg.readUInt16BE(at + 5), width: jpeg.readUInt16BE(at + 7) }
  }
  throw new Error('a JPEG without a frame')
}
