/**
 * A real mail server on loopback: it asks for a password, takes mail, and can be told to refuse, to put
 * off, or to lose the link at the worst moment.
 */
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { simpleParser, type ParsedMail } from 'mailparser'
import { SMTPServer } from 'smtp-server'

export const MAIL_USER = 'avs'
export const MAIL_PASSWORD = 'p@ss word'

/**
 * `rcpt-…`, `data-…` and `rcpt 550 text` answer so there; `cut-…` ends the connection before or after the
 * mail is taken; `slow-after` takes half a second for its yes; `trickle` never comes to an end of its answer.
 */
export type MailTrouble =
  | `rcpt ${number} ${string}`
  | 'rcpt-550'
  | 'rcpt-550-policy'
  | 'rcpt-451'
  | 'mail-550'
  | 'data-451'
  | 'data-554'
  | 'data-550-5.1.1'
  | 'cut-before'
  | 'cut-after'
  | 'hang-after'
  | 'slow-after'
  | 'trickle'
  | 'trickle-after'
  | 'hang'

export interface TakenMail {
  readonly to: string
  readonly raw: string
  readonly mail: ParsedMail
  /** The link died when nothing had followed on it: perhaps the sender was never told. */
  isLost: boolean
}

export interface MailServer extends AsyncDisposable {
  readonly port: number
  /** With user and password. */
  readonly url: string
  /** Each mail meets the first and takes it away. */
  readonly troubles: MailTrouble[]
  /** Addresses where nobody is. */
  readonly nobody: Set<string>
  readonly taken: TakenMail[]
  /** How many connections there were. */
  connections(): number
  /** From now on the password is another, and who came in by the one before is put out. */
  changePassword(to: string): void
}

const refusal = (code: number, text: string) =>
  Object.assign(new Error(text), { responseCode: code })

export async function startMailServer(
  options: {
    /** What the next mail meets, after the queue. */
    readonly pickTrouble?: () => MailTrouble | undefined
    /** No letter's link is cut twice after it was taken; letters are told apart by their Message-ID. */
    readonly cutsOnce?: boolean
  } = {},
): Promise<MailServer> {
  const troubles: MailTrouble[] = []
  const nobody = new Set<string>()
  const taken: TakenMail[] = []
  const sockets = new Map<number, Socket>()
  const lastOn = new Map<number, TakenMail>()
  const cut = new Set<string>()
  let password = MAIL_PASSWORD
  let connections = 0
  const take = (...kinds: readonly MailTrouble[]) => {
    const [next] = troubles
    return next !== undefined && kinds.includes(next) ? troubles.shift() : undefined
  }

  /** Lines of an answer of which the last never comes. */
  function trickle(port: number): void {
    const socket = sockets.get(port)!
    const timer = setInterval(() => socket.write('250-one moment\r\n'), 20)
    socket.once('close', () => clearInterval(timer))
  }

  function isSpared({ messageId }: ParsedMail): boolean {
    if (!options.cutsOnce) return false
    const wasCut = cut.has(messageId!)
    cut.add(messageId!)
    return wasCut
  }

  const server = new SMTPServer({
    authMethods: ['PLAIN'],
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 200,
    onConnect(_session, callback) {
      connections += 1
      callback()
    },
    onAuth(auth, _session, callback) {
      if (auth.username === MAIL_USER && auth.password === password) {
        callback(null, { user: MAIL_USER })
      } else callback(refusal(535, '5.7.8 Authentication failed'))
    },
    onMailFrom(_address, { remotePort }, callback) {
      lastOn.delete(remotePort)
      const trouble = troubles.length === 0 ? options.pickTrouble?.() : undefined
      if (trouble) troubles.push(trouble)
      callback(take('mail-550') && refusal(550, '5.7.1 Sender not allowed'))
    },
    onRcptTo({ address }, session, callback) {
      if (nobody.has(address)) {
        callback(refusal(550, `5.1.1 <${address}>: no such user`))
        return
      }
      const own = /^rcpt (\d+) (.*)$/.exec(troubles[0] ?? '')
      if (own) {
        troubles.shift()
        callback(refusal(Number(own[1]), own[2]!))
        return
      }
      switch (take('rcpt-550', 'rcpt-550-policy', 'rcpt-451', 'hang', 'trickle')) {
        case 'rcpt-550':
          callback(refusal(550, `<${address}> is nobody here`))
          break
        case 'rcpt-550-policy':
          callback(refusal(550, `5.7.1 <${address}> takes no mail from you`))
          break
        case 'rcpt-451':
          callback(refusal(451, `4.7.1 <${address}> is greylisted, come back`))
          break
        case 'hang':
          break
        case 'trickle':
          trickle(session.remotePort)
          break
        default:
          callback()
      }
    },
    onData(stream, session, callback) {
      let trouble = take(
        'data-451',
        'data-554',
        'data-550-5.1.1',
        'cut-before',
        'cut-after',
        'hang-after',
        'slow-after',
        'trickle-after',
      )
      if (trouble === 'cut-before') {
        sockets.get(session.remotePort)?.destroy()
        return
      }
      void (async () => {
        const raw = await buffer(stream).catch(() => undefined)
        // The sender is gone.
        if (!raw) return
        if (trouble === 'data-451') return callback(refusal(451, '4.3.0 Try again later'))
        if (trouble === 'data-554') return callback(refusal(554, '5.7.1 Looks like spam'))
        if (trouble === 'data-550-5.1.1') return callback(refusal(550, '5.1.1 User unknown'))
        const to = session.envelope.rcptTo[0]!.address
        const mail = await simpleParser(raw)
        if (trouble === 'cut-after' && isSpared(mail)) trouble = undefined
        const one = { to, raw: raw.toString(), mail, isLost: trouble !== undefined }
        taken.push(one)
        lastOn.set(session.remotePort, one)
        if (trouble === 'cut-after') sockets.get(session.remotePort)?.destroy()
        else if (trouble === 'slow-after') setTimeout(callback, 500)
        else if (trouble === 'trickle-after') trickle(session.remotePort)
        else if (trouble !== 'hang-after') callback()
      })()
    },
  })
  server.on('error', () => undefined)
  server.server.on('connection', (socket: Socket) => {
    const port = socket.remotePort!
    sockets.set(port, socket)
    socket.on('close', () => {
      const last = lastOn.get(port)
      if (last) last.isLost = true
      lastOn.delete(port)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return {
    port,
    url: `smtp://${MAIL_USER}:${encodeURIComponent(MAIL_PASSWORD)}@127.0.0.1:${port}`,
    troubles,
    nobody,
    taken,
    connections: () => connections,
    changePassword(to) {
      password = to
      for (const socket of sockets.values()) socket.destroy()
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        for (const socket of sockets.values()) socket.destroy()
        server.close(() => resolve())
      }),
  }
}
