/** Facts for tests of what reads the log: steps of guests, events and doors, and ways to put them into a log. */
export * from './facts/ids.ts'
export * from './facts/log.ts'
export { doorSteps, eventSteps, hostRegistered } from './facts/events.ts'
export { guestSteps } from './facts/guests.ts'
export { IPHONE } from './facts/openings.ts'
export type { Step } from './facts/step.ts'
