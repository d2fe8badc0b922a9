const KEY = 'gg-door-ticket'

/**
 * Takes the ticket out of the address (`/scan#<ticket>`), so that it is in no history, screenshot or shared link, and
 * keeps it for this tab. @returns the ticket, or null when there is none
 */
export function takeTicket(): string | null {
  const fresh = decodeURIComponent(location.hash.slice(1))
  if (fresh === '') return kept()
  history.replaceState(null, '', location.pathname)
  try {
    sessionStorage.setItem(KEY, fresh)
  } catch {
    // storage is switched off: the ticket then lasts until the page is reloaded
  }
  return fresh
}

function kept(): string | null {
  try {
    return sessionStorage.getItem(KEY)
  } catch {
    return null
  }
}
