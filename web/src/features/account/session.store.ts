import { ApiProblem } from '@shared/api/client.ts'
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { Host } from '@contracts/auth.ts'
import { fetchMe, logout as callLogout } from './account.api.ts'

/** The cookie cannot be read from here; this note spares visitors of the landing page a question to the server. */
const hintKey = 'gg-signed-in'

function hint(value?: boolean): boolean {
  try {
    if (value === true) localStorage.setItem(hintKey, '1')
    if (value === false) localStorage.removeItem(hintKey)
    return localStorage.getItem(hintKey) !== null
  } catch {
    return false // storage is switched off: the server is asked where it matters
  }
}

/** Who is signed in. */
export const useSession = defineStore('session', () => {
  const host = shallowRef<Host | null>(null)

  function enter(signedIn: Host): void {
    host.value = signedIn
    hint(true)
  }

  function forget(): void {
    host.value = null
    hint(false)
  }

  /** Whether somebody is signed in, by the word of the server. An unreachable server is not a sign-out. */
  async function known(): Promise<boolean> {
    if (host.value) return true
    try {
      enter((await fetchMe()).host)
      return true
    } catch (thrown) {
      if (!(thrown instanceof ApiProblem) || thrown.status !== 401) throw thrown
      forget()
      return false
    }
  }

  /** As `known`, but says no at once in a browser that has not been signed in before. */
  const knownIfLikely = async (): Promise<boolean> =>
    host.value !== null || (hint() && (await known().catch(() => false)))

  async function logout(): Promise<void> {
    await callLogout()
    forget()
  }

  return { host, enter, forget, known, knownIfLikely, logout }
})
