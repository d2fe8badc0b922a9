import streams from '@eventstore/db-client/generated/streams_pb.js'
import type { LogView } from './log-view.ts'
import { type ReadCall, send } from './read.ts'
import { eventMessage, type WireRecord } from './wire.ts'

type Options = streams.ReadReq.Options

/** Follows `$all` for a client: confirmation, filtered history, caught up, live; checkpoints as the filter asks for. */
export async function subscribe(
  log: LogView,
  call: ReadCall,
  options: Options,
  signal: AbortSignal,
): Promise<void> {
  const confirmation = new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId('test')
  await send(call, new streams.ReadResp().setConfirmation(confirmation))
  const position = options.getAll()?.getPosition()
  const after = position === undefined ? 0n : BigInt(position.getCommitPosition())
  const filter = filterOf(options)
  let considered = 0
  for await (const batch of log.store.subscribe({ after: log.storeAfter(after), signal })) {
    for (const message of batch) {
      if (message.kind === 'caught_up') {
        await send(call, new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()))
      }
      if (message.kind !== 'fact') continue
      for (const record of log.around(message.record)) {
        if (record.position <= after) continue
        if (filter.wants(record)) await send(call, eventMessage(record))
        considered += 1
        if (considered % filter.checkpointEvery === 0) await send(call, checkpointAt(record.position))
      }
    }
  }
}

function checkpointAt(position: bigint): streams.ReadResp {
  const checkpoint = new streams.ReadResp.Checkpoint()
    .setCommitPosition(String(position))
    .setPreparePosition(String(position))
  return new streams.ReadResp().setCheckpoint(checkpoint)
}

interface ServerFilter {
  readonly wants: (record: WireRecord) => boolean
  /** Records between two checkpoints; without a filter there are none. */
  readonly checkpointEvery: number
}

function filterOf(options: Options): ServerFilter {
  const filter = options.getFilter()
  if (filter === undefined) return { wants: () => true, checkpointEvery: Number.POSITIVE_INFINITY }
  const byStream = filter.getStreamIdentifier()
  const expression = byStream ?? filter.getEventType()
  const prefixes = expression?.getPrefixList() ?? []
  const regex = new RegExp(expression?.getRegex() ?? '', 'u')
  const subject = (record: WireRecord): string => (byStream === undefined ? record.type : record.stream)
  return {
    wants: (record) => {
      if (prefixes.length > 0) return prefixes.some((prefix) => subject(record).startsWith(prefix))
      return regex.test(subject(record))
    },
    checkpointEvery: Math.max(1, filter.getMax()) * filter.getCheckpointintervalmultiplier(),
  }
}
