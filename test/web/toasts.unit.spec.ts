import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { showToast, shownToasts } from '../../web/src/shared/toasts.ts'

const texts = () => shownToasts.value.map(({ text }) => text)
const undo = { label: 'Undo', run: () => undefined }

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.runAllTimers()
  vi.useRealTimers()
})

it('shows the newest three, and one with something to do twice as long', () => {
  showToast('one')
  showToast('two', { action: undo })
  showToast('three')
  showToast('four')
  expect(texts()).toEqual(['two', 'three', 'four'])
  vi.advanceTimersByTime(6_000)
  expect(texts()).toEqual(['two'])
  vi.advanceTimersByTime(6_000)
  expect(texts()).toEqual([])
})

it('takes away an earlier one about the same, whose undo is out of date', () => {
  showToast('Marked as suspicious.', { about: 'opening 1', action: undo })
  showToast('Something else.')
  showToast('Marked as legitimate.', { about: 'opening 2', action: undo })
  showToast('Your verdict is taken back.', { about: 'opening 1', action: undo })
  expect(texts()).toEqual(['Something else.', 'Marked as legitimate.', 'Your verdict is taken back.'])
})
