import {
  binaryEvent,
  DeadlineExceededError,
  jsonEvent,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  StreamNotFoundError,
  UnavailableError,
  WrongExpectedVersionError,
} from '@eventstore/db-client'
import { afterEach, describe, expect, it } from 'vitest'
import { all, newName, numbered, numbersIn, withClient, withServer } from './client.ts'

const server = withServer()
const client = withClient(server)
const quiet = withClient(server, '&throwOnAppendFailure=false')

afterEach(() => {
  server().faults.delayMs = 0
  server().faults.conflictsAsErrors = false
})

/** With credentials the client makes a call of its own for each append, without them one call for all. */
const CALLS = [
  ['Append', { credentials: { username: 'nobody', password: 'wrong' } }],
  ['BatchAppend', {}],
] as const

describe.each(CALLS)('the call %s', (_, options) => {
  const append = (
    stream: string,
    events: Parameters<ReturnType<typeof client>['appendToStream']>[1],
    more = {},
  ) => client().appendToStream(stream, events, { ...options, ...more })

  it('appends events, and answers with revision and position', async () => {
    const stream = newName()
    const first = await append(stream, numbered(3), { expectedRevision: 'no_stream' })
    expect(first).toMatchObject({ success: true, nextExpectedRevision: 2n })
    const second = await append(stream, numbered(1, 3), { expectedRevision: 2n })
    expect(second.position?.commit).toBeGreaterThan(first.position?.commit ?? 0n)
    const events = await all(client().readStream(stream))
    expect(numbersIn(events)).toEqual([0, 1, 2, 3])
    expect(events.at(-1)?.event).toMatchObject({ revision: 3n, position: second.position })
  })

  it('takes JSON and bytes, with metadata of both kinds', async () => {
    const stream = newName()
    await append(stream, [
      jsonEvent({ type: 'Json', data: { text: 'ü🎉' }, metadata: { by: 'me' } }),
      binaryEvent({ type: 'Bytes', data: Uint8Array.of(0, 255, 7), metadata: Uint8Array.of(1) }),
    ])
    const [json, bytes] = await all(client().readStream(stream))
    expect(json?.event).toMatchObject({ isJson: true, data: { text: 'ü🎉' }, metadata: { by: 'me' } })
    expect(Buffer.from(bytes?.event?.data as Uint8Array)).toEqual(Buffer.of(0, 255, 7))
    expect(bytes?.event).toMatchObject({ isJson: false, type: 'Bytes' })
  })

  it.each([
    ['no_stream', 2],
    [0n, 2],
    [5n, 2],
    ['stream_exists', 0],
    [0n, 0],
  ] as const)(
    'refuses the expectation %s of a stream with %i events, as an error',
    async (expectedRevision, count) => {
      const stream = newName()
      if (count > 0) await client().appendToStream(stream, numbered(count))
      const error: unknown = await append(stream, numbered(1), { expectedRevision }).catch((e: unknown) => e)
      expect(error).toBeInstanceOf(WrongExpectedVersionError)
      expect(error).toMatchObject({ actualVersion: count === 0 ? 'no_stream' : 1n })
    },
  )

  it('refuses a wrong expectation as a value, when the client wants that', async () => {
    const stream = newName()
    await append(stream, numbered(2))
    const answer = await quiet().appendToStream(stream, numbered(1), { ...options, expectedRevision: 7n })
    expect(answer.success).toBe(false)
    expect(await all(client().readStream(stream))).toHaveLength(2)
  })

  it('knows a retry by its ids', async () => {
    const stream = newName()
    const events = numbered(2)
    const first = await append(stream, events, { expectedRevision: 'no_stream' })
    await append(stream, numbered(1, 2))
    for (const expectedRevision of ['no_stream', 'any']) {
      expect(await append(stream, events, { expectedRevision })).toEqual(first)
    }
    expect(await all(client().readStream(stream))).toHaveLength(3)
  })

  it('refuses more than 1 MiB in one append', async () => {
    const big = () => jsonEvent({ type: 'Big', data: { text: 'x'.repeat(600_000) } })
    await append(newName(), [big()])
    await expect(append(newName(), [big(), big()])).rejects.toThrow(MaxAppendSizeExceededError)
  })

  it('refuses a stream that was tombstoned', async () => {
    const stream = newName()
    await client().tombstoneStream(stream)
    await expect(append(stream, numbered(1))).rejects.toThrow(StreamDeletedError)
  })

  it('fails as unavailable, and when the connection is cut', async () => {
    for (const how of ['unavailable', 'cut'] as const) {
      server().faults.failAppend('before', how)
      await expect(append(newName(), numbered(1))).rejects.toThrow(UnavailableError)
    }
    expect((await append(newName(), numbered(1))).success).toBe(true)
  })

  it('ends at the deadline of the client', async () => {
    server().faults.delayMs = 200
    const late = append(newName(), numbered(1), { deadline: 50 })
    await expect(late).rejects.toThrow(DeadlineExceededError)
  })
})

describe('a wrong expectation, on servers that fail the call for it', () => {
  it('is the same error', async () => {
    server().faults.conflictsAsErrors = true
    const [, options] = CALLS[0]
    const appending = client().appendToStream(newName(), numbered(1), { ...options, expectedRevision: 3n })
    await expect(appending).rejects.toThrow(WrongExpectedVersionError)
  })
})

describe('deleting', () => {
  it('hides what is in a stream; whoever writes again goes on counting', async () => {
    const stream = newName()
    await client().appendToStream(stream, numbered(3))
    expect((await client().deleteStream(stream)).position).toBeDefined()
    await expect(all(client().readStream(stream))).rejects.toThrow(StreamNotFoundError)
    const again = await client().appendToStream(stream, numbered(1, 3), { expectedRevision: 'no_stream' })
    expect(again.nextExpectedRevision).toBe(3n)
    const events = await all(client().readStream(stream))
    expect(events.map(({ event }) => event?.revision)).toEqual([3n])
  })

  it('holds to the expected revision', async () => {
    const stream = newName()
    await client().appendToStream(stream, numbered(3))
    await expect(client().deleteStream(stream, { expectedRevision: 0n })).rejects.toThrow(
      WrongExpectedVersionError,
    )
    await expect(client().tombstoneStream(stream, { expectedRevision: 0n })).rejects.toThrow(
      WrongExpectedVersionError,
    )
    await client().tombstoneStream(stream, { expectedRevision: 2n })
    await expect(all(client().readStream(stream))).rejects.toThrow(StreamDeletedError)
    await expect(client().deleteStream(stream)).rejects.toThrow(StreamDeletedError)
    await expect(client().tombstoneStream(stream)).rejects.toThrow(StreamDeletedError)
  })
})
