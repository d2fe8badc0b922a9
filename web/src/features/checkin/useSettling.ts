import { sentenceOf } from '@shared/api/client.ts'
import { showToast } from '@shared/toasts.ts'
import { ref, type Ref } from 'vue'
import { useTexts } from '../../app/i18n.ts'
import { reopenConflict, settleConflict, type DoorConflict } from './checkin.api.ts'

type Which = Pick<DoorConflict, 'checkInId' | 'guest'>

export interface Settling {
  /** The conflict about which the server was asked and has not answered. */
  busy: Readonly<Ref<string | null>>
  /** Leaves the conflict as it is and offers to take that back, or opens it again. */
  settle: (conflict: Which) => Promise<void>
  reopen: (conflict: Which) => Promise<void>
}

/** @param changed called after each that the server has taken */
export function useSettling(eventId: () => string, changed: () => void): Settling {
  const { t } = useTexts()
  const busy = ref<string | null>(null)

  /** @returns whether the server took it; what it did not is told, with a way to try again */
  async function send(
    ask: typeof settleConflict,
    { checkInId }: Which,
    again: () => Promise<void>,
  ): Promise<boolean> {
    busy.value = checkInId
    try {
      await ask(eventId(), checkInId)
      changed()
      return true
    } catch (thrown) {
      showToast(t('checkin.conflicts.failed', { reason: sentenceOf(thrown) }), {
        tone: 'danger',
        about: checkInId,
        action: { label: t('app.tryAgain'), run: () => void again() },
      })
      return false
    } finally {
      busy.value = null
    }
  }

  async function settle(conflict: Which): Promise<void> {
    if (!(await send(settleConflict, conflict, () => settle(conflict)))) return
    const { checkInId, guest } = conflict
    showToast(t('checkin.conflicts.leftToast', { name: guest.name ?? t('checkin.unnamed') }), {
      about: checkInId,
      action: { label: t('checkin.conflicts.leftUndo'), run: () => void reopen(conflict) },
    })
  }

  async function reopen(conflict: Which): Promise<void> {
    if (!(await send(reopenConflict, conflict, () => reopen(conflict)))) return
    const { checkInId, guest } = conflict
    showToast(t('checkin.conflicts.reopenedToast', { name: guest.name ?? t('checkin.unnamed') }), {
      about: checkInId,
    })
  }

  return { busy, settle, reopen }
}
