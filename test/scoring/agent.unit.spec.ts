import { describe, expect, it } from 'vitest'
import { agentClass, agentFamiliarity, looksLikeOthers } from '../../src/scoring/agent.ts'

const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)'

describe('the class of a user agent', () => {
  it.each([
    [`${iphone} Version/19.2 Mobile/15E148 Safari/604.1`, 'iPhone/Safari'],
    [`${iphone} CriOS/140.0 Mobile/15E148 Safari/604.1`, 'iPhone/Chrome'],
    [`${iphone} Mobile/15E148`, 'iPhone/-'],
    [
      'Mozilla/5.0 (Linux; Android 15; K) SamsungBrowser/28.0 Chrome/130.0 Safari/537.36',
      'Android/Samsung Internet',
    ],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0', 'Windows/Edge'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0', 'Mac/Firefox'],
    ['curl/8.5.0', '-/-'],
    ['', null],
    [null, null],
  ])('%s: %s', (userAgent, expected) => {
    expect(agentClass(userAgent)).toBe(expected)
  })

  it('stays when system and browser are updated', () => {
    const chrome = (version: string) =>
      `Mozilla/5.0 (Linux; Android ${version}; K) Chrome/${version}.0 Mobile`
    expect(agentClass(chrome('15'))).toBe(agentClass(chrome('16')))
  })

  it('is compared by system and browser, then by system', () => {
    const known = ['iPhone/Safari', 'Windows/Edge']
    expect(agentFamiliarity(known, 'Windows/Edge')).toBe('same')
    expect(agentFamiliarity(known, 'iPhone/-')).toBe('system')
    expect(agentFamiliarity(known, 'Mac/Safari')).toBeNull()
    expect(agentFamiliarity(['-/-'], '-/-')).toBeNull()
    expect(agentFamiliarity(['-/Firefox'], '-/Chrome')).toBeNull()
    expect(agentFamiliarity(known, undefined)).toBeNull()
  })

  it('tells the devices that look like many others', () => {
    const classes = ['iPhone/Safari', 'iPad/-', 'Android/Chrome', 'Mac/Safari', null, undefined]
    expect(classes.map(looksLikeOthers)).toEqual([true, true, false, false, false, false])
  })
})
