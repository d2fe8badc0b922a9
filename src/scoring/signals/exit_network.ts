import type { NetworkKind } from '../network.ts'
import type { ReasonCode } from '../reasons.ts'
import type { Signal } from '../signal.ts'

/** Weak evidence by its weight: many honest people use a VPN, some a relay without knowing; few open mail in a data centre. */
const EXITS: Readonly<Partial<Record<NetworkKind, { subScore: number; code: ReasonCode }>>> = {
  hosting: { subScore: 100, code: 'network_hosting' },
  vpn: { subScore: 50, code: 'network_vpn' },
  relay: { subScore: 20, code: 'network_relay' },
}

/** The opening came through a VPN, a relay or a data centre. Where the data does not say so, it says nothing. */
export const exitNetwork: Signal = {
  name: 'exit_network',
  measure: (_baseline, { network }) => (network == null ? 0 : (EXITS[network]?.subScore ?? 0)),
  explain(_baseline, { network }) {
    const exit = network == null ? undefined : EXITS[network]
    return exit === undefined ? null : { code: exit.code, params: {} }
  },
}
