import { describe, expect, it } from 'vitest'
import { exitNetwork } from '../../../src/scoring/signals/exit_network.ts'
import { anOpening, knownGuest } from '../builders.ts'

describe('exit_network', () => {
  it.each([
    ['hosting', 100, 'network_hosting'],
    ['vpn', 50, 'network_vpn'],
    ['relay', 20, 'network_relay'],
  ] as const)('%s: %d', (network, subScore, code) => {
    const opening = anOpening({ network })
    expect(exitNetwork.measure(knownGuest(), opening)).toBe(subScore)
    expect(exitNetwork.explain(knownGuest(), opening, subScore)).toEqual({ code, params: {} })
  })

  it.each(['residential', 'mobile', null] as const)('%s is none', (network) => {
    expect(exitNetwork.measure(knownGuest(), anOpening({ network }))).toBe(0)
    expect(exitNetwork.explain(knownGuest(), anOpening({ network }), 0)).toBeNull()
  })
})
