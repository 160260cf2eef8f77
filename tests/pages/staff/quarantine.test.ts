/** The quarantine's pages: what came, safely shown, and tried again by the real receiving. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCodecPool } from '#src/ingest/codecs/sandbox/pool.ts'
import { replayQuarantine } from '#src/ingest/replay.ts'
import type { StaffWork } from '#src/pages/staff/register-work.ts'
import type { Rejected } from '#src/stations/reading.ts'
import type { QuarantineTried, TryQuarantine } from '#src/store/quarantine-desk.ts'
import { openHttpTown } from '#tests/support/http-town.ts'
import { byteRows, visibleText } from '#src/pages/staff/quarantine/bytes.ts'
import { openStaffTown, type StaffTown } from '#tests/support/staff-town.ts'

let town: StaffTown
beforeEach(async () => {
  town = await openStaffTown()
})
afterEach(() => town[Symbol.asyncDispose]())

async function refuse(text: string, more: Partial<Rejected> = {}): Promise<void> {
  const bytes = Buffer.from(text)
  await town.append({
    kind: 'rejected',
    rejected: {
      reason: 'unknown-device',
      detail: 'the town has no device new-1',
      topic: 'kvitter/v1/devices/new-1/reading',
      receivedAt: town.now(),
      head: bytes,
      bytes: bytes.length,
      payload: bytes,
      ...more,
    },
  })
}

test('reasons are counted, each with what to do about it', async () => {
  await refuse('{"fillPercent": 40}')
  await refuse('{"fillPercent": 41}')
  await refuse('nonsense', { reason: 'not-json', detail: 'not JSON' })
  const { body } = await town.get('/karantan')
  expect(body).toMatch(/Okänd givare<\/a>.*?<div>2<\/div>.*?Lägg till givaren/s)
  expect(body).toContain('Se efter vad avsändaren är inställd på att skicka.')
  const { body: found } = await town.get('/en/quarantine?reason=not-json')
  expect([...found.matchAll(/<article/g)].length).toBe(1)
})

test('what came is shown as text and bytes, and can do nothing to who looks', async () => {
  await refuse('<script>alert(1)</script>\u202e\u0007 \u00e5', { detail: '<b>bold</b>' })
  const { body } = await town.get('/karantan')
  expect(body).not.toContain('<script>')
  expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;·· å')
  expect(body).toContain('&lt;b&gt;bold&lt;/b&gt;')
  expect(body).toContain('0000  3c 73 63 72 69 70 74 3e')
  expect(visibleText(Uint8Array.of(0xff, 0x41, 0x0a, 0x42))).toBe('\ufffdA\nB')
  expect(byteRows(new Uint8Array(17)).split('\n')[1]).toBe('0010  00')
})

test('lines keep their indentation, and topics turn no line', async () => {
  await refuse('{\n  "fill": 1,\r\n\n  "level": 2\n}', { topic: 'a/\u202eb', detail: 'as \u202ec' })
  const { body } = await town.get('/karantan')
  const shown = /aria-label="Som text">\n([^]*?)<\/pre>/.exec(body)![1]!
  expect(shown.replaceAll('&#10;', '\n').replaceAll('&quot;', '"')).toBe(
    '{\n  "fill": 1,·\n\n  "level": 2\n}',
  )
  expect(body).toContain('<code>a/·b</code>')
  expect(body).toContain('as ·c')
})

test('after the fix all of a reason are tried again, once asked what would come of it', async () => {
  await refuse('{"fillPercent": 40}')
  await refuse('{"fillPercent": "much"}')
  await town.post('/enheter/ny', { id: 'new-1', profile: 'native' })
  const asked = await town.get('/karantan/prova?reason=unknown-device')
  expect(asked.body).toContain(
    '2 meddelanden prövas med staden som den är nu; 1 av dem skulle tas emot.',
  )
  const tried = await town.post('/karantan/prova', { reason: 'unknown-device', sure: 'yes' })
  const { body } = await town.get(tried.to)
  expect(body).toContain('2 prövade: 1 togs emot, 0 fanns redan, 1 avvisades igen.')
  expect(body).toContain('Prövad igen: togs emot')
})

test('one message is tried alone', async () => {
  await refuse('{"fillPercent": 40}')
  await refuse('{"fillPercent": 41}')
  await town.post('/enheter/ny', { id: 'new-1', profile: 'native' })
  const [newest] = await town.store.quarantine({ limit: 1 })
  await town.post('/karantan/prova', { id: String(newest!.id) })
  const all = await town.store.quarantine({ limit: 10 })
  expect(all.map(({ replayed }) => replayed?.outcome)).toEqual(['kept', undefined])
})

test('a sensor’s id that can’t be one finds nothing, and the field says how they are written', async () => {
  await refuse('{"fillPercent": 40}')
  const { status, body } = await town.get('/karantan?device=new%201')
  expect(status).toBe(400)
  expect(body).not.toContain('<article')
  expect(body).toContain('<a href="#device">Skriv givarens id: 1 till 64 bokstäver')
  expect(body).toContain('value="new 1"')
  const other = await town.get('/en/quarantine?device=new-2')
  expect(other.status).toBe(200)
  expect(other.body).toContain('Nothing of the kind is left in quarantine.')
})

test('what would come of it is foreseen once at a time, for whoever asks, until nobody waits', async () => {
  const asked: { readonly reason: unknown; readonly signal: AbortSignal | undefined }[] = []
  const answer = Promise.withResolvers<QuarantineTried>()
  const replay: TryQuarantine = ({ reason }, _dryRun, signal) => {
    asked.push({ reason, signal })
    return asked.length === 1 ? answer.promise : Promise.reject(new Error('once is enough'))
  }
  await using slow = await openHttpTown({ pages: { work: { replay } as StaffWork } })
  const headers = await slow.signIn('admin')
  const look = async (reason: string) =>
    (await slow.app.inject({ url: `/karantan/prova?reason=${reason}`, headers })).body
  const first = look('unknown-device')
  await expect.poll(() => asked.length).toBe(1)
  const second = look('unknown-device')
  expect(await look('not-json')).toContain('Det är många')
  answer.resolve({ tried: 7, kept: 5, repeats: 0, conflicts: 0, ignored: 0, rejected: {} })
  for (const body of [await first, await second]) expect(body).toContain('7 meddelanden prövas')
  expect(asked).toEqual([{ reason: 'unknown-device', signal: expect.any(AbortSignal) as unknown }])
})

test('a trial that nobody waits for any longer ends', async () => {
  await refuse('{"fillPercent": 40}')
  await using codecs = openCodecPool()
  const { store, journal } = town
  const parts = { store, journal, codecs, clock: () => town.now(), town: () => journal.town }
  const foresee = (signal: AbortSignal) =>
    replayQuarantine(parts, { reason: 'unknown-device' }, true, signal)
  expect(await foresee(new AbortController().signal)).toMatchObject({ tried: 1 })
  const gone = AbortSignal.abort(new Error('nobody waits'))
  await expect(foresee(gone)).rejects.toThrow('nobody waits')
})

test('what isn’t kept whole can’t be tried, and says so', async () => {
  await refuse('x'.repeat(20), { reason: 'too-large', payload: undefined as never })
  const { body } = await town.get('/en/quarantine')
  expect(body).toContain('Too large to be kept whole')
  expect((await town.get('/en/quarantine', 'dispatcher')).status).toBe(403)
})
