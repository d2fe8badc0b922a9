import { setTimeout as sleep } from 'node:timers/promises'
import { credentials } from '@grpc/grpc-js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import streamsRpc from '@eventstore/db-client/generated/streams_grpc_pb.js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTcpProxy, type TcpProxy } from '../../faults/tcp-proxy.ts'
import { startEsdbServer, type EsdbServer } from './server.ts'
import { identifierOf } from './wire.ts'

let server: EsdbServer
let network: TcpProxy

beforeAll(async () => {
  server = await startEsdbServer()
  network = await startTcpProxy(server.port)
})

afterAll(() => {
  network.close()
  server.stop()
})

function proposed(id: string): streams.AppendReq {
  const message = new streams.AppendReq.ProposedMessage().setId(new shared.UUID().setString(id))
  message.getMetadataMap().set('type', 'Happened').set('content-type', 'application/json')
  return new streams.AppendReq().setProposedMessage(message.setData(Buffer.from('{}')))
}

it.each(['gives up', 'is cut off'])(
  'keeps nothing of an append whose client %s before it has sent all of it',
  async (how) => {
    const address = `127.0.0.1:${String(network.port)}`
    const client = new streamsRpc.StreamsClient(address, credentials.createInsecure())
    const call = client.append(() => undefined)
    call.on('error', () => undefined)
    const stream = `half-${how.replaceAll(' ', '')}`
    const options = new streams.AppendReq.Options().setStreamIdentifier(identifierOf(stream))
    call.write(new streams.AppendReq().setOptions(options.setNoStream(new shared.Empty())))
    call.write(proposed('5f1e3a52-6d7b-4b1e-9a3e-0c8f6f3f0001'))
    await sleep(100)
    if (how === 'gives up') call.cancel()
    else network.cut()
    await sleep(200)
    network.mend()
    expect(server.log.stream(stream)?.last ?? -1n).toBe(-1n)
    client.close()
  },
)
