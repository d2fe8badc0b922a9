import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'

/** What the server does with the next mail. */
export type MailBehaviour =
  | { readonly kind: 'accept' }
  /** Answers `RCPT TO` with this reply. */
  | { readonly kind: 'refuse'; readonly code: number; readonly text: string }
  /** Takes the whole mail and answers with this reply. */
  | { readonly kind: 'refuse_content'; readonly code: number; readonly text: string }
  /** Takes the whole mail and never answers. */
  | { readonly kind: 'hold' }
  /** Takes the whole mail and cuts the connection instead of answering. */
  | { readonly kind: 'hang_up' }

export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  readonly raw: string
  readonly email: Email
}

const USER = { user: 'guestguard', pass: 'correct horse' }
const ACCEPT: MailBehaviour = { kind: 'accept' }

type Done = (error?: Error) => void

function reply(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code })
}

/** A real SMTP server on this machine that can misbehave in the ways mail servers do. */
export class TestSmtp {
  /** With user name and password. */
  url = ''
  /** Mails that the server took, in order. */
  readonly received: ReceivedMail[] = []
  /** How many mails were tried, also those it refused. */
  tries = 0
  readonly #server: SMTPServer
  readonly #planned = new Map<string, MailBehaviour>()
  #plan: (attempt: number, to: string) => MailBehaviour = () => ACCEPT

  constructor() {
    this.#server = new SMTPServer({
      closeTimeout: 1_000,
      authOptional: false,
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      logger: false,
      onAuth({ username, password }, _session, done) {
        if (username === USER.user && password === USER.pass) done(null, { user: username })
        else done(reply(535, '5.7.8 Authentication failed'))
      },
      onRcptTo: ({ address }, session, done) => {
        this.#onRecipient(address, session, done)
      },
      onData: (stream, session, done) => {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          void this.#settle(session, Buffer.concat(chunks), done)
        })
      },
    })
    // A connection that is cut on purpose is reported here.
    this.#server.on('error', () => undefined)
  }

  /** Decides about each try, counted from 1; until then every mail is taken. */
  behave(plan: (attempt: number, to: string) => MailBehaviour): void {
    this.#plan = plan
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve)
    })
    const address = this.#server.server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    this.url = `smtp://${USER.user}:${encodeURIComponent(USER.pass)}@127.0.0.1:${String(port)}`
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve()
      })
    })
  }

  #onRecipient(address: string, session: SMTPServerSession, done: Done): void {
    this.tries += 1
    const behaviour = this.#plan(this.tries, address)
    this.#planned.set(session.id, behaviour)
    if (behaviour.kind === 'refuse') done(reply(behaviour.code, behaviour.text))
    else done()
  }

  async #settle(session: SMTPServerSession, raw: Buffer, done: Done): Promise<void> {
    const behaviour = this.#planned.get(session.id) ?? ACCEPT
    if (behaviour.kind === 'hold') return
    if (behaviour.kind === 'hang_up') {
      this.#cut(session)
      return
    }
    if (behaviour.kind === 'refuse_content') {
      done(reply(behaviour.code, behaviour.text))
      return
    }
    const { mailFrom, rcptTo } = session.envelope
    this.received.push({
      from: mailFrom === false ? '' : mailFrom.address,
      to: rcptTo.map(({ address }) => address),
      raw: raw.toString('utf8'),
      email: await PostalMime.parse(raw),
    })
    done()
  }

  #cut(session: SMTPServerSession): void {
    for (const connection of this.#server.connections) {
      if ((connection as { session: SMTPServerSession }).session.id === session.id) connection.close()
    }
  }
}

/** @returns the server, listening */
export async function startSmtp(): Promise<TestSmtp> {
  const smtp = new TestSmtp()
  await smtp.start()
  return smtp
}
