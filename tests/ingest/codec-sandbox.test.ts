/** Codecs of our own, in the style of vendors' and of nobody's: with real workers and the real QuickJS. */
import { spawnSync } from 'node:child_process'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exposeCodecMetrics } from '#src/ingest/codecs/sandbox/codec-metrics.ts'
import { MOST_STRIKES, openCodecPool } from '#src/ingest/codecs/sandbox/pool.ts'
import type { CodecFailure, CodecOutcome, CodecPool } from '#src/ingest/codecs/sandbox/pool.ts'

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
      'a function that is a constant',
      'const decodeUplink = ({ bytes }) => ({ data: { n: bytes.length } });',
      { n: 3 },
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

  test.each<[string, CodecFailure, string]>([
    ['', 'no-codec', 'the file defines no decodeUplink'],
    ['var decodeUplink = 5', 'no-codec', 'the file defines no decodeUplink'],
    ['function decodeUplink( {', 'no-codec', 'the file could not be loaded: '],
    ['throw new Error("at load")', 'no-codec', 'the file could not be loaded: at load'],
    [`${GOOD} // ${'x'.repeat(128 * 1024)}`, 'no-codec', 'the file is longer than 131072 bytes'],
    ['function decodeUplink() { missing.field }', 'threw', "'missing' is not defined"],
    ['function decodeUplink() { throw "a text" }', 'threw', 'a text'],
    ['function decodeUplink() { throw null }', 'threw', 'an object was thrown'],
    ['function decodeUplink() { throw Symbol("x") }', 'threw', 'a symbol was thrown'],
    ['function decodeUplink() { throw { get message() { throw 1 } } }', 'threw', 'an object'],
  ])('%.60s says what is wrong', async (source, because, detail) => {
    const outcome = await run(source)
    expect(outcome).toMatchObject({ kind: 'failed', because })
    expect((outcome as { detail: string }).detail).toContain(detail)
  })

  test('its words are shown short, and without signs that steer a terminal', async () => {
    const words =
      'function decodeUplink() { throw new Error("\\x1b[31mred\\nline" + "x".repeat(999)) }'
    const { detail } = (await run(words)) as { detail: string }
    expect(detail).toMatch(/^ \[31mred linex+$/)
    expect(detail).toHaveLength(300)
  })

  test('its clock shows UTC wherever the service runs', () => {
    const program = `
      import { openCodecPool } from '#src/ingest/codecs/sandbox/pool.ts'
      await using pool = openCodecPool()
      const source = 'function decodeUplink(i) { return { data: { hour: i.recvTime.getHours(), local: new Date(2026, 6, 1).toISOString() } } }'
      const input = { bytes: new Uint8Array(1), fPort: 1, recvTimeMs: Date.UTC(2026, 6, 1, 11) }
      console.log(new Date(2026, 6, 1).toISOString(), JSON.stringify(await pool.run({ file: 'f', source }, input)))`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      env: { ...process.env, TZ: 'Europe/Stockholm' },
      encoding: 'utf8',
      timeout: 20_000,
    })
    expect(stdout).toContain('2026-06-30T22:00:00.000Z')
    expect(stdout).toContain('"data":{"hour":11,"local":"2026-07-01T00:00:00.000Z"}')
  })
})

/**
 * What somebody might drop into a folder by mistake, or on purpose, and what comes of it. `stopped` is a
 * strike; whether steps, memory or the clock end it first is the machine's business.
 */
const HOSTILE: readonly (readonly [string, 'stopped' | 'refused' | 'answered', string])[] = [
  ['an endless loop', 'stopped', 'for (;;);'],
  ['a loop that catches its end', 'stopped', 'for (;;) { try { for (;;); } catch (e) {} }'],
  ['a loop in finally', 'stopped', 'try { for (;;); } finally { for (;;); }'],
  ['recursion', 'refused', 'return decodeUplink(i);'],
  ['recursion by try and finally', 'stopped', 'function f() { try { f() } finally { f() } } f();'],
  [
    'a regular expression that never ends',
    'stopped',
    'return { data: { m: /^(a+)+$/.test("a".repeat(40) + "b") } };',
  ],
  [
    'a text that is replaced by twice itself',
    'stopped',
    'var s = "a".repeat(1000); for (;;) s = s.replace(/a/g, "aa");',
  ],
  ['a list that grows', 'stopped', 'var a = []; for (;;) a.push(new Array(1000).fill(a.length));'],
  ['buffers without end', 'stopped', 'var a = []; for (;;) a.push(new Uint8Array(100000));'],
  [
    'memory filled, and more of it',
    'stopped',
    'for (;;) try { var a = []; for (;;) a.push("" + a.length); } catch (e) {}',
  ],
  ['a text that doubles', 'refused', 'var s = "x"; for (;;) s += s;'],
  ['a text of half a gigabyte', 'stopped', 'return { data: { s: "x".repeat(Math.pow(2, 29)) } };'],
  ['a text cut to pieces', 'stopped', 'return { data: { n: "x".repeat(5e6).split("").length } };'],
  [
    'a gigabyte of bytes',
    'stopped',
    'return { data: { n: new Uint8Array(Math.pow(2, 30)).length } };',
  ],
  ['a number that squares', 'refused', 'var n = 10n; for (;;) n = n * n;'],
  ['a power of a power', 'refused', 'return { data: { n: String(2n ** 10000000n).length } };'],
  ['a sparse list sorted', 'stopped', 'var a = []; a[4294967294] = 1; a.sort();'],
  ['a sparse list searched', 'stopped', 'var a = []; a[4294967294] = 1; a.indexOf(2);'],
  ['a sparse list turned round', 'stopped', 'var a = []; a[4294967294] = 1; a.reverse();'],
  ['a sparse list joined', 'stopped', 'var a = []; a[4294967294] = 1; a.join();'],
  ['a sparse list moved', 'stopped', 'var a = []; a.length = 4294967295; a.copyWithin(1, 0);'],
  [
    'no list, searched as one',
    'stopped',
    'Array.prototype.indexOf.call({ length: 9007199254740991 }, 1);',
  ],
  ['a list filled to the brim', 'stopped', 'Array(4294967295).fill(0);'],
  [
    'a list sorted for ever',
    'stopped',
    'var a = new Float64Array(1e6).fill(1); for (;;) a.sort();',
  ],
  ['more arguments than there is room for', 'refused', 'Math.max.apply(null, { length: 1e7 });'],
  ['an answer that holds itself', 'refused', 'var o = {}; o.o = o; return { data: o };'],
  [
    'an answer nested for ever',
    'stopped',
    'var o = {}; for (var n = 0; n < 100000; n++) o = { o: o }; return { data: o };',
  ],
  [
    'an answer nested deeper than any sensor’s',
    'refused',
    'var o = {}; for (var n = 0; n < 40; n++) o = { o: o }; return { data: o };',
  ],
  ['an answer too long', 'refused', 'return { data: { s: "x".repeat(100000) } };'],
  [
    'an answer of too many numbers',
    'refused',
    'return { data: { list: new Array(6000).fill(1) } };',
  ],
  [
    'an answer that writes itself for ever',
    'stopped',
    'return { data: { toJSON: function () { for (;;); } } };',
  ],
  ['a field that is read for ever', 'stopped', 'return { data: { get x() { for (;;); } } };'],
  ['an error that is read for ever', 'stopped', 'throw { get message() { for (;;); } };'],
  [
    'an error that is a trap',
    'stopped',
    'throw new Proxy({}, { get: function () { for (;;); } });',
  ],
  [
    'an answer that is a promise',
    'refused',
    'return new Promise(function (r) { r({ data: {} }); });',
  ],
  [
    'promises without end',
    'answered',
    'function f() { return Promise.resolve().then(f) } f(); return { data: {} };',
  ],
  [
    'an answer that is a trap',
    'stopped',
    'return new Proxy({}, { ownKeys: function () { for (;;); } });',
  ],
  ['another JSON', 'refused', 'JSON.stringify = function () { return "{"; }; return { data: {} };'],
  ['another JSON that answers a number', 'refused', 'JSON.stringify = function () { return 7; };'],
  [
    'another JSON that nests deeper than a stack',
    'refused',
    'JSON.stringify = function () { return \'{"data":{},"warnings":[\' + "[".repeat(30000) + "]".repeat(30000) + "]}"; };',
  ],
  [
    'a number beyond all numbers',
    'refused',
    'JSON.stringify = function () { return \'{"data":{"distance":1e999}}\'; };',
  ],
  ['a prototype', 'refused', 'return JSON.parse(\'{"data": {"__proto__": {"polluted": true}}}\');'],
  [
    'other prototypes for all',
    'answered',
    'Object.prototype.polluted = true; Array.prototype.map = null; return { data: {} };',
  ],
  ['a function for a host to call', 'refused', 'return { data: function () {} };'],
  ['no answer', 'refused', 'return;'],
  ['code made at run time that loops', 'stopped', 'new Function("for (;;);")();'],
  [
    'a generator that never ends',
    'stopped',
    'function* g() { for (;;) yield 1; } Array.from(g());',
  ],
]
const STOPPED: readonly CodecFailure[] = ['over-budget', 'out-of-memory', 'too-slow']

describe('whatever a codec does', () => {
  test.each(HOSTILE)('%s is %s in time, and the next one runs', async (_, expected, body) => {
    const isForWatchdog = expected === 'stopped'
    // Each in a pool of its own: a strike must not count for another. What the sandbox refuses by itself
    // must not be the watchdog's because this machine is busy.
    await using own = openCodecPool({ workers: 1, ...(!isForWatchdog && { patienceMs: 10_000 }) })
    const good = { file: 'good.js', source: GOOD }
    await own.run(good, input)
    const begun = performance.now()
    const outcome = await own.run(
      { file: 'bad.js', source: `function decodeUplink(i) { ${body} }` },
      input,
    )
    // The watchdog's second, and as much again for a busy machine to end the thread.
    if (isForWatchdog) expect(performance.now() - begun).toBeLessThan(2000)
    const became =
      outcome.kind === 'answered'
        ? 'answered'
        : STOPPED.includes(outcome.because)
          ? 'stopped'
          : 'refused'
    expect([became, outcome]).toEqual([expected, outcome])
    expect(own.stats().strikes).toBe(expected === 'stopped' ? 1 : 0)
    if (outcome.kind === 'answered') {
      expect(Object.getPrototypeOf(outcome.data)).toBe(Object.prototype)
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    }
    expect(await own.run(good, input)).toEqual(answer({ distance: 2000 }))
  })

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
  expect(told).toEqual(['bad.js over-budget: it took too many steps'])
  expect(own.outOfService()).toEqual([
    { file: 'bad.js', because: 'over-budget: it took too many steps' },
  ])
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

test('what already waits for a codec when it is left alone is not tried any more', async () => {
  await using own = openCodecPool({ workers: 1 })
  const hang = {
    file: 'hang.js',
    source: 'function decodeUplink() { var a = []; a[4294967294] = 1; a.sort() }',
  }
  const outcomes = await Promise.all([
    ...Array.from({ length: 50 }, () => own.run(hang, input)),
    own.run({ file: 'good.js', source: GOOD }, input),
  ])
  expect(own.stats()).toMatchObject({
    strikes: MOST_STRIKES,
    outcomes: { 'too-slow': MOST_STRIKES, 'out-of-service': 50 - MOST_STRIKES, answered: 1 },
    waiting: 0,
  })
  expect(outcomes.at(-1)).toEqual(answer({ distance: 2000 }))
})

test('a codec the town no longer has is forgotten, one whose text is the same stays out of service', async () => {
  await using own = openCodecPool({ workers: 1 })
  const bad = { file: 'bad.js', source: 'function decodeUplink() { for (;;); }' }
  const other = { file: 'other.js', source: 'function decodeUplink() { while (true); }' }
  for (let n = 0; n < MOST_STRIKES; n++) {
    await own.run(bad, input)
    await own.run(other, input)
  }
  const good = { file: 'bad.js', source: GOOD }
  expect(own.outOfService().map(({ file }) => file)).toEqual(['bad.js', 'other.js'])
  own.keepOnly([good, other])
  expect(own.outOfService().map(({ file }) => file)).toEqual(['other.js'])
  expect(await own.run(other, input)).toMatchObject({ because: 'out-of-service' })
  expect(await own.run(good, input)).toEqual(answer({ distance: 2000 }))
  // Brought back, it is given its three again.
  expect(await own.run(bad, input)).toMatchObject({ because: 'over-budget' })
})

test('a standstill of the service is not held against a codec', async () => {
  await using own = openCodecPool({ workers: 1, patienceMs: 500 })
  const good = { file: 'good.js', source: GOOD }
  await own.run(good, input)
  const outcome = own.run(good, input)
  const until = performance.now() + 1000
  while (performance.now() < until);
  expect(await outcome).toEqual(answer({ distance: 2000 }))
})

test('a thread that can’t be started is tried again, a second later, and what waits keeps waiting', async () => {
  const faults: string[] = []
  const second = Promise.withResolvers<void>()
  const own = openCodecPool({
    program: new URL('file:///nowhere/codec-worker.ts'),
    onFault: ({ message }) => {
      faults.push(message)
      if (faults.length === 2) second.resolve()
    },
  })
  const begun = performance.now()
  const waiting = own.run({ file: 'good.js', source: GOOD }, input)
  await second.promise
  expect(performance.now() - begun).toBeGreaterThan(900)
  expect(faults[0]).toContain('/nowhere/codec-worker.ts')
  expect(own.stats()).toMatchObject({ strikes: 0, waiting: 1 })
  await own[Symbol.asyncDispose]()
  await expect(waiting).rejects.toThrow('closed')
})

test('metrics tell what came of decodes and how long they took', async () => {
  const metrics = new Registry()
  const observe = exposeCodecMetrics(metrics, () => own)
  await using own: CodecPool = openCodecPool({ workers: 1, observe })
  await own.run({ file: 'good.js', source: GOOD }, input)
  const bad = { file: 'bad.js', source: 'function decodeUplink() { for (;;); }' }
  for (let n = 0; n <= MOST_STRIKES; n++) await own.run(bad, input)
  const text = await metrics.metrics()
  expect(text).toContain('kvitter_codec_decodes_total{outcome="answered"} 1')
  expect(text).toContain('kvitter_codec_decodes_total{outcome="over-budget"} 3')
  expect(text).toContain('kvitter_codec_decodes_total{outcome="out-of-service"} 1')
  expect(text).toContain('kvitter_codec_strikes_total 3')
  expect(text).toContain('kvitter_codecs_out_of_service 1')
  expect(text).toContain('kvitter_codec_waiting 0')
  // The one that was not run has no time.
  expect(text).toContain('kvitter_codec_seconds_count 4')
})

test('closing turns away whoever waits: nothing is said of what was not decoded', async () => {
  const own = openCodecPool({ workers: 1 })
  const waiting = Array.from({ length: 5 }, () => own.run({ file: 'good.js', source: GOOD }, input))
  const fates = Promise.allSettled(waiting)
  await own[Symbol.asyncDispose]()
  expect((await fates).every((f) => f.status === 'rejected')).toBe(true)
  await expect(own.run({ file: 'good.js', source: GOOD }, input)).rejects.toThrow('closed')
})
