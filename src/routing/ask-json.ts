/** JSON from a service of the town's own: a router, an outside solver. */

/** A thousand places squared, with some words around. */
const MOST_BYTES = 64 * 1024 * 1024

/** @throws an Error that says which service failed and how: unreachable, too slow, a status, no JSON. */
export async function askJson(
  url: string,
  body: unknown,
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<unknown> {
  const limit = AbortSignal.timeout(options.timeoutMs)
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit
  const { origin } = new URL(url)
  try {
    const response = await fetch(url, {
      redirect: 'error',
      signal,
      headers: { accept: 'application/json', 'user-agent': 'Kvitter' },
      ...(body !== undefined && {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'Kvitter' },
        body: JSON.stringify(body),
      }),
    })
    const text = await readText(response)
    if (!response.ok) throw new Error(`answered ${response.status}: ${text.slice(0, 200)}`)
    return JSON.parse(text) as unknown
  } catch (error) {
    options.signal?.throwIfAborted()
    throw new Error(`${origin} ${whatFailed(error, limit.aborted, options.timeoutMs)}`, {
      cause: error,
    })
  }
}

function whatFailed(error: unknown, wasTooSlow: boolean, timeoutMs: number): string {
  if (wasTooSlow) return `did not answer within ${timeoutMs} ms`
  if (error instanceof SyntaxError) return 'answered something that is not JSON'
  if (!(error instanceof Error)) return 'failed'
  return error.cause instanceof Error ? `can’t be reached: ${error.cause.message}` : error.message
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > MOST_BYTES) throw new Error('answered more than anybody would read')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
