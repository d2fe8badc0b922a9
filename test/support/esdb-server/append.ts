import type { handleClientStreamingCall, handleUnaryCall } from '@grpc/grpc-js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import {
  type ExpectedRevision,
  type JsonObject,
  type NewRecord,
  WrongExpectedRevision,
} from '../../../src/eventstore/port.ts'
import type { Faults } from './faults.ts'
import type { LogView } from './log-view.ts'
import { errorOf, streamName } from './wire.ts'

type AppendHandler = handleClientStreamingCall<streams.AppendReq, streams.AppendResp>

export function appendHandler(log: LogView, faults: Faults): AppendHandler {
  return (call, callback) => {
    const requests: streams.AppendReq[] = []
    call.on('data', (request: streams.AppendReq) => requests.push(request))
    call.on('end', () => {
      append(log, faults, requests).then(
        (response) => {
          callback(null, response)
        },
        (error: unknown) => {
          callback(errorOf(error))
        },
      )
    })
  }
}

async function append(
  log: LogView,
  faults: Faults,
  requests: streams.AppendReq[],
): Promise<streams.AppendResp> {
  faults.beforeAppend()
  const options = requests[0]?.getOptions()
  const records = requests.flatMap((request) => request.getProposedMessage() ?? []).map(recordOf)
  try {
    const expected = expectedOf(options)
    const result = await log.store.append(streamName(options?.getStreamIdentifier()), expected, records)
    faults.afterAppend()
    const position = String(log.positionOf(result.position))
    return new streams.AppendResp().setSuccess(
      new streams.AppendResp.Success()
        .setCurrentRevision(String(result.revision))
        .setPosition(
          new streams.AppendResp.Position().setCommitPosition(position).setPreparePosition(position),
        ),
    )
  } catch (error) {
    if (!(error instanceof WrongExpectedRevision) || faults.conflictsAsErrors) throw error
    return new streams.AppendResp().setWrongExpectedVersion(conflictOf(error))
  }
}

function recordOf(message: streams.AppendReq.ProposedMessage): NewRecord {
  return {
    id: message.getId()?.getString() ?? '',
    type: message.getMetadataMap().get('type') ?? '',
    data: parse(message.getData_asU8()),
    metadata: parse(message.getCustomMetadata_asU8()),
  }
}

function parse(bytes: Uint8Array): JsonObject {
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as JsonObject
}

function expectedOf(options: streams.AppendReq.Options | undefined): ExpectedRevision {
  if (options?.hasNoStream() === true) return 'no_stream'
  if (options?.hasStreamExists() === true) return 'stream_exists'
  if (options?.hasRevision() === true) return Number(options.getRevision())
  return 'any'
}

function conflictOf({ actual, expected }: WrongExpectedRevision): streams.AppendResp.WrongExpectedVersion {
  const conflict = new streams.AppendResp.WrongExpectedVersion()
  if (actual === 'no_stream') conflict.setCurrentNoStream(new shared.Empty())
  else conflict.setCurrentRevision(String(actual))
  if (typeof expected === 'number') conflict.setExpectedRevision(String(expected))
  if (expected === 'any') conflict.setExpectedAny(new shared.Empty())
  if (expected === 'no_stream') conflict.setExpectedNoStream(new shared.Empty())
  if (expected === 'stream_exists') conflict.setExpectedStreamExists(new shared.Empty())
  return conflict
}

type TombstoneHandler = handleUnaryCall<streams.TombstoneReq, streams.TombstoneResp>

/** Tombstoning whatever the revision, which is all that the product asks for. */
export function tombstoneHandler(log: LogView): TombstoneHandler {
  return (call, callback) => {
    log.tombstone(streamName(call.request.getOptions()?.getStreamIdentifier())).then(
      () => {
        callback(null, new streams.TombstoneResp().setNoPosition(new shared.Empty()))
      },
      (error: unknown) => {
        callback(errorOf(error))
      },
    )
  }
}
