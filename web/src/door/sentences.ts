import type { CheckInPreview } from '@contracts/door.ts'
import type { Translate } from '@shared/i18n.ts'
import type { en } from './en.ts'
import type { ScannerStatus } from './offline/scanner.ts'

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

/** What this device has of the guest list. @param time writes a moment, milliseconds since the epoch */
export function listSentence(
  t: T,
  { savedAt, guests, total, complete }: Pick<ScannerStatus, 'savedAt' | 'guests' | 'total' | 'complete'>,
  time: (at: number) => string,
): string {
  if (savedAt === null) return t('device.noList')
  const size = complete
    ? t('device.guests', { count: guests })
    : t('device.partly', { loaded: guests, count: total })
  return `${size} ${t('device.savedAt', { time: time(savedAt) })}`
}

interface ConflictReason {
  /** A `ConflictKind`. */
  readonly reason: string | null
  /** What was against it, a `Refusal`; undefined when that is not known. */
  readonly refusal?: string | null | undefined
}

/** @param walkIn whether somebody was added at the door, whose seat is one that was left */
export function conflictSentence(t: T, { reason, refusal }: ConflictReason, walkIn: boolean): string {
  switch (reason) {
    case 'admitted_twice':
    case 'more_than_expected':
      return t(`result.conflict.${reason}`)
    case 'not_admissible':
      return `${whyNot(t, refusal ?? null, walkIn)} ${t('result.conflict.counted')}`
    case null:
    default:
      return t('result.conflict.other')
  }
}

function whyNot(t: T, refusal: string | null, walkIn: boolean): string {
  switch (refusal) {
    case 'not_attending':
      return t(walkIn ? 'result.conflict.no_seat_left' : 'result.conflict.not_attending')
    case 'removed':
    case 'event_not_open':
    case 'pass_revoked':
    case 'pass_expired':
      return t(`result.conflict.${refusal}`)
    case null:
    default:
      return t('result.conflict.not_admissible')
  }
}
