import { describe, expect, it } from 'vitest'
import { check } from './check.ts'
import { smallEvening } from './small-evening.ts'
import { tamperings } from './tamper.ts'

describe('the checker of the fault stories', () => {
  it('has nothing against an evening on which nothing went wrong', () => {
    expect(check(smallEvening())).toEqual([])
  })

  it.each(tamperings)('complains about $what', ({ rule, change }) => {
    expect(check(change(smallEvening())).map((complaint) => complaint.rule)).toContain(rule)
  })
})
