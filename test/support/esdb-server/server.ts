import { createServer, type Server as NetServer, type Socket } from 'node:net'
import { Server, ServerCredentials, status } from '@grpc/grpc-js'
import gossipRpc from '@eventstore/db-client/generated/gossip_grpc_pb.js'
import projectionsRpc from '@eventstore/db-client/generated/projections_grpc_pb.js'
import serverFeaturesRpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js'
import serverFeatures from '@eventstore/db-client/generated/serverfeatures_pb.js'
import streamsRpc from '@eventstore/db-client/generated/streams_grpc_pb.js'
import { appendHandler, deleteHandler, tombstoneHandler } from './append.ts'
import { batchAppendHandler } from './batch-append.ts'
import { Faults } from './faults.ts'
import { gossipHandler, type Member } from './gossip.ts'
import { enableHandler, statisticsHandler } from './projections.ts'
import { Readers } from './readers.ts'
import { ServerLog } from './server-log.ts'

export interface EsdbServer {
  /** Connection string for the client. */
  readonly url: string
  readonly port: number
  readonly log: ServerLog
  readonly faults: Faults
  /** Ends every subscription: without an error, or as a server does that goes down. */
  dropSubscriptions(how: 'quietly' | 'unavailable'): void
  /** Reads and subscriptions that the server is still busy with. */
  openReads(): number
  /** Messages that readers and subscribers were sent. */
  sent(): number
  /** Ends all connections at once, without a word; new ones are taken. */
  cut(): void
  stop(): void
}

export interface EsdbServerOptions {
  /** What the server keeps; a server that comes back has the log it had. Default an empty one. */
  readonly log?: ServerLog
  /** Default any that is free; a server that comes back needs the one it had. */
  readonly port?: number
  /** PEM of a key and a certificate; without them it talks in clear. */
  readonly tls?: { readonly key: Buffer; readonly certificate: Buffer }
  /** Whom it names when it is asked for its cluster, default itself as the leader. */
  readonly members?: () => readonly Member[]
}

/**
 * An EventStoreDB for tests and measurements, on the loopback interface only: keeps a log in memory behind the Streams,
 * ServerFeatures, Gossip and Projections services, with the protocol definitions that the client ships, so that the real
 * client and the real protocol are tested. It does what the client's streams features call. Who calls does not matter:
 * credentials are taken and ignored. What is not there (persistent subscriptions, users, operations, other projections)
 * is answered UNIMPLEMENTED with the name of the method.
 */
export async function startEsdbServer(options: EsdbServerOptions = {}): Promise<EsdbServer> {
  const log = options.log ?? new ServerLog()
  const sockets = new Set<Socket>()
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const faults = new Faults(cut)
  const readers = new Readers(log, faults)
  const server = new Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 })
  const listener = listenerFor(server, sockets, options.tls)
  const port = await listen(listener, options.port ?? 0)
  addServices(server, log, faults, readers, options.members ?? (() => [{ port, leader: true }]))
  return {
    url: `esdb://127.0.0.1:${String(port)}?tls=${String(options.tls !== undefined)}`,
    port,
    log,
    faults,
    openReads: () => readers.open,
    sent: () => readers.sent,
    dropSubscriptions: (how) => {
      readers.drop(how)
    },
    cut,
    stop: () => {
      readers.drop('quietly')
      listener.close()
      cut()
      server.forceShutdown()
    },
  }
}

function addServices(
  server: Server,
  log: ServerLog,
  faults: Faults,
  readers: Readers,
  members: () => readonly Member[],
): void {
  server.addService(streamsRpc.StreamsService, {
    append: appendHandler(log, faults),
    batchAppend: batchAppendHandler(log, faults),
    delete: deleteHandler(log),
    tombstone: tombstoneHandler(log),
    read: readers.handle,
  })
  server.addService(gossipRpc.GossipService, { read: gossipHandler(members) })
  server.addService(projectionsRpc.ProjectionsService, {
    ...unimplemented(projectionsRpc.ProjectionsService),
    statistics: statisticsHandler(log),
    enable: enableHandler(log),
  })
  server.addService(serverFeaturesRpc.ServerFeaturesService, {
    getSupportedMethods: (
      _: unknown,
      callback: (error: null, methods: serverFeatures.SupportedMethods) => void,
    ) => {
      callback(null, supported())
    },
  })
}

/** @returns for each method of a service the answer that it is not there */
function unimplemented(service: Readonly<Record<string, { readonly path: string }>>) {
  return Object.fromEntries(
    Object.entries(service).map(([name, { path }]) => [
      name,
      (call: { emit(event: 'error', error: object): void }, callback?: (error: object) => void) => {
        const error = {
          code: status.UNIMPLEMENTED,
          details: `The server does not implement the method ${path}`,
        }
        if (callback === undefined) call.emit('error', error)
        else callback(error)
      },
    ]),
  )
}

function supported(): serverFeatures.SupportedMethods {
  const methods = Object.values(streamsRpc.StreamsService).map(({ path }: { path: string }) => {
    const [, service = '', method = ''] = path.split('/')
    return new serverFeatures.SupportedMethod().setServiceName(service).setMethodName(method.toLowerCase())
  })
  return new serverFeatures.SupportedMethods().setEventStoreServerVersion('24.10.0').setMethodsList(methods)
}

/** Takes the connections itself, so that tests can cut them. */
function listenerFor(server: Server, sockets: Set<Socket>, tls: EsdbServerOptions['tls']): NetServer {
  const credentials =
    tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [{ private_key: tls.key, cert_chain: tls.certificate }])
  const injector = server.createConnectionInjector(credentials)
  return createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // A connection that is cut is no error of the server.
    socket.on('error', () => undefined)
    injector.injectConnection(socket)
  })
}

function listen(listener: NetServer, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    listener.once('error', reject)
    listener.listen(port, '127.0.0.1', () => {
      const address = listener.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}
