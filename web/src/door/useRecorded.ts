import type { CheckInAnswer } from '@contracts/door.ts'
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { troubleOf, undoCheckIn } from './api.ts'
import { withRecorded, type RecordedArrival } from './desk.ts'

export interface UseRecorded {
  /** The newest five arrivals of this device. */
  recorded: Readonly<ShallowRef<readonly RecordedArrival[]>>
  /** Ticks every second, for the time that is left to undo. */
  now: Readonly<Ref<number>>
  note: (answer: CheckInAnswer, count: number, name: string | null) => void
  undo: (arrival: RecordedArrival) => Promise<void>
}

/**
 * The arrivals that were recorded here, which can be taken back for a minute.
 * @param undone called after one was taken back
 */
export function useRecorded(ticket: () => string, undone: () => void): UseRecorded {
  const recorded = shallowRef<readonly RecordedArrival[]>([])
  const now = ref(Date.now())
  const ticking = setInterval(() => {
    now.value = Date.now()
  }, 1_000)
  onScopeDispose(() => {
    clearInterval(ticking)
  })

  function note(answer: CheckInAnswer, count: number, name: string | null): void {
    if (answer.result !== 'admitted' || answer.checkInId === null) return
    now.value = Date.now()
    const { checkInId, guest } = answer
    const arrival = {
      checkInId,
      name: guest.name ?? name,
      count,
      at: now.value,
      undo: 'possible',
      detail: '',
    } as const
    recorded.value = withRecorded(recorded.value, arrival)
  }

  function become(checkInId: string, undo: RecordedArrival['undo'], detail = ''): void {
    recorded.value = recorded.value.map((one) =>
      one.checkInId === checkInId ? { ...one, undo, detail } : one,
    )
  }

  async function undo({ checkInId }: RecordedArrival): Promise<void> {
    become(checkInId, 'running')
    try {
      await undoCheckIn(ticket(), checkInId)
      become(checkInId, 'done')
      undone()
    } catch (thrown) {
      const trouble = troubleOf(thrown)
      become(checkInId, 'failed', trouble.kind === 'refused' ? trouble.detail : '')
    }
  }

  return { recorded, now, note, undo }
}
