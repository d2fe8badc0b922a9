import type { EventStatus } from '@contracts/events.ts'
import type { Transition } from './events.api.ts'

/** What the host can press; opening again and publishing are the same call. */
export type StatusAction = 'publish' | 'close' | 'reopen' | 'archive'

export const transitionOf: Record<StatusAction, Transition> = {
  publish: 'publish',
  close: 'close',
  reopen: 'publish',
  archive: 'archive',
}

/** What can be done with an event, the most likely first. */
export const actionsOf: Record<EventStatus, readonly StatusAction[]> = {
  draft: ['publish', 'archive'],
  published: ['close', 'archive'],
  closed: ['reopen', 'archive'],
  archived: [],
}
