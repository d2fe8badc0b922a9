import type { handleUnaryCall } from '@grpc/grpc-js'
import gossip from '@eventstore/db-client/generated/gossip_pb.js'
import shared from '@eventstore/db-client/generated/shared_pb.js'

export interface Member {
  readonly port: number
  readonly leader: boolean
}

/** Tells who is in the cluster. */
export function gossipHandler(
  members: () => readonly Member[],
): handleUnaryCall<shared.Empty, gossip.ClusterInfo> {
  return (_, callback) => {
    const { LEADER, FOLLOWER } = gossip.MemberInfo.VNodeState
    const list = members().map(({ port, leader }) =>
      new gossip.MemberInfo()
        .setInstanceId(new shared.UUID().setString('00000000-0000-4000-8000-000000000000'))
        .setState(leader ? LEADER : FOLLOWER)
        .setIsAlive(true)
        .setHttpEndPoint(new gossip.EndPoint().setAddress('127.0.0.1').setPort(port)),
    )
    callback(null, new gossip.ClusterInfo().setMembersList(list))
  }
}
