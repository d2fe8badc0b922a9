const key = 'gg-position'
let newest = 0n

const isPosition = (text: string | null): text is string => text !== null && /^\d{1,20}$/.test(text)

function stored(): string | null {
  try {
    return sessionStorage.getItem(key)
  } catch {
    return null // storage is switched off: the tab then forgets at a reload
  }
}

/** Remembers the log position of a write of this tab (header `GG-Position`), so that it reads its own writes. */
export function rememberPosition(position: string | null): void {
  if (!isPosition(position) || BigInt(position) <= newest) return
  newest = BigInt(position)
  try {
    sessionStorage.setItem(key, position)
  } catch {
    // see stored()
  }
}

/** The position a read of this tab has to wait for, or null before its first write. */
export function positionToWaitFor(): string | null {
  if (newest === 0n) {
    const earlier = stored()
    if (isPosition(earlier)) newest = BigInt(earlier)
  }
  return newest === 0n ? null : String(newest)
}
