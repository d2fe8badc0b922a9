import { setTimeout as wait } from 'node:timers/promises'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'

/** What the server does with the next mail. */
export type MailBehaviour =
  | { readonly kind: 'accept'; readonly delayMs?: number }
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

export interface TestSmtp {
  /** With user name and password. */
  readonly url: string
  /** Mails that the server took, in order. */
  readonly received: readonly ReceivedMail[]
  /** How many mails were tried, also those it refused. */
  readonly tries: number
  /** Decides about each try, counted from 1; until then every mail is taken. */
  behave(plan: (attempt: number, to: string) => MailBehaviour): void
  stop(): Promise<void>
}

const USER = { user: 'guestguard', pass: 'correct horse' }
const ACCEPT: MailBehaviour = { kind: 'accept' }

function reply(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code })
}

/** A real SMTP server on this machine that can misbehave in the ways mail servers do. */
export async function startSmtp(): Promise<TestSmtp> {
  const received: ReceivedMail[] = []
  let tries = 0
  let plan: (attempt: number, to: string) => MailBehaviour = () => ACCEPT
  const planned = new Map<string, MailBehaviour>()

  const server = new SMTPServer({
    closeTimeout: 1_000,
    authOptional: false,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    logger: false,
    onAuth({ username, password }, _session, done) {
      if (username === USER.user && password === USER.pass) done(null, { user: username })
      else done(reply(535, '5.7.8 Authentication failed'))
    },
    onRcptTo({ address }, session, done) {
      tries += 1
      const behaviour = plan(tries, address)
      planned.set(session.id, behaviour)
      if (behaviour.kind === 'refuse') done(reply(behaviour.code, behaviour.text))
      else done()
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        void settle(session, Buffer.concat(chunks), done)
      })
    },
  })
  // A connection that is cut on purpose is reported here.
  server.on('error', () => undefined)

  async function settle(
    session: SMTPServerSession,
    raw: Buffer,
    done: (error?: Error) => void,
  ): Promise<void> {
    const behaviour = planned.get(session.id) ?? ACCEPT
    if (behaviour.kind === 'hold') return
    if (behaviour.kind === 'hang_up') {
      for (const connection of server.connections) {
        if ((connection as { session: SMTPServerSession }).session.id === session.id) connection.close()
      }
      return
    }
    if (behaviour.kind === 'refuse_content') {
      done(reply(behaviour.code, behaviour.text))
      return
    }
    if (behaviour.kind === 'accept' && behaviour.delayMs !== undefined) await wait(behaviour.delayMs)
    const { mailFrom, rcptTo } = session.envelope
    received.push({
      from: mailFrom === false ? '' : mailFrom.address,
      to: rcptTo.map(({ address }) => address),
      raw: raw.toString('utf8'),
      email: await PostalMime.parse(raw),
    })
    done()
  }

  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `smtp://${USER.user}:${encodeURIComponent(USER.pass)}@127.0.0.1:${String(port)}`,
    received,
    get tries() {
      return tries
    },
    behave(next) {
      plan = next
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
      }),
  }
}
