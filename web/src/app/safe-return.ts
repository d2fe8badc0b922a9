/** Where to go after signing in: only a path of this site is followed, anything else means the events. */
export function safeReturn(wanted: unknown): string {
  return typeof wanted === 'string' && /^\/(?![/\\])/.test(wanted) ? wanted : '/events'
}
