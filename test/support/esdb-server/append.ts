import type { handleClientStreamingCall, handleUnaryCall } from '@grpc/grpc-js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import type { Faults } from './faults.ts'
import { type Expected, type Refusal, Refused } from './refused.ts'
import type { ServerLog, Written } from './server-log.ts'
import { errorOf, nameIn, newRecordOf } from './wire.ts'

type AppendHandler = handleClientStreamingCall<streams.AppendReq, streams.AppendResp>

/** One append with a call of its own. */
export function appendHandler(log: ServerLog, faults: Faults): AppendHandler {
  return (call, callback) => {
    const requests: streams.AppendReq[] = []
    const gone = new AbortController()
    faults.authorization = call.metadata.get('authorization')[0]?.toString()
    call.on('cancelled', () => {
      gone.abort()
    })
    call.on('data', (request: streams.AppendReq) => requests.push(request))
    call.on('end', () => {
      // Also the end of a call whose client died in the middle of it, which is told one turn later: nothing of it is kept.
      setImmediate(() => {
        if (gone.signal.aborted) return
        append(log, faults, requests, gone.signal).then(
          (response) => {
            callback(null, response)
          },
          (error: unknown) => {
            callback(errorOf(error))
          },
        )
      })
    })
  }
}

async function append(
  log: ServerLog,
  faults: Faults,
  requests: streams.AppendReq[],
  signal: AbortSignal,
): Promise<streams.AppendResp> {
  await faults.atAppend('before', signal)
  const options = requests[0]?.getOptions()
  const events = requests.flatMap((request) => request.getProposedMessage() ?? []).map(newRecordOf)
  try {
    const written = log.append(nameIn(options?.getStreamIdentifier()), expectedOf(options), events)
    await faults.atAppend('after', signal)
    return new streams.AppendResp().setSuccess(successOf(written))
  } catch (error) {
    if (!(error instanceof Refused) || faults.conflictsAsErrors) throw error
    if (error.refusal.kind !== 'wrong expected version') throw error
    return new streams.AppendResp().setWrongExpectedVersion(conflictOf(error.refusal))
  }
}

function successOf({ revision, position }: Written): streams.AppendResp.Success {
  const at = new streams.AppendResp.Position()
    .setCommitPosition(String(position))
    .setPreparePosition(String(position))
  return new streams.AppendResp.Success().setCurrentRevision(String(revision)).setPosition(at)
}

interface ExpectedOptions {
  hasNoStream(): boolean
  hasStreamExists?(): boolean
  hasRevision(): boolean
  getRevision(): string
}

function expectedOf(options: ExpectedOptions | undefined): Expected {
  if (options?.hasNoStream() === true) return 'no stream'
  if (options?.hasStreamExists?.() === true) return 'stream exists'
  if (options?.hasRevision() === true) return BigInt(options.getRevision())
  return 'any'
}

function conflictOf({
  actual,
  expected,
}: Refusal & { kind: 'wrong expected version' }): streams.AppendResp.WrongExpectedVersion {
  const conflict = new streams.AppendResp.WrongExpectedVersion()
  if (actual < 0n) conflict.setCurrentNoStream(new shared.Empty())
  else conflict.setCurrentRevision(String(actual))
  if (typeof expected === 'bigint') return conflict.setExpectedRevision(String(expected))
  if (expected === 'any') return conflict.setExpectedAny(new shared.Empty())
  if (expected === 'no stream') return conflict.setExpectedNoStream(new shared.Empty())
  return conflict.setExpectedStreamExists(new shared.Empty())
}

type DeleteHandler = handleUnaryCall<streams.DeleteReq, streams.DeleteResp>

/** Deletes for now: the stream may be written again. */
export function deleteHandler(log: ServerLog): DeleteHandler {
  return ({ request }, callback) => {
    const options = request.getOptions()
    try {
      const { position } = log.softDelete(nameIn(options?.getStreamIdentifier()), expectedOf(options))
      const at = new streams.DeleteResp.Position()
      at.setCommitPosition(String(position)).setPreparePosition(String(position))
      callback(null, new streams.DeleteResp().setPosition(at))
    } catch (error) {
      callback(errorOf(error))
    }
  }
}

type TombstoneHandler = handleUnaryCall<streams.TombstoneReq, streams.TombstoneResp>

/** Deletes for ever. */
export function tombstoneHandler(log: ServerLog): TombstoneHandler {
  return ({ request }, callback) => {
    const options = request.getOptions()
    try {
      const { position } = log.tombstone(nameIn(options?.getStreamIdentifier()), expectedOf(options))
      const at = new streams.TombstoneResp.Position()
      at.setCommitPosition(String(position)).setPreparePosition(String(position))
      callback(null, new streams.TombstoneResp().setPosition(at))
    } catch (error) {
      callback(errorOf(error))
    }
  }
}
