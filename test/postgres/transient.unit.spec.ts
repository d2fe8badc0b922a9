import { expect, it } from 'vitest'
import { isTransient } from '../../src/postgres/transient.ts'

const withCode = (code: string) => Object.assign(new Error('something happened'), { code })

it.each(['ECONNRESET', 'EPIPE', 'ENOTFOUND', '57P01', '08006', '40001'])('takes %s for an outage', (code) => {
  expect(isTransient(withCode(code))).toBe(true)
})

it.each(['ERR_OUT_OF_RANGE', 'ERR_INVALID_ARG_TYPE', '23505', '42601', '22008'])(
  'takes %s for what it is: a defect, or what was asked',
  (code) => {
    expect(isTransient(withCode(code))).toBe(false)
  },
)
