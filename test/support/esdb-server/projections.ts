import type { handleServerStreamingCall, handleUnaryCall } from '@grpc/grpc-js'
import { status } from '@grpc/grpc-js'
import projections from '@eventstore/db-client/generated/projections_pb.js'
import type { ServerLog } from './server-log.ts'
import { statusError } from './wire.ts'

const NAME = '$by_category'

type Statistics = handleServerStreamingCall<projections.StatisticsReq, projections.StatisticsResp>

/** Tells whether `$by_category` runs and how far it is. */
export function statisticsHandler(log: ServerLog): Statistics {
  return (call) => {
    const name = call.request.getOptions()?.getName() ?? ''
    const error = refusal(log, name)
    if (error !== undefined) {
      call.emit('error', error)
      return
    }
    const { status: state, checkpoint, position } = log.byCategory
    const tagOf = (at: bigint) => `C:${String(at)}/P:${String(at)}`
    const details = new projections.StatisticsResp.Details()
      .setName(name)
      .setEffectivename(name)
      .setStatus(state)
      .setPosition(tagOf(position))
      .setLastcheckpoint(tagOf(checkpoint))
      // The client reads these as numbers, whatever is in them.
      .setCoreprocessingtime('0')
      .setVersion('0')
      .setEpoch('0')
      .setEventsprocessedafterrestart('0')
      .setBufferedevents('0')
    call.write(new projections.StatisticsResp().setDetails(details))
    call.end()
  }
}

export function enableHandler(
  log: ServerLog,
): handleUnaryCall<projections.EnableReq, projections.EnableResp> {
  return ({ request }, callback) => {
    const error = refusal(log, request.getOptions()?.getName() ?? '')
    if (error === undefined) log.byCategory.enable()
    callback(error ?? null, new projections.EnableResp())
  }
}

function refusal({ byCategory }: ServerLog, name: string) {
  if (byCategory.missing) return statusError(status.UNIMPLEMENTED, 'Service is unimplemented.')
  if (byCategory.forbidden) {
    return statusError(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' })
  }
  return name === NAME ? undefined : statusError(status.NOT_FOUND, `Projection '${name}' not found`)
}
