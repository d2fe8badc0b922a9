/** Ids of the form of ULIDs, told apart by a number. */
const idOf = (kind: string, n: number): string => `01${kind}${String(n).padStart(24 - kind.length, '0')}`

export const anEventId = (n = 0): string => idOf('E', n)
export const aGuestId = (n = 0): string => idOf('G', n)
export const aHostId = (n = 0): string => idOf('H', n)
export const anAttemptId = (n = 0): string => idOf('A', n)
export const aTicketId = (n = 0): string => idOf('T', n)
export const aCheckInId = (n = 0): string => idOf('C', n)
