import type { ActivityItem } from '@contracts/activity.ts'
import type { Verdict } from './security.api.ts'

/** An opening that was flagged, whether a host has said yet what it was or not. */
export const isFlagged = ({ kind, band }: ActivityItem): boolean =>
  kind === 'opening' && (band === 'high' || band === 'block')

/** A host is asked about flagged openings: the rule of `awaiting=verdict` of the API. */
export const awaitsVerdict = (item: ActivityItem, verdict: Verdict | null): boolean =>
  isFlagged(item) && item.vouched !== true && verdict === null
