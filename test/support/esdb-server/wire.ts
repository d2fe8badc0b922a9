import { Metadata, status } from '@grpc/grpc-js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import { type Expected, Refused } from './refused.ts'
import type { LogRecord, NewRecord } from './server-log.ts'

/** Milliseconds to the 100 ns ticks of .NET. */
const TICKS = 10_000n

/** @returns the message of a record, or of a link with the record it leads to, which may be gone. */
export function eventMessage(event: LogRecord | undefined, link?: LogRecord): streams.ReadResp {
  const message = new streams.ReadResp.ReadEvent()
  if (event !== undefined) message.setEvent(recorded(event))
  if (link !== undefined) message.setLink(recorded(link))
  message.setCommitPosition(String((link ?? event)?.position ?? 0n))
  return new streams.ReadResp().setEvent(message)
}

function recorded(record: LogRecord): streams.ReadResp.ReadEvent.RecordedEvent {
  const message = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(record.id))
    .setStreamIdentifier(identifierOf(record.stream))
    .setStreamRevision(String(record.revision))
    .setCommitPosition(String(record.position))
    .setPreparePosition(String(record.position))
    .setData(record.data)
    .setCustomMetadata(record.metadata)
  message
    .getMetadataMap()
    .set('type', record.type)
    .set('content-type', record.json ? 'application/json' : 'application/octet-stream')
    .set('created', String(BigInt(record.created.getTime()) * TICKS))
  return message
}

export function identifierOf(stream: string): shared.StreamIdentifier {
  return new shared.StreamIdentifier().setStreamName(Buffer.from(stream))
}

export function nameIn(identifier: shared.StreamIdentifier | undefined): string {
  return Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8')
}

type Proposed = streams.AppendReq.ProposedMessage | streams.BatchAppendReq.ProposedMessage

/** @throws a status error when the event has no type or content type */
export function newRecordOf(message: Proposed): NewRecord {
  const [type, contentType] = ['type', 'content-type'].map((key) => {
    const value = message.getMetadataMap().get(key)
    if (value !== undefined) return value
    throw statusError(status.INVALID_ARGUMENT, `Required Metadata Property '${key}' is missing`, {
      exception: 'missing-required-metadata-property',
      'required-metadata-properties': 'type,content-type',
    })
  })
  return {
    // As the server gives them back: ids are compared as numbers there.
    id: (message.getId()?.getString() ?? '').toLowerCase(),
    type: type ?? '',
    json: contentType === 'application/json',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  }
}

/** @returns the error that EventStoreDB answers with: a status, and what it is about in the trailers. */
export function statusError(code: status, details: string, about: Record<string, string> = {}) {
  const metadata = new Metadata()
  for (const [key, value] of Object.entries(about)) metadata.set(key, value)
  return Object.assign(new Error(details), { code, details, metadata })
}

function isStatusError(error: unknown): error is ReturnType<typeof statusError> {
  return error instanceof Error && 'code' in error && 'metadata' in error
}

/** As the trailers write it. */
function expectedNumber(expected: Expected): string {
  if (typeof expected === 'bigint') return String(expected)
  return { any: '-2', 'no stream': '-1', 'stream exists': '-4' }[expected]
}

/** @returns the status of EventStoreDB for what it refused, or for an error of the server itself. */
export function errorOf(error: unknown) {
  if (!(error instanceof Refused)) {
    if (isStatusError(error)) return error
    return statusError(status.UNKNOWN, error instanceof Error ? error.message : String(error))
  }
  const { refusal } = error
  switch (refusal.kind) {
    case 'deleted':
      return statusError(status.FAILED_PRECONDITION, `Event stream '${refusal.stream}' is deleted.`, {
        exception: 'stream-deleted',
        'stream-name': encodeURIComponent(refusal.stream),
      })
    case 'wrong expected version':
      return statusError(status.FAILED_PRECONDITION, 'Append failed due to WrongExpectedVersion.', {
        exception: 'wrong-expected-version',
        'stream-name': encodeURIComponent(refusal.stream),
        'expected-version': expectedNumber(refusal.expected),
        'actual-version': String(refusal.actual),
      })
    case 'too large':
      return statusError(
        status.INVALID_ARGUMENT,
        `Maximum Append Size of ${String(refusal.most)} Exceeded.`,
        {
          exception: 'maximum-append-size-exceeded',
          'maximum-append-size': String(refusal.most),
        },
      )
  }
}
