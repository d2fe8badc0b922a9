import { Metadata, status } from '@grpc/grpc-js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import {
  RecordTooLarge,
  StoreUnavailable,
  StreamDeleted,
  WrongExpectedRevision,
} from '../../../src/eventstore/port.ts'

/** A record as it stands in the log of the server: a fact, or one of the server's own. */
export interface WireRecord {
  readonly stream: string
  readonly revision: number
  readonly position: bigint
  readonly id: string
  readonly type: string
  readonly json: boolean
  readonly data: string
  readonly metadata: string
  readonly created: Date
}

/** Milliseconds to the 100 ns ticks of .NET. */
const TICKS = 10_000n

/** @returns the message of a record, or of a link with the record it leads to, which may be gone. */
export function eventMessage(event: WireRecord | undefined, link?: WireRecord): streams.ReadResp {
  const message = new streams.ReadResp.ReadEvent()
  if (event !== undefined) message.setEvent(recorded(event))
  if (link !== undefined) message.setLink(recorded(link))
  message.setCommitPosition(String((link ?? event)?.position ?? 0n))
  return new streams.ReadResp().setEvent(message)
}

function recorded(record: WireRecord): streams.ReadResp.ReadEvent.RecordedEvent {
  const message = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(record.id))
    .setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(record.stream)))
    .setStreamRevision(String(record.revision))
    .setCommitPosition(String(record.position))
    .setPreparePosition(String(record.position))
    .setData(Buffer.from(record.data))
    .setCustomMetadata(Buffer.from(record.metadata))
  message
    .getMetadataMap()
    .set('type', record.type)
    .set('content-type', record.json ? 'application/json' : 'application/octet-stream')
    .set('created', String(BigInt(record.created.getTime()) * TICKS))
  return message
}

export function streamName(identifier: shared.StreamIdentifier | undefined): string {
  return Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8')
}

/** @returns the error that EventStoreDB answers with: a status, and what it is about in the trailers. */
export function statusError(code: status, details: string, about: Record<string, string> = {}) {
  const metadata = new Metadata()
  for (const [key, value] of Object.entries(about)) metadata.set(key, value)
  return Object.assign(new Error(details), { code, details, metadata })
}

/** @returns the status of EventStoreDB for an error of the store behind it. */
export function errorOf(error: unknown) {
  if (error instanceof StreamDeleted) {
    return statusError(status.FAILED_PRECONDITION, error.message, {
      exception: 'stream-deleted',
      'stream-name': 'test',
    })
  }
  if (error instanceof WrongExpectedRevision) {
    return statusError(status.FAILED_PRECONDITION, error.message, {
      exception: 'wrong-expected-version',
      'stream-name': 'test',
      'expected-version': String(typeof error.expected === 'number' ? error.expected : -1),
      'actual-version': String(error.actual === 'no_stream' ? -1 : error.actual),
    })
  }
  if (error instanceof RecordTooLarge) {
    return statusError(status.INVALID_ARGUMENT, error.message, {
      exception: 'maximum-append-size-exceeded',
      'maximum-append-size': '1048576',
    })
  }
  const code = error instanceof StoreUnavailable ? status.UNAVAILABLE : status.UNKNOWN
  return statusError(code, error instanceof Error ? error.message : String(error))
}
