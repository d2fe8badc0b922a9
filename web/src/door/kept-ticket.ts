import { openDB, type IDBPDatabase } from 'idb'

const STORE = 'ticket'
const KEY = 'current'

/** A database of its own: what is sealed with the ticket lies in another one, and never beside it. */
const opened = (): Promise<IDBPDatabase> =>
  openDB('guestguard-door-ticket', 1, {
    upgrade(database) {
      database.createObjectStore(STORE)
    },
  })

/**
 * Takes the ticket out of the address (`/scan#<ticket>`), so that it is in no history, screenshot or shared link.
 * @returns the ticket, null when there is none
 */
export function ticketInAddress(): string | null {
  const ticket = location.hash.slice(1)
  if (ticket === '') return null
  history.replaceState(null, '', location.pathname)
  return ticket
}

/** The ticket that the device keeps across restarts. Without storage it lasts until the page is left. */
export const keptTicket = {
  async read(): Promise<string | null> {
    try {
      const database = await opened()
      const ticket: unknown = await database.get(STORE, KEY)
      database.close()
      return typeof ticket === 'string' ? ticket : null
    } catch {
      return null
    }
  },
  async keep(ticket: string): Promise<void> {
    try {
      const database = await opened()
      await database.put(STORE, ticket, KEY)
      database.close()
    } catch {
      // storage is switched off
    }
  },
  async forget(): Promise<void> {
    try {
      const database = await opened()
      await database.delete(STORE, KEY)
      database.close()
    } catch {
      // storage is switched off: there was nothing to forget
    }
  },
}
