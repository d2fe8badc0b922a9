import { type ServerWritableStream, status } from '@grpc/grpc-js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import type { LogRecord, ServerLog } from './server-log.ts'
import type { Stream } from './stream.ts'
import { eventMessage, identifierOf, nameIn, statusError } from './wire.ts'

export type ReadCall = ServerWritableStream<streams.ReadReq, streams.ReadResp>
export type Options = streams.ReadReq.Options

/** Sends one message; resolves when the client takes more. @returns whether to go on */
export type Send = (message: streams.ReadResp) => Promise<boolean>

/** Answers a read of a stream or of `$all` with a limit; subscriptions are elsewhere. */
export async function read(log: ServerLog, options: Options, send: Send): Promise<void> {
  if (options.hasFilter())
    throw statusError(status.UNIMPLEMENTED, 'a filter on a read, not on a subscription')
  let left = Number(options.getCount())
  const messages = options.hasAll() ? readAll(log, options) : readStream(log, options)
  for (const message of messages) {
    if (left <= 0 || !(await send(message))) return
    left -= 1
  }
}

/** @returns the message of a record; of a link the record that it leads to beside it, when the client asks for that. */
export function messageOf(log: ServerLog, options: Options, record: LogRecord): streams.ReadResp {
  if (!options.getResolveLinks() || record.target === undefined) return eventMessage(record)
  return eventMessage(log.resolve(record), record)
}

function isBackwards(options: Options): boolean {
  return options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS
}

/** A position lies before its record: forwards reads that record first, backwards the one before it. */
function* readAll(log: ServerLog, options: Options): Generator<streams.ReadResp> {
  const all = options.getAll()
  const at = log.indexOf(BigInt(all?.getPosition()?.getCommitPosition() ?? 0))
  if (isBackwards(options)) {
    const from = all?.hasPosition() === true ? at : all?.hasStart() === true ? 0 : log.records.length
    for (let i = from - 1; i >= 0; i -= 1) yield messageOf(log, options, there(log.records[i]))
  } else if (all?.hasEnd() !== true) {
    for (let i = at; i < log.records.length; i += 1) yield messageOf(log, options, there(log.records[i]))
  }
}

function* readStream(log: ServerLog, options: Options): Generator<streams.ReadResp> {
  const name = nameIn(options.getStream()?.getStreamIdentifier())
  const stream = log.stream(name)
  assertReadable(name, stream)
  if (stream?.exists !== true) {
    const missing = new streams.ReadResp.StreamNotFound().setStreamIdentifier(identifierOf(name))
    yield new streams.ReadResp().setStreamNotFound(missing)
    return
  }
  for (const revision of revisionsOf(stream, options)) {
    if (stream.isVisible(revision)) yield messageOf(log, options, there(stream.at(revision)))
  }
}

/** @throws a status error for a stream that was tombstoned */
export function assertReadable(name: string, stream: Stream | undefined): void {
  if (stream?.tombstoned !== true) return
  const about = { exception: 'stream-deleted', 'stream-name': encodeURIComponent(name) }
  throw statusError(status.FAILED_PRECONDITION, `Event stream '${name}' is deleted.`, about)
}

function* revisionsOf(stream: Stream, options: Options): Generator<bigint> {
  const request = options.getStream()
  const wanted = request?.hasRevision() === true ? BigInt(request.getRevision()) : undefined
  const { first, last } = stream
  if (isBackwards(options)) {
    const from = request?.hasStart() === true ? 0n : (wanted ?? last)
    for (let revision = from > last ? last : from; revision >= first; revision -= 1n) yield revision
  } else if (request?.hasEnd() !== true) {
    const from = wanted ?? 0n
    for (let revision = from > first ? from : first; revision <= last; revision += 1n) yield revision
  }
}

function there(record: LogRecord | undefined): LogRecord {
  if (record === undefined) throw new Error('a record of the log is missing')
  return record
}
