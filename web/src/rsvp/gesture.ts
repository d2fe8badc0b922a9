/** The parts of an event and a document that tell a person from a machine. */
export interface GestureLike {
  readonly isTrusted: boolean
}
export interface PageLike {
  readonly visibilityState: string
  readonly prerendering?: boolean | undefined
}

/**
 * Whether this was a person's gesture on a page in view. Mail scanners load pages in full browsers and run their
 * scripts, and browsers prerender links nobody chose: neither may open the invitation.
 */
export function isPersonsGesture(event: GestureLike, page: PageLike): boolean {
  return event.isTrusted && page.prerendering !== true && page.visibilityState === 'visible'
}

/** @returns the token of the link: the last part of the path, without a trailing slash. */
export function tokenOf(path: string): string {
  return path.split('/').findLast((part) => part !== '') ?? ''
}
