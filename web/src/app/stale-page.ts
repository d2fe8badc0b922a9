const key = 'gg-loaded-anew'

/** Whether a lazy part of the page could not be fetched: offline, or another version has been deployed meanwhile. */
export const isStale = (thrown: unknown): boolean =>
  thrown instanceof Error && /dynamically imported module|importing a module|preload/i.test(thrown.message)

/**
 * Loads the page at `path` anew, to get the parts of the version that is deployed now; once a minute at most, so that
 * a part that stays away does not make the page load for ever.
 * @returns false when it was done a moment ago, or the browser is offline
 */
export function loadAnew(path: string): boolean {
  try {
    if (!navigator.onLine || Date.now() - Number(sessionStorage.getItem(key)) < 60_000) return false
    sessionStorage.setItem(key, String(Date.now()))
  } catch {
    return false // without storage a loop could not be noticed
  }
  window.location.assign(path)
  return true
}
