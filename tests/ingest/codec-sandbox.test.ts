/** Codecs of our own, in the style of vendors' and of nobody's: with real workers and the real QuickJS. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MOST_STRIKES, openCodecPool } from '#src/ingest/codecs/sandbox/pool.ts'
import type { CodecOutcome, CodecPool } from '#src/ingest/codecs/sandbox/pool.ts'

const input = {
  bytes: Uint8Array.of(0xd0, 0x07, 92),
  fPort: 85,
  recvTimeMs: Date.UTC(2026, 10, 24, 11, 0, 0, 250),
}
const GOOD =
  'function decodeUplink(input) { return { data: { distance: (input.bytes[1] << 8) | input.bytes[0] } } }'

let pool: CodecPool
beforeAll(() => {
  pool = openCodecPool()
})
afterAll(() => pool[Symbol.asyncDispose]())

const run = (source: string, file = 'codec.js') => pool.run({ file, source }, input)
const answer = (data: unknown, warnings: readonly string[] = []): CodecOutcome => ({
  kind: 'answered',
  data,
  warnings,
})

describe('a codec in the makers’ style', () => {
  test.each<[string, string, unknown]>([
    ['TS013', GOOD, { distance: 2000 }],
    [
      'variables that were never declared, and octal numbers',
      'function decodeUplink(input) { n = 010; for (i = 0; i < 3; i++) n += input.bytes[i]; return { data: { n: n } } }',
      { n: 8 + 0xd0 + 7 + 92 },
    ],
    [
      'the ending of a build',
      '"use strict"; Object.defineProperty(exports, "__esModule", { value: true }); function d(i) { return { data: { port: i.fPort } } } exports.decodeUplink = d;',
      { port: 85 },
    ],
    [
      'module.exports',
      'module.exports = { decodeUplink: function (i) { return { data: { n: i.bytes.length } } } }',
      { n: 3 },
    ],
    [
      'the old form of The Things Network',
      'function Decoder(bytes, port) { return { battery: bytes[2], port: port } }',
      { battery: 92, port: 85 },
    ],
    [
      'the old form of ChirpStack',
      'function Decode(fPort, bytes, variables) { return { port: fPort, n: bytes.length } }',
      { port: 85, n: 3 },
    ],
    [
      'console',
      'function decodeUplink() { console.log("hello"); return { data: { ok: true } } }',
      { ok: true },
    ],
    [
      'a real date, in UTC',
      'function decodeUplink(i) { return { data: { at: i.recvTime.toISOString(), hour: i.recvTime.getHours(), is: i.recvTime instanceof Date } } }',
      { at: '2026-11-24T11:00:00.250Z', hour: 11, is: true },
    ],
    [
      'numbers that JSON has no word for',
      'function decodeUplink() { return { data: { a: NaN, b: Infinity, c: 1 } } }',
      { a: null, b: null, c: 1 },
    ],
    [
      'normalizeUplink beside it, which is left alone',
      `${GOOD} function normalizeUplink() { throw new Error('not asked for') }`,
      { distance: 2000 },
    ],
  ])('%s', async (_, source, data) => {
    expect(await run(source)).toEqual(answer(data))
  })

  test('warnings come along, errors are a failure with their words', async () => {
    const warning = 'function decodeUplink() { return { data: {}, warnings: ["low battery"] } }'
    expect(await run(warning)).toEqual(answer({}, ['low battery']))
    const error = 'function decodeUplink() { return { errors: ["unknown FPort", "x"] } }'
    expect(await run(error)).toEqual({
      kind: 'failed',
      because: 'threw',
      detail: 'unknown FPort; x',
    })
  })

  test('nothing is left over from one decode to the next', async () => {
    const counting =
      'var n = 0; function decodeUplink() { n++; Array.prototype.seen = (Array.prototype.seen || 0) + 1; return { data: { n: n, seen: [].seen } } }'
    for (let i = 0; i < 3; i++) expect(await run(counting)).toEqual(answer({ n: 1, seen: 1 }))
  })

  test.each([
    ['', 'the file defines no decodeUplink'],
    ['var decodeUplink = 5', 'the file defines no decodeUplink'],
    ['function decodeUplink( {', 'the file could not be loaded'],
    ['throw new Error("at load")', 'the file could not be loaded: at load'],
    ['function decodeUplink() { missing.field }', "'missing' is not defined"],
    ['function decodeUplink() { throw "a text" }', 'a text'],
    ['function decodeUplink() { throw null }', 'was thrown'],
  ])('%s says what is wrong', async (source, detail) => {
    const outcome = await run(source)
    expect(outcome).toMatchObject({ kind: 'failed', because: 'threw' })
    expect((outcome as { detail: string }).detail).toContain(detail)
  })
})

/** What somebody might drop into a folder by mistake, or on purpose. None has anything to reach. */
const HOSTILE: Readonly<Record<string, string>> = {
  'an endless loop': 'for (;;);',
  'a loop that catches its end': 'for (;;) { try { for (;;); } catch (e) {} }',
  'a loop in finally': 'try { for (;;); } finally { for (;;); }',
  recursion: 'return decodeUplink(i);',
  'recursion by try and finally': 'function f() { try { f() } finally { f() } } f();',
  'a regular expression that never ends':
    'return { data: { m: /^(a+)+$/.test("a".repeat(40) + "b") } };',
  'a list that grows': 'var a = []; for (;;) a.push(new Array(1000).fill(a.length));',
  'a text that doubles': 'var s = "x"; for (;;) s += s;',
  'a text of half a gigabyte': 'return { data: { s: "x".repeat(Math.pow(2, 29)) } };',
  'a gigabyte of bytes': 'return { data: { n: new Uint8Array(Math.pow(2, 30)).length } };',
  'a number that squares': 'var n = 10n; for (;;) n = n * n;',
  'a power of a power': 'return { data: { n: String(2n ** 10000000n).length } };',
  'a sparse list sorted': 'var a = []; a[4294967294] = 1; a.sort(); return { data: {} };',
  'a sparse list searched': 'var a = []; a[4294967294] = 1; return { data: { n: a.indexOf(2) } };',
  'a sparse list turned round': 'var a = []; a[4294967294] = 1; a.reverse(); return { data: {} };',
  'a sparse list joined': 'var a = []; a[4294967294] = 1; return { data: { n: a.join().length } };',
  'a list filled to the brim': 'return { data: { n: Array(4294967295).fill(0).length } };',
  'an answer without end': 'var o = {}; o.o = o; return { data: o };',
  'an answer too deep':
    'var o = {}; for (var n = 0; n < 100000; n++) o = { o: o }; return { data: o };',
  'an answer too long': 'return { data: { s: "x".repeat(100000) } };',
  'an answer that writes itself for ever':
    'return { data: { toJSON: function () { for (;;); } } };',
  'a field that is read for ever': 'return { data: { get x() { for (;;); } } };',
  'an error that is read for ever': 'throw { get message() { for (;;); } };',
  'an answer that is a promise': 'return new Promise(function () {});',
  'an answer that is a trap': 'return new Proxy({}, { ownKeys: function () { for (;;); } });',
  'another JSON': 'JSON.stringify = function () { return "{"; }; return { data: {} };',
  'another JSON that answers a number':
    'JSON.stringify = function () { return 7; }; return { data: {} };',
  'a prototype': 'return JSON.parse("{\\"data\\": {\\"__proto__\\": {\\"polluted\\": true}}}");',
  'a function for a host to call': 'return { data: function () {} };',
  'no answer': 'return;',
  'code made at run time that loops': 'new Function("for (;;);")();',
  'a generator that never ends':
    'function* g() { for (;;) yield 1; } return { data: { n: Array.from(g()).length } };',
}

describe('whatever a codec does', () => {
  test.each(Object.entries(HOSTILE))(
    '%s is over within 2 s, and the next one runs',
    async (_, body) => {
      // Each in a pool of its own: a strike must not count for another.
      await using own = openCodecPool({ workers: 1 })
      const good = { file: 'good.js', source: GOOD }
      await own.run(good, input)
      const begun = performance.now()
      const outcome = await own.run(
        { file: 'bad.js', source: `function decodeUplink(i) { ${body} }` },
        input,
      )
      const ms = performance.now() - begun
      // The watchdog's second, and as much again for a busy machine to end the thread.
      expect(ms).toBeLessThan(2000)
      if (outcome.kind === 'answered') {
        expect(JSON.stringify(outcome.data).length).toBeLessThan(65536)
        expect(Object.getPrototypeOf(outcome.data)).toBe(Object.prototype)
        expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
      } else {
        expect(outcome.detail).not.toBe('')
      }
      expect(await own.run(good, input)).toEqual(answer({ distance: 2000 }))
    },
  )

  test('a loop while loading is stopped as well', async () => {
    expect(await run('for (;;);', 'load-loop.js')).toMatchObject({
      kind: 'failed',
      because: 'over-budget',
    })
  })

  test('there is nothing of the host to reach', async () => {
    const names =
      'process require fetch setTimeout setInterval Buffer importScripts postMessage global WebAssembly'
    const looking = `function decodeUplink() {
      var found = ${JSON.stringify(names.split(' '))}.filter(function (name) {
        try { return typeof eval(name) !== 'undefined' } catch (e) { return false }
      });
      var far = (function () {}).constructor('return typeof process')();
      return { data: { found: found, far: far } };
    }`
    expect(await run(looking)).toEqual(answer({ found: [], far: 'undefined' }))
  })
})

test('a codec that had to be stopped three times is not run any more, until its file changes', async () => {
  const told: string[] = []
  await using own = openCodecPool({
    onOutOfService: (file, because) => told.push(`${file} ${because}`),
  })
  const bad = { file: 'bad.js', source: 'function decodeUplink() { for (;;); }' }
  for (let n = 0; n < MOST_STRIKES; n++) {
    expect(await own.run(bad, input)).toMatchObject({ because: 'over-budget' })
  }
  const refused = await own.run(bad, input)
  expect(refused).toMatchObject({ kind: 'failed', because: 'out-of-service' })
  expect((refused as { detail: string }).detail).toContain('bad.js had to be stopped 3 times')
  expect(told).toEqual(['bad.js over-budget: interrupted'])
  expect(own.outOfService()).toEqual([{ file: 'bad.js', because: 'over-budget: interrupted' }])
  expect(own.stats()).toMatchObject({ strikes: 3, outcomes: { 'out-of-service': 1 } })
  expect(await own.run({ ...bad, source: GOOD }, input)).toEqual(answer({ distance: 2000 }))
})

test('a codec that only throws stays in service: a frame may be at fault', async () => {
  const throwing = 'function decodeUplink() { throw new Error("unknown FPort") }'
  for (let n = 0; n < MOST_STRIKES + 2; n++) {
    expect(await run(throwing)).toMatchObject({ because: 'threw', detail: 'unknown FPort' })
  }
})

test('many wait their turn, and one that hangs holds up no more than its own thread', async () => {
  await using own = openCodecPool({ workers: 2 })
  const hang = {
    file: 'hang.js',
    source: 'function decodeUplink() { var a = []; a[4294967294] = 1; a.sort() }',
  }
  const outcomes = await Promise.all([
    own.run(hang, input),
    ...Array.from({ length: 200 }, () => own.run({ file: 'good.js', source: GOOD }, input)),
  ])
  expect(outcomes[0]).toMatchObject({ because: 'too-slow' })
  expect(outcomes.slice(1).every((o) => o.kind === 'answered')).toBe(true)
})

test('a file that is too long is not run', async () => {
  const outcome = await run(`${GOOD} // ${'x'.repeat(128 * 1024)}`, 'long.js')
  expect(outcome).toMatchObject({ kind: 'failed', detail: 'long.js is longer than 131072 bytes' })
})

test('closing turns away whoever waits: nothing is said of what was not decoded', async () => {
  const own = openCodecPool({ workers: 1 })
  const waiting = Array.from({ length: 5 }, () => own.run({ file: 'good.js', source: GOOD }, input))
  const fates = Promise.allSettled(waiting)
  await own[Symbol.asyncDispose]()
  expect((await fates).every((f) => f.status === 'rejected')).toBe(true)
  await expect(own.run({ file: 'good.js', source: GOOD }, input)).rejects.toThrow('closed')
})
