import { describe, expect, it } from 'vitest'
import { findChromium } from './browser.ts'

const only =
  (...files: string[]) =>
  (file: string) =>
    files.includes(file)

describe('the Chromium of the tests', () => {
  it('is what CHROMIUM_PATH names, before anything on the PATH', () => {
    const env = { CHROMIUM_PATH: '/opt/mine', PATH: '/usr/bin' }
    expect(findChromium(env, only('/opt/mine', '/usr/bin/chromium'), 'linux')).toBe('/opt/mine')
  })

  it('is none when CHROMIUM_PATH names nothing: somebody meant that one', () => {
    expect(findChromium({ CHROMIUM_PATH: '/gone' }, only('/usr/bin/chromium'), 'linux')).toBeNull()
  })

  it.each([
    ['linux', '/a:/usr/local/bin', '/usr/local/bin/google-chrome'],
    ['linux', '', '/snap/bin/chromium'],
    ['darwin', '/usr/bin', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'],
  ])('is found on %s with the path "%s" at %s', (platform, PATH, file) => {
    expect(findChromium({ PATH }, only(file), platform)).toBe(file)
  })

  it('is a chromium rather than a chrome', () => {
    const both = only('/a/google-chrome', '/b/chromium')
    expect(findChromium({ PATH: '/a:/b' }, both, 'linux')).toBe('/b/chromium')
  })

  it('is none on a machine without', () => {
    expect(findChromium({ PATH: '/usr/bin' }, only(), 'linux')).toBeNull()
  })
})
