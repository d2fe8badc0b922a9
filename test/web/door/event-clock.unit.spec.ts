import { describe, expect, it } from 'vitest'
import { zoneAtDoor } from '../../../web/src/door/event-clock.ts'

const own = Intl.DateTimeFormat().resolvedOptions().timeZone

describe('the zone of the times at the door', () => {
  it('is that of the event', () => {
    expect(zoneAtDoor('Pacific/Auckland')).toBe('Pacific/Auckland')
  })

  it('is the own of the device while the event is not known, and where the browser does not know the zone', () => {
    expect(zoneAtDoor(undefined)).toBe(own)
    expect(zoneAtDoor('Mars/Olympus_Mons')).toBe(own)
  })
})
