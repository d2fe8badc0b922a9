import type { handleBidiStreamingCall } from '@grpc/grpc-js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import rpcStatus from '@eventstore/db-client/generated/status_pb.js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import any from 'google-protobuf/google/protobuf/any_pb.js'
import empty from 'google-protobuf/google/protobuf/empty_pb.js'
import type { Faults } from './faults.ts'
import { type Expected, type Refusal, Refused } from './refused.ts'
import type { NewRecord, ServerLog, Written } from './server-log.ts'
import { errorOf, identifierOf, nameIn, newRecordOf } from './wire.ts'

type Handler = handleBidiStreamingCall<streams.BatchAppendReq, streams.BatchAppendResp>
type Options = streams.BatchAppendReq.Options

interface Pending {
  readonly options: Options
  readonly events: NewRecord[]
}

/** Many appends on one call, each told apart by its correlation id; what one is refused with does not end the others. */
export function batchAppendHandler(log: ServerLog, faults: Faults): Handler {
  return (call) => {
    const pending = new Map<string, Pending>()
    const gone = new AbortController()
    let work = Promise.resolve()
    call.on('cancelled', () => {
      gone.abort()
    })
    const fail = (error: unknown): void => {
      call.emit('error', errorOf(error))
    }
    call.on('data', (request: streams.BatchAppendReq) => {
      try {
        const append = gather(pending, request)
        if (append === undefined) return
        work = work
          .then(() => answer(log, faults, append, gone.signal))
          .then((response) => void call.write(response.setCorrelationId(request.getCorrelationId())))
          .catch(fail)
      } catch (error) {
        fail(error)
      }
    })
    call.on('end', () => void work.then(() => call.end()))
  }
}

/** @returns an append once all its events have come */
function gather(pending: Map<string, Pending>, request: streams.BatchAppendReq): Pending | undefined {
  const key = request.getCorrelationId()?.getString() ?? ''
  const options = request.getOptions()
  const append = pending.get(key) ?? (options === undefined ? undefined : { options, events: [] })
  if (append === undefined) return undefined
  pending.set(key, append)
  append.events.push(...request.getProposedMessagesList().map(newRecordOf))
  if (!request.getIsFinal()) return undefined
  pending.delete(key)
  return append
}

async function answer(
  log: ServerLog,
  faults: Faults,
  { options, events }: Pending,
  signal: AbortSignal,
): Promise<streams.BatchAppendResp> {
  const stream = nameIn(options.getStreamIdentifier())
  const response = new streams.BatchAppendResp().setStreamIdentifier(identifierOf(stream))
  await faults.atAppend('before', signal)
  const deadline = options.getDeadline()?.toDate()
  if (deadline !== undefined && deadline.getTime() <= Date.now()) return response.setError(timeout())
  try {
    const written = log.append(stream, expectedOf(options), events)
    await faults.atAppend('after', signal)
    return response.setSuccess(successOf(written))
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return response.setError(statusOf(error.refusal))
  }
}

function successOf({ revision, position }: Written): streams.BatchAppendResp.Success {
  const at = new shared.AllStreamPosition()
    .setCommitPosition(String(position))
    .setPreparePosition(String(position))
  return new streams.BatchAppendResp.Success().setCurrentRevision(String(revision)).setPosition(at)
}

function expectedOf(options: Options): Expected {
  if (options.hasNoStream()) return 'no stream'
  if (options.hasStreamExists()) return 'stream exists'
  return options.hasStreamPosition() ? BigInt(options.getStreamPosition()) : 'any'
}

function timeout(): rpcStatus.Status {
  return packed('Timeout', 'event_store.client.Timeout', new shared.Timeout())
}

function statusOf(refusal: Refusal): rpcStatus.Status {
  switch (refusal.kind) {
    case 'deleted': {
      const deleted = new shared.StreamDeleted().setStreamIdentifier(identifierOf(refusal.stream))
      return packed('StreamDeleted', 'event_store.client.StreamDeleted', deleted)
    }
    case 'too large': {
      const tooLarge = new shared.MaximumAppendSizeExceeded().setMaxappendsize(refusal.most)
      return packed('TooLarge', 'event_store.client.MaximumAppendSizeExceeded', tooLarge)
    }
    case 'wrong expected version':
      return packed('WrongExpectedVersion', 'event_store.client.WrongExpectedVersion', conflictOf(refusal))
  }
}

function conflictOf({
  actual,
  expected,
}: Refusal & { kind: 'wrong expected version' }): shared.WrongExpectedVersion {
  const conflict = new shared.WrongExpectedVersion()
  if (actual < 0n) conflict.setCurrentNoStream(new empty.Empty())
  else conflict.setCurrentStreamRevision(String(actual))
  if (typeof expected === 'bigint') return conflict.setExpectedStreamPosition(String(expected))
  if (expected === 'no stream') return conflict.setExpectedNoStream(new empty.Empty())
  if (expected === 'stream exists') return conflict.setExpectedStreamExists(new empty.Empty())
  return conflict.setExpectedAny(new empty.Empty())
}

function packed(message: string, type: string, details: { serializeBinary(): Uint8Array }): rpcStatus.Status {
  const packedDetails = new any.Any()
  packedDetails.pack(details.serializeBinary(), type)
  return new rpcStatus.Status().setMessage(message).setDetails(packedDetails)
}
