import { Server, ServerCredentials, status } from '@grpc/grpc-js'
import serverFeaturesRpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js'
import serverFeatures from '@eventstore/db-client/generated/serverfeatures_pb.js'
import streamsRpc from '@eventstore/db-client/generated/streams_grpc_pb.js'
import type { EventStore } from '../../../src/eventstore/port.ts'
import { appendHandler, tombstoneHandler } from './append.ts'
import { Faults } from './faults.ts'
import { LogView } from './log-view.ts'
import { read, type ReadCall } from './read.ts'
import { subscribe } from './subscription.ts'
import { errorOf, statusError } from './wire.ts'

export interface EsdbServer {
  /** Connection string for the client. */
  readonly url: string
  readonly port: number
  readonly faults: Faults
  /** Ends every subscription: without an error, or as a server does that goes down. */
  dropSubscriptions(how: 'quietly' | 'unavailable'): void
  /** Reads and subscriptions that the server is still busy with. */
  openReads(): number
  stop(): void
}

/**
 * An EventStoreDB for tests, on the loopback interface only: puts a store behind the Streams and ServerFeatures services,
 * with the protocol definitions that the client ships, so that the real client and the real protocol are tested. What the
 * product does not use (batch append, soft delete, stream subscriptions) answers UNIMPLEMENTED.
 * @param port default any that is free; a server that comes back needs the one it had
 */
export async function startEsdbServer(store: EventStore, port = 0): Promise<EsdbServer> {
  const log = new LogView(store)
  const faults = new Faults()
  const reads = new Set<ReadCall>()
  const subscriptions = new Map<ReadCall, AbortController>()
  const server = new Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 })

  server.addService(streamsRpc.StreamsService, {
    append: appendHandler(log, faults),
    tombstone: tombstoneHandler(log),
    read: (call: ReadCall) => {
      const abort = new AbortController()
      call.on('cancelled', () => {
        abort.abort()
      })
      reads.add(call)
      answer(log, call, abort.signal, () => subscriptions.set(call, abort))
        .catch((error: unknown) => call.emit('error', 'code' in Object(error) ? error : errorOf(error)))
        .finally(() => {
          subscriptions.delete(call)
          reads.delete(call)
        })
    },
  })
  server.addService(serverFeaturesRpc.ServerFeaturesService, {
    getSupportedMethods: (
      _: unknown,
      callback: (error: null, methods: serverFeatures.SupportedMethods) => void,
    ) => {
      callback(null, new serverFeatures.SupportedMethods().setEventStoreServerVersion('24.10.0'))
    },
  })

  const bound = await bind(server, port)
  return {
    url: `esdb://127.0.0.1:${String(bound)}?tls=false`,
    port: bound,
    faults,
    openReads: () => reads.size,
    dropSubscriptions: (how) => {
      for (const [call, abort] of subscriptions) {
        if (how === 'quietly') call.end()
        else call.emit('error', statusError(status.UNAVAILABLE, 'the server goes down'))
        abort.abort()
      }
    },
    stop: () => {
      for (const abort of subscriptions.values()) abort.abort()
      server.forceShutdown()
    },
  }
}

async function answer(
  log: LogView,
  call: ReadCall,
  signal: AbortSignal,
  subscribed: () => void,
): Promise<void> {
  const options = call.request.getOptions()
  if (options === undefined) throw statusError(status.INVALID_ARGUMENT, 'a read needs options')
  if (!options.hasSubscription()) {
    await read(log, call, options)
  } else if (options.hasAll()) {
    subscribed()
    await subscribe(log, call, options, signal)
  } else {
    throw statusError(status.UNIMPLEMENTED, 'only $all can be subscribed to here')
  }
}

function bind(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${String(port)}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound)
      else reject(error)
    })
  })
}
