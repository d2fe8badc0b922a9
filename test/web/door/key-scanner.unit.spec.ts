import { describe, expect, it } from 'vitest'
import { KeyScanner } from '../../../web/src/door/key-scanner.ts'

/** @param pause between two keys, in milliseconds */
function type(text: string, pause: number, keys = new KeyScanner()): string | null {
  let at = 10_000
  for (const key of text) expect(keys.press(key, (at += pause))).toBeNull()
  return keys.press('Enter', at + pause)
}

describe('a scanner that types', () => {
  it('is told from single keys by its rush', () => {
    expect(type('K7MPX-4QWRT', 5)).toBe('K7MPX-4QWRT')
    expect(type('K7MPX-4QWRT', 600)).toBeNull()
  })

  it('may press Shift between the characters', () => {
    const keys = new KeyScanner()
    for (const [at, key] of ['Shift', 'K', 'Shift', '7', 'M', 'P', 'X', '4'].entries())
      keys.press(key, at * 5)
    expect(keys.press('Enter', 41)).toBe('K7MPX4')
  })

  it('starts anew after a pause, so that a stray key is no part of the pass', () => {
    const keys = new KeyScanner()
    keys.press('x', 1_000)
    for (const [at, key] of Array.from('K7MPX4').entries()) keys.press(key, 5_000 + at * 5)
    expect(keys.press('Enter', 5_035)).toBe('K7MPX4')
  })

  it('does not take a few quick keys or an Enter alone for a pass', () => {
    expect(type('abc', 5)).toBeNull()
    expect(new KeyScanner().press('Enter', 5)).toBeNull()
  })

  it('takes each scan once', () => {
    const keys = new KeyScanner()
    expect(type('K7MPX4QWRT', 5, keys)).toBe('K7MPX4QWRT')
    expect(keys.press('Enter', 10_060)).toBeNull()
  })
})
