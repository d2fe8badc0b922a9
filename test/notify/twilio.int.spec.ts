import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DeliveryFailed, type SmsSender } from '../../src/notify/message.ts'
import { createOutbox } from '../../src/notify/outbox.ts'
import { createSms } from '../../src/notify/sms.ts'

const clock = { now: () => 0 }
const account = { accountSid: `AC${'a'.repeat(32)}`, authToken: 'token', from: '+15005550006' }
const owner = { kind: 'event', id: '01JCDR00000000000000000000' } as const
const message = { id: 'm1', owner, to: '+4915112345678', text: 'Anna invites you' }

interface Asked {
  readonly url: string
  readonly authorization: string
  readonly form: Record<string, string>
}

let server: Server
let asked: Asked[]
let answer: { status: number; body: object } | 'hang_up'

beforeEach(async () => {
  asked = []
  answer = { status: 201, body: { sid: `SM${'b'.repeat(32)}`, status: 'queued' } }
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')))
    request.on('end', () => {
      asked.push({
        url: request.url ?? '',
        authorization: request.headers.authorization ?? '',
        form: Object.fromEntries(new URLSearchParams(body)),
      })
      if (answer === 'hang_up') request.socket.destroy()
      else
        response
          .writeHead(answer.status, { 'content-type': 'application/json' })
          .end(JSON.stringify(answer.body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

function sender(changes: Partial<typeof account> = {}): SmsSender {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const twilio = { ...account, ...changes }
  return createSms({
    twilio,
    outbox: createOutbox('/nowhere'),
    clock,
    baseUrl: `http://127.0.0.1:${String(port)}`,
  })
}

async function failure(): Promise<DeliveryFailed> {
  const error: unknown = await sender()
    .send(message)
    .catch((thrown: unknown) => thrown)
  if (!(error instanceof DeliveryFailed)) throw new Error(`expected a DeliveryFailed, got ${String(error)}`)
  return error
}

test('a text message is handed to the account with number and text', async () => {
  await sender().send(message)
  expect(asked).toEqual([
    {
      url: `/2010-04-01/Accounts/${account.accountSid}/Messages.json`,
      authorization: `Basic ${Buffer.from(`${account.accountSid}:token`).toString('base64')}`,
      form: { To: '+4915112345678', From: '+15005550006', Body: 'Anna invites you' },
    },
  ])
})

test('a messaging service can stand for the number', async () => {
  const from = `MG${'c'.repeat(32)}`
  await sender({ from }).send(message)
  expect(asked[0]?.form).toEqual({
    To: '+4915112345678',
    MessagingServiceSid: from,
    Body: 'Anna invites you',
  })
})

test.each([
  [21211, 'This is not a phone number that can be reached (21211).'],
  [21610, 'The person has asked for no more text messages (21610).'],
])(
  'a number that can never be reached (%i) is given up, in words without the number',
  async (code, words) => {
    answer = { status: 400, body: { code, status: 400, message: `The 'To' number +4915112345678 is wrong` } }
    expect(await failure()).toMatchObject({ permanent: true, message: words })
  },
)

test.each([
  [429, 20429],
  [503, 20503],
  [401, 20003],
])('a service that is busy, down or refuses our account (%i) is tried again', async (status, code) => {
  answer = { status, body: { code, status, message: 'no' } }
  expect(await failure()).toMatchObject({
    permanent: false,
    message: `The SMS service did not take it (${String(status)}, ${String(code)}).`,
  })
})

test('a connection that breaks is tried again', async () => {
  answer = 'hang_up'
  expect(await failure()).toMatchObject({
    permanent: false,
    message: 'The SMS service could not be reached.',
  })
})
