import { PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import type { AllStreamSubscription } from '@eventstore/db-client'
import { describe, expect, it } from 'vitest'
import { Inbox } from '../../src/eventstore/eventstoredb/inbox.ts'
import type { SubscriptionMessage } from '../../src/eventstore/port.ts'

function resolved(position: number, type = 'Counted') {
  const commit = BigInt(position)
  return {
    event: {
      streamId: 'test-1',
      id: '00000000-0000-4000-8000-000000000001',
      type,
      isJson: true,
      revision: 0n,
      data: { n: position },
      metadata: {},
      created: new Date(0),
      position: { commit, prepare: commit },
    },
  }
}

/** The client's stream, which takes any number of facts before anybody reads them, and an inbox that listens to it. */
function listening(after = 0n, head = 0n) {
  const stream = new PassThrough({ objectMode: true, highWaterMark: 10_000 })
  const inbox = new Inbox(after, head)
  inbox.listenTo(stream as unknown as AllStreamSubscription)
  return { stream, inbox }
}

function told(batch: readonly SubscriptionMessage[] | undefined): string[] | undefined {
  return batch?.map((message) =>
    message.kind === 'fact'
      ? `fact ${String(message.record.position)}`
      : `${message.kind} ${String(message.position)}`,
  )
}

describe('the inbox of a subscription', () => {
  it('holds progress back that the client tells ahead of facts it still has', async () => {
    const { stream, inbox } = listening(0n, 5n)
    stream.pause()
    for (const position of [1, 2, 3]) stream.write(resolved(position))
    inbox.checkpoint(4n)
    stream.emit('caughtUp')
    await turn()
    stream.resume()
    await turn()
    expect(told(await inbox.take())).toEqual(['fact 1', 'fact 2', 'fact 3', 'checkpoint 4', 'caught_up 5'])
  })

  it('tells progress at once when the client has no facts left', async () => {
    const { stream, inbox } = listening(7n, 9n)
    inbox.checkpoint(8n)
    expect(told(await inbox.take())).toEqual(['checkpoint 8'])
    stream.emit('caughtUp')
    expect(told(await inbox.take())).toEqual(['caught_up 9'])
  })

  it('never goes back: progress is at least as far as the facts before it', async () => {
    const { stream, inbox } = listening(0n, 5n)
    stream.write(resolved(20))
    await turn()
    inbox.checkpoint(10n)
    stream.emit('caughtUp')
    expect(told(await inbox.take())).toEqual(['fact 20', 'checkpoint 20', 'caught_up 20'])
  })

  it('keeps only the last of checkpoints in a row', async () => {
    const { stream, inbox } = listening()
    stream.write(resolved(1))
    await turn()
    for (const position of [2n, 3n, 4n]) inbox.checkpoint(position)
    stream.write(resolved(5))
    await turn()
    expect(told(await inbox.take())).toEqual(['fact 1', 'checkpoint 4', 'fact 5'])
  })

  it('skips records of the server itself, and releases what waited for them', async () => {
    const { stream, inbox } = listening()
    stream.pause()
    stream.write(resolved(1, '$streamDeleted'))
    inbox.checkpoint(2n)
    stream.resume()
    await turn()
    expect(told(await inbox.take())).toEqual(['checkpoint 2'])
  })

  it('makes the server wait when a thousand facts wait for the consumer, and takes more when they were taken', async () => {
    const { stream, inbox } = listening()
    for (let position = 1; position <= 1_500; position += 1) stream.write(resolved(position))
    await turn()
    inbox.checkpoint(2_000n)
    expect(stream.isPaused()).toBe(true)
    expect(await inbox.take()).toHaveLength(1_000)
    await turn()
    const rest = told(await inbox.take())
    expect(rest).toHaveLength(501)
    expect(rest?.at(-1)).toBe('checkpoint 2000')
  })

  it('gives what came before the end, then the end', async () => {
    const { stream, inbox } = listening()
    stream.end(resolved(1))
    await turn()
    expect(told(await inbox.take())).toEqual(['fact 1'])
    expect(await inbox.take()).toBeUndefined()
  })

  it('gives what came before an error, then throws it', async () => {
    const { stream, inbox } = listening()
    stream.write(resolved(1))
    await turn()
    stream.emit('error', new Error('14 UNAVAILABLE'))
    expect(told(await inbox.take())).toEqual(['fact 1'])
    await expect(inbox.take()).rejects.toThrow('14 UNAVAILABLE')
  })

  it('wakes a consumer that waits when it is closed', async () => {
    const { inbox } = listening()
    const waiting = inbox.take()
    inbox.close()
    expect(await waiting).toBeUndefined()
  })
})
