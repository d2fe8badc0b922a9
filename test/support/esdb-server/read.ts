import { type ServerWritableStream, status } from '@grpc/grpc-js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import { InvalidAppend, StreamDeleted, WrongExpectedRevision } from '../../../src/eventstore/port.ts'
import type { LogView } from './log-view.ts'
import { eventMessage, statusError, streamName, type WireRecord } from './wire.ts'

export type ReadCall = ServerWritableStream<streams.ReadReq, streams.ReadResp>

type Options = streams.ReadReq.Options

/** Answers a read of a stream, of a category's links or of `$all` with a limit; subscriptions are elsewhere. */
export async function read(log: LogView, call: ReadCall, options: Options): Promise<void> {
  const messages = options.hasAll() ? readAll(log, options) : await readStream(log, options)
  let left = Number(options.getCount())
  for await (const message of messages) {
    if (left <= 0 || call.cancelled) break
    left -= 1
    await send(call, message)
  }
  call.end()
}

/** Waits for the client when it does not take more: a slow reader must not fill the memory of the server. */
export async function send(call: ReadCall, message: streams.ReadResp): Promise<void> {
  if (call.cancelled || call.destroyed || call.write(message)) return
  await new Promise<void>((resolve) => {
    const events = ['drain', 'cancelled', 'close']
    const goOn = (): void => {
      for (const event of events) call.off(event, goOn)
      resolve()
    }
    for (const event of events) call.on(event, goOn)
  })
}

function isBackwards(options: Options): boolean {
  return options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS
}

async function* readAll(log: LogView, options: Options): AsyncGenerator<streams.ReadResp> {
  const all = options.getAll()
  const position = BigInt(all?.getPosition()?.getCommitPosition() ?? 0)
  const records = isBackwards(options)
    ? log.backwards(all?.hasEnd() === true ? undefined : position)
    : log.after(all?.hasPosition() === true ? position - 1n : 0n)
  for await (const record of records) yield eventMessage(record)
}

async function readStream(log: LogView, options: Options): Promise<AsyncIterable<streams.ReadResp>> {
  const request = options.getStream()
  const stream = streamName(request?.getStreamIdentifier())
  const from = request?.hasRevision() === true ? Number(request.getRevision()) : undefined
  if (stream.startsWith('$ce-')) return readLinks(log, stream, from, isBackwards(options))
  const limit = Math.min(Number(options.getCount()), 1_000_000)
  const slice = await log.store.readStream(stream, {
    direction: isBackwards(options) ? 'backwards' : 'forwards',
    limit,
    ...(from === undefined ? {} : { from }),
  })
  if (!slice.exists) return missing(log, stream)
  return toAsync(slice.records.map((record) => eventMessage(log.factOf(record))))
}

async function missing(log: LogView, stream: string): Promise<AsyncIterable<streams.ReadResp>> {
  if (await isTombstoned(log, stream)) {
    const about = { exception: 'stream-deleted', 'stream-name': 'test' }
    throw statusError(status.FAILED_PRECONDITION, 'the stream is deleted', about)
  }
  return toAsync([notFound(stream)])
}

/** Asks by an append that can never be done. */
async function isTombstoned(log: LogView, stream: string): Promise<boolean> {
  const probe = { id: '00000000-0000-4000-8000-000000000000', type: 'Probe', data: {}, metadata: {} }
  try {
    await log.store.append(stream, Number.MAX_SAFE_INTEGER, [probe])
  } catch (error) {
    if (error instanceof StreamDeleted) return true
    if (!(error instanceof WrongExpectedRevision) && !(error instanceof InvalidAppend)) throw error
  }
  return false
}

function notFound(stream: string): streams.ReadResp {
  const identifier = new shared.StreamIdentifier().setStreamName(Buffer.from(stream))
  return new streams.ReadResp().setStreamNotFound(
    new streams.ReadResp.StreamNotFound().setStreamIdentifier(identifier),
  )
}

/** The links that `$by_category` would have made, one for each fact; those to tombstoned streams lead nowhere. */
async function* readLinks(
  log: LogView,
  stream: string,
  from: number | undefined,
  backwards: boolean,
): AsyncGenerator<streams.ReadResp> {
  const facts: WireRecord[] = []
  const filter = { streamPrefixes: [`${stream.slice('$ce-'.length)}-`] }
  for await (const page of log.store.readAll({ filter }))
    facts.push(...page.map((record) => log.factOf(record)))
  if (facts.length === 0) {
    yield notFound(stream)
    return
  }
  const gone = new Map<string, boolean>()
  const numbered = facts.map((fact, revision) => ({ fact, revision }))
  const wanted = backwards
    ? numbered.slice(0, from === undefined ? undefined : from + 1).reverse()
    : numbered.slice(from ?? 0)
  for (const { fact, revision } of wanted) {
    if (!gone.has(fact.stream))
      gone.set(fact.stream, !(await log.store.readStream(fact.stream, { limit: 1 })).exists)
    const link = {
      ...fact,
      stream,
      revision,
      type: '$>',
      json: false,
      data: `${String(fact.revision)}@${fact.stream}`,
    }
    yield eventMessage(gone.get(fact.stream) === true ? undefined : fact, {
      ...link,
      position: fact.position + 3n,
    })
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- makes what is at hand iterable like what is read
async function* toAsync<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}
