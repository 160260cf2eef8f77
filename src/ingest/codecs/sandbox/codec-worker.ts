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
import { MAX_ANSWER_CHARACTERS, NO_FUNCTION, NOT_LOADED } from './protocol.ts'
import type { CodecInput, Order, Report, WorkerFailure } from './protocol.ts'

const MEMORY_BYTES = 16 * 1024 * 1024
const STACK_BYTES = 256 * 1024
/** Interrupts of QuickJS, some thousand steps each. No published codec needs one to decode, and one to load. */
const MOST_INTERRUPTS = 20
const SHOWN_CHARACTERS = 300

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

const port = parentPort!
// Its types are written for CommonJS and put the module in the place of its default.
const quickJs = await newQuickJSWASMModuleFromVariant(variant as unknown as QuickJSSyncVariant)
const sources = new Map<number, string>()

port.on('message', (order: Order) => {
  if (order.kind === 'codec') sources.set(order.codec, order.source)
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
      if (loaded.error) {
        const failed = failure(context, loaded.error, isOverBudget())
        return { ...failed, detail: `${NOT_LOADED}: ${failed.detail}` }
      }
      loaded.value.dispose()
    }
    const called = context.evalCode(CALL, 'call.js')
    if (called.error) return failure(context, called.error, isOverBudget())
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

/** Says what was thrown, without running any of the codec's code. */
function failure(
  context: QuickJSContext,
  error: QuickJSHandle,
  overBudget: boolean,
): Extract<Report, { kind: 'failed' }> {
  const detail = error.consume((handle) => words(context, handle))
  const because: WorkerFailure = overBudget
    ? 'over-budget'
    : /out of memory/i.test(detail)
      ? 'out-of-memory'
      : 'threw'
  return { kind: 'failed', because, detail: detail.slice(0, SHOWN_CHARACTERS) }
}

function words(context: QuickJSContext, error: QuickJSHandle): string {
  const type = context.typeof(error)
  if (type === 'string') return context.getString(error)
  if (type !== 'object') return `a ${type} was thrown`
  try {
    // An own property's value may be a getter of the codec's; its budget holds for that as well.
    return context
      .getProp(error, 'message')
      .consume((message) =>
        context.typeof(message) === 'string' ? context.getString(message) : 'an object was thrown',
      )
  } catch {
    return 'an object was thrown'
  }
}
