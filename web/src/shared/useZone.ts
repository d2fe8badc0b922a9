import { inject, provide, ref, type InjectionKey, type Ref } from 'vue'
import { ownZone } from './when.ts'

type Zone = Readonly<Ref<string | null>>

const zoneOfPage: InjectionKey<Zone> = Symbol('zone of the page')

/**
 * Puts all times inside this component on the clocks of a place: whoever works at an event speaks of its time, wherever
 * they are.
 * @param zone IANA time zone; null while it is not known, and then no time is shown
 */
export function provideZone(zone: Zone): void {
  provide(zoneOfPage, zone)
}

/** @returns the zone of the place that the page is about, and of the reader where it is about none */
export const useZone = (): Zone => inject(zoneOfPage, () => ref(ownZone()), true)
