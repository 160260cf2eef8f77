/**
 * An endpoint is a stranger's word, and its host may do nothing but hang. Hosts that never took a message have
 * a few places of their own, so that they hold up nobody whose browser's maker is known. In memory alone.
 */

export interface PushServices {
  /** A place for one call, until it is disposed of; undefined while strangers have all that are theirs. */
  enter(host: string): Disposable | undefined
  isOfBrowser(host: string): boolean
  /** It took a message: it is a push service. */
  took(host: string): void
  /** It didn't answer as one does. */
  failed(host: string): void
}

/** Those of browsers' makers: Google, Mozilla, Apple, Microsoft. */
const OF_BROWSERS =
  /^(?:fcm\.googleapis\.com|updates\.push\.services\.mozilla\.com|(?:[\w-]+\.)+push\.apple\.com|(?:[\w-]+\.)+notify\.windows\.com)$/
const PLACES_OF_STRANGERS = 2
const MOST_HOSTS = 1000

export function createPushServices(): PushServices {
  const known = new Set<string>()
  let strangers = 0
  const isOfBrowser = (host: string) => OF_BROWSERS.test(host)
  return {
    isOfBrowser,
    enter(host) {
      if (known.has(host) || isOfBrowser(host)) return { [Symbol.dispose]() {} }
      if (strangers >= PLACES_OF_STRANGERS) return undefined
      strangers += 1
      return {
        [Symbol.dispose]() {
          strangers -= 1
        },
      }
    },
    took(host) {
      known.add(host)
      if (known.size > MOST_HOSTS) known.delete(known.keys().next().value!)
    },
    failed(host) {
      known.delete(host)
    },
  }
}
