import type { CheckInPreview } from '@contracts/door.ts'
import type { Translate } from '@shared/i18n.ts'
import type { en } from './en.ts'

type T = Translate<typeof en>

/**
 * A reason of the contract has a sentence here; a sentence of the server is shown as it is.
 * @param answered what became of the guest's answer, undefined when that is not known
 */
export function refusalSentence(t: T, reason: string | null, answered?: CheckInPreview['answered']): string {
  switch (reason) {
    case 'not_attending':
      if (answered === undefined || answered === 'confirmed') return t('refusal.not_attending')
      return t(`refusal.${answered ?? 'unanswered'}`)
    case 'removed':
    case 'party_complete':
    case 'event_not_open':
    case 'pass_revoked':
    case 'pass_expired':
      return t(`refusal.${reason}`)
    case null:
      return t('refusal.other')
    default:
      return reason.includes(' ') ? reason : t('refusal.other')
  }
}

/** @param kind a `ConflictKind` */
export function conflictSentence(t: T, kind: string | null): string {
  switch (kind) {
    case 'admitted_twice':
    case 'more_than_expected':
    case 'not_admissible':
      return t(`result.conflict.${kind}`)
    case null:
    default:
      return t('result.conflict.other')
  }
}
