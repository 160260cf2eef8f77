/**
 * A worker's end of the sandbox: one decode after another, each in a QuickJS of its own that has no
 * host function and so nothing to reach. What can't be interrupted from within (a sort of a sparse array
 * of 2³² places) is ended by the pool, worker and all.
 */
import { parentPort } from 'node:worker_threads'
import variant from '@jitl/quickjs-wasmfile-release-sync'
import { newQuickJSWASMModuleFromVariant } from 'quickjs-emscripten-core'
import type {
  QuickJSContext,
  QuickJSHandle,
  QuickJSRuntime,
  QuickJSSyncVariant,
} from 'quickjs-emscripten-core'
import { MAX_ANSWER_CHARACTERS } from './protocol.ts'
import type { CodecInput, Order, Report, WorkerFailure } from './protocol.ts'

type Failed = Extract<Report, { kind: 'failed' }>

const MEMORY_BYTES = 16 * 1024 * 1024
const STACK_BYTES = 256 * 1024
/** Interrupts of QuickJS, some thousand steps each. No published codec needs one to decode, and one to load. */
const MOST_INTERRUPTS = 20
/** A text of the codec's; the pool makes it shorter and fit to be shown. */
const TOLD_CHARACTERS = 1000
const NO_FUNCTION = 'the file defines no decodeUplink'

/**
 * What published codecs take for granted. TS013 is plain ECMAScript without modules; some carry the
 * ending of their maker's build.
 */
const PRELUDE = `var console = { log: function () {}, error: function () {}, warn: function () {}, info: function () {}, debug: function () {} };
var exports = {}; var module = { exports: exports };`

/** Calls what the codec defines: TS013's function, or one of the two older forms. */
const CALL = `(function () {
  var input = JSON.parse(kvitterInput);
  var bytes = input.bytes, fPort = input.fPort;
  var ts013 = typeof decodeUplink === 'function' ? decodeUplink : module.exports.decodeUplink || exports.decodeUplink;
  var answer;
  if (typeof ts013 === 'function') answer = ts013({ bytes: bytes, fPort: fPort, recvTime: new Date(input.recvTime), variables: {} });
  else if (typeof Decoder === 'function') answer = { data: Decoder(bytes, fPort) };
  else if (typeof Decode === 'function') answer = { data: Decode(fPort, bytes, {}) };
  else throw new Error('${NO_FUNCTION}');
  return JSON.stringify(answer);
})()`

// QuickJS asks for the local time through this thread's own `Date`, and all threads have the machine's time
// zone, whatever TZ says in their environment.
globalThis.Date = class extends Date {
  override getTimezoneOffset(): number {
    return 0
  }
} as DateConstructor

const port = parentPort!
// Its types are written for CommonJS and put the module in the place of its default.
const quickJs = await newQuickJSWASMModuleFromVariant(variant as unknown as QuickJSSyncVariant)
const sources = new Map<number, string>()

port.on('message', (order: Order) => {
  if (order.kind === 'codec') sources.set(order.codec, order.source)
  else if (order.kind === 'forget') sources.delete(order.codec)
  else report(decode(sources.get(order.codec)!, order.input))
})
report({ kind: 'ready' })

function report(what: Report): void {
  port.postMessage(what)
}

function decode(source: string, input: CodecInput): Report {
  let interrupts = 0
  const runtime = quickJs.newRuntime()
  try {
    runtime.setMemoryLimit(MEMORY_BYTES)
    runtime.setMaxStackSize(STACK_BYTES)
    runtime.setInterruptHandler(() => ++interrupts > MOST_INTERRUPTS)
    return run(runtime, source, input, () => interrupts > MOST_INTERRUPTS)
  } finally {
    runtime.dispose()
  }
}

function run(
  runtime: QuickJSRuntime,
  source: string,
  input: CodecInput,
  isOverBudget: () => boolean,
): Report {
  const context = runtime.newContext()
  try {
    const text = JSON.stringify({
      bytes: [...input.bytes],
      fPort: input.fPort,
      recvTime: new Date(input.recvTimeMs).toISOString(),
    })
    context.newString(text).consume((handle) => {
      context.setProp(context.global, 'kvitterInput', handle)
    })
    for (const code of [PRELUDE, source]) {
      // As a sloppy global script: one published codec in seven breaks under "use strict".
      const loaded = context.evalCode(code, 'codec.js')
      if (loaded.error) return notLoaded(failure(context, loaded.error, isOverBudget))
      loaded.value.dispose()
    }
    const called = context.evalCode(CALL, 'call.js')
    if (called.error) return failure(context, called.error, isOverBudget)
    return called.value.consume((value) => answerOf(context, value))
  } finally {
    context.dispose()
  }
}

function answerOf(context: QuickJSContext, value: QuickJSHandle): Report {
  if (context.typeof(value) !== 'string') {
    return { kind: 'failed', because: 'bad-answer', detail: 'the codec answered nothing' }
  }
  const json = context.getString(value)
  if (json.length > MAX_ANSWER_CHARACTERS) {
    const detail = `the codec answered ${json.length} characters; at most ${MAX_ANSWER_CHARACTERS} are read`
    return { kind: 'failed', because: 'bad-answer', detail }
  }
  return { kind: 'answered', json }
}

function notLoaded(failed: Failed): Failed {
  return {
    kind: 'failed',
    because: failed.because === 'threw' ? 'no-codec' : failed.because,
    detail: `the file could not be loaded: ${failed.detail}`,
  }
}

function failure(
  context: QuickJSContext,
  error: QuickJSHandle,
  isOverBudget: () => boolean,
): Failed {
  // What was thrown may have a getter for its message, which runs within the same budget.
  const detail = error.consume((handle) => words(context, handle)).slice(0, TOLD_CHARACTERS)
  if (isOverBudget()) {
    return { kind: 'failed', because: 'over-budget', detail: 'it took too many steps' }
  }
  const because: WorkerFailure =
    detail === 'out of memory' ? 'out-of-memory' : detail === NO_FUNCTION ? 'no-codec' : 'threw'
  return { kind: 'failed', because, detail }
}

function words(context: QuickJSContext, error: QuickJSHandle): string {
  const type = context.typeof(error)
  if (type === 'string') return context.getString(error)
  if (type !== 'object') return `a ${type} was thrown`
  return context
    .getProp(error, 'message')
    .consume((message) =>
      context.typeof(message) === 'string' ? context.getString(message) : 'an object was thrown',
    )
}
