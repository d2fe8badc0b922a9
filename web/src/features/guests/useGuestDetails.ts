import { ApiProblem } from '@shared/api/client.ts'
import { useLoad } from '@shared/useLoad.ts'
import { useSubmit } from '@shared/useSubmit.ts'
import { computed, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import type { ActivityItem } from '@contracts/activity.ts'
import type { GuestWithAnswer } from '@contracts/guests.ts'
import { fetchActivity } from '../live/live.api.ts'
import { fetchGuest } from './guests.api.ts'

const pageSize = 50
/** The largest page the API gives. */
const largestPage = 200

export interface GuestDetails {
  guest: GuestWithAnswer
  /** Newest first. */
  activity: ActivityItem[]
  nextCursor: string | null
}

export interface GuestDetailsState {
  data: ShallowRef<GuestDetails | null>
  failure: Ref<string>
  /** There is no such guest. */
  missing: ComputedRef<boolean>
  load: () => Promise<void>
  earlier: () => Promise<void>
  loadingEarlier: Ref<boolean>
  earlierFailure: ComputedRef<string>
}

/** A guest with all that is known of their openings and answers. */
export function useGuestDetails(eventId: Ref<string>, guestId: Ref<string>): GuestDetailsState {
  const { data, failure, problem, load } = useLoad(async (signal): Promise<GuestDetails> => {
    const limit = Math.min(largestPage, Math.max(pageSize, data.value?.activity.length ?? 0))
    const [guest, activity] = await Promise.all([
      fetchGuest(eventId.value, guestId.value, signal),
      fetchActivity(eventId.value, { guest: guestId.value, limit }, signal),
    ])
    return { guest, activity: activity.items, nextCursor: activity.nextCursor }
  })
  const {
    busy,
    failure: earlierFailure,
    submit,
  } = useSubmit(async (before: GuestDetails) => {
    const page = await fetchActivity(eventId.value, { guest: guestId.value, cursor: before.nextCursor })
    // Read again meanwhile: then this page may no longer follow on what is shown.
    if (data.value !== before) return
    data.value = { ...before, activity: [...before.activity, ...page.items], nextCursor: page.nextCursor }
  })

  watch(
    guestId,
    () => {
      data.value = null
      void load()
    },
    { immediate: true },
  )

  return {
    data,
    failure,
    missing: computed(() => problem.value instanceof ApiProblem && problem.value.status === 404),
    load,
    earlier: async () => {
      if (data.value?.nextCursor != null) await submit(data.value)
    },
    loadingEarlier: busy,
    earlierFailure,
  }
}
