import type { Picture } from '../scoring/preview.ts'
import {
  evolveGuestScores,
  evolvePicture,
  type GuestScores,
  type Pictured,
  type ScoredGuest,
} from './preview-fold.ts'
import {
  ignored,
  ofAnswers,
  ofDoor,
  ofGuestList,
  ofLinks,
  ofNoEvent,
  ofSettings,
  ofTickets,
} from './ignored.ts'
import {
  defineTable,
  eventKeyOf,
  guestColumns,
  guestKeyOf,
  type FactOfType,
  type Fold,
  type GuestRef,
  type Projection,
} from './projection.ts'

export type PictureRow = { readonly event_id: string; readonly picture: Picture }
export type GuestScoresRow = Pick<GuestRef, keyof GuestRef> & GuestScores

const pictured = <T extends Pictured['type']>(): Fold<PictureRow, FactOfType<T>> => ({
  key: eventKeyOf,
  evolve: (row, fact) => ({ event_id: eventKeyOf(fact), picture: evolvePicture(row?.picture, fact) }),
})

const scoredGuest = <T extends ScoredGuest['type']>(): Fold<GuestScoresRow, FactOfType<T>> => ({
  key: guestKeyOf,
  evolve: (row, fact) => ({ ...guestColumns(fact), ...evolveGuestScores(row && scoresOf(row), fact) }),
})

const scoresOf = ({ scores, worst, listed }: GuestScoresRow): GuestScores => ({ scores, worst, listed })

/**
 * What a preview of thresholds is answered from: one row an event that counts its openings by score, and one row a
 * guest to find those who would change band. Nothing personal: counts stay as they are when a guest is forgotten.
 */
export const preview: Projection = {
  name: 'preview',
  version: 1,
  // Every guest's stream changes the row of the event.
  waitsBy: 'event',
  tables: [
    defineTable<PictureRow>({
      name: 'pictures',
      columns: { event_id: 'text NOT NULL', picture: 'jsonb NOT NULL' },
      indexes: [],
      folds: {
        AccessAttempted: pictured(),
        AccessScored: pictured(),
        AccessAllowlisted: pictured(),
        AccessRescored: pictured(),
        VerdictGiven: pictured(),
        VerdictWithdrawn: pictured(),
        ThresholdsChanged: pictured(),
        ...ofNoEvent,
        ...ignored(
          'EventCreated',
          'EventDetailsChanged',
          'EventPublished',
          'EventClosed',
          'EventArchived',
          'NetworkAllowed',
          'NetworkDisallowed',
          'StepUpConfigured',
          'WalkInsConfigured',
        ),
        ...ofTickets,
        ...ofGuestList,
        ...ofLinks,
        // Who passes a code is let on; the score stays what it was.
        ...ignored('AccessShadowScored', 'StepUpRequested', 'StepUpFailed', 'StepUpPassed'),
        ...ofAnswers,
        ...ofDoor,
      },
    }),
    defineTable<GuestScoresRow>({
      name: 'guests',
      columns: {
        event_id: 'text NOT NULL',
        guest_id: 'text NOT NULL',
        scores: 'jsonb NOT NULL',
        worst: 'integer',
        listed: 'boolean NOT NULL',
      },
      indexes: ['event_id, listed, worst, guest_id'],
      folds: {
        GuestInvited: scoredGuest(),
        GuestRemoved: scoredGuest(),
        GuestForgotten: scoredGuest(),
        AccessScored: scoredGuest(),
        AccessRescored: scoredGuest(),
        ...ofNoEvent,
        ...ofSettings,
        ...ofTickets,
        ...ignored('GuestDetailsChanged'),
        ...ofLinks,
        ...ignored(
          'AccessAttempted',
          'AccessShadowScored',
          'AccessAllowlisted',
          'VerdictGiven',
          'VerdictWithdrawn',
          'StepUpRequested',
          'StepUpFailed',
          'StepUpPassed',
        ),
        ...ofAnswers,
        ...ofDoor,
      },
    }),
  ],
}
