import { describe, expect, it } from 'vitest'
import { sameBrowser } from '../../../src/scoring/signals/same_browser.ts'
import { anOpening, IPHONE, knownGuest } from '../builders.ts'

describe('same_browser', () => {
  it.each([
    ['the same', 'Android/Chrome', 100],
    ['the same system, in an app', 'Android/-', 50],
    ['another', IPHONE, 0],
    ['nothing recognised', '-/-', 0],
    ['not said', null, 0],
  ])('without device details now: %s', (_what, agent, subScore) => {
    expect(sameBrowser.measure(knownGuest(), anOpening({ fingerprintDigest: null, agent }))).toBe(subScore)
  })

  it('counts where there were no details before', () => {
    const before = knownGuest({ known: { digests: [], prefixes: [] } })
    expect(sameBrowser.measure(before, anOpening())).toBe(100)
  })

  it('is nothing next to details that can be compared', () => {
    expect(sameBrowser.measure(knownGuest(), anOpening({ fingerprintDigest: 'bb' }))).toBe(0)
  })

  it('says so', () => {
    expect(sameBrowser.explain(knownGuest(), anOpening(), 100)).toEqual({ code: 'browser_same', params: {} })
  })
})
