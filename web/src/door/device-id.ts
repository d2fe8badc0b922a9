import { newIdempotencyKey } from '@shared/api/client.ts'

const KEY = 'gg-device-id'
let forThisPage: string | null = null

/** A random name of this device, the same from day to day; it says nothing about the device or its holder. */
export function deviceId(): string {
  forThisPage ??= kept() ?? newIdempotencyKey()
  try {
    localStorage.setItem(KEY, forThisPage)
  } catch {
    // storage is switched off: the name then lasts for this page
  }
  return forThisPage
}

function kept(): string | null {
  try {
    const id = localStorage.getItem(KEY)
    return id !== null && /^[\w.-]{1,64}$/.test(id) ? id : null
  } catch {
    return null
  }
}
