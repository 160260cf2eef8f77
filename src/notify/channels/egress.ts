/**
 * A town's network may let traffic out only through a gateway of its own: a plain-text port inside the
 * network that opens TLS to the outside itself. Requests are written for the real host (name, Host
 * header, signature) and only the socket goes elsewhere.
 */
import { Agent } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'

/** Opens a socket to wherever HTTP shall be spoken. */
export type Connect = () => Socket

/** The gateway at an address, as a way to open sockets. */
export function egressTo(host: string, port: number): Connect {
  return () => connect(port, host)
}

/** Speaks plain HTTP over sockets of its own, though the request believes in HTTPS. */
export class EgressAgent extends Agent {
  readonly #connect: Connect

  constructor(connect: Connect) {
    super({ keepAlive: false })
    this.#connect = connect
  }

  /** `https.request` refuses an agent that doesn't say so. */
  get protocol(): string {
    return 'https:'
  }

  set protocol(_: string) {}

  override createConnection(): Socket {
    return this.#connect()
  }
}
