import { computed, shallowRef, type ComputedRef } from 'vue'

/** Chromium's event; it is in no library of types. */
interface InstallPrompt extends Event {
  prompt: () => Promise<unknown>
}

const prompt = shallowRef<InstallPrompt | null>(null)
// It comes once, early: before any component is there.
addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault()
  prompt.value = event as InstallPrompt
})

const waiting = shallowRef<ServiceWorker | null>(null)

/**
 * Lets the scanner start without a network. A new version waits until it is asked for: the page is never changed under a
 * scan.
 */
export async function startWorker(): Promise<void> {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return
  try {
    const registration = await navigator.serviceWorker.register('/scan-worker.js', { scope: '/scan' })
    const look = () => {
      // Without a page of an earlier version there is nothing to change from.
      if (navigator.serviceWorker.controller !== null) waiting.value = registration.waiting
    }
    look()
    registration.addEventListener('updatefound', () => {
      registration.installing?.addEventListener('statechange', look)
    })
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) void registration.update().catch(() => undefined)
    })
  } catch {
    // Private browsing and the like: the scanner works, but not after a cold start without a network.
  }
}

export interface UseInstalling {
  /** The browser offers to install the page. */
  installable: ComputedRef<boolean>
  /** A new version lies ready. */
  updatable: ComputedRef<boolean>
  install: () => Promise<void>
  /** Changes to the new version, which loads the page anew. */
  update: () => void
}

export function useInstalling(): UseInstalling {
  const installable = computed(() => prompt.value !== null)
  const updatable = computed(() => waiting.value !== null)

  async function install(): Promise<void> {
    const offered = prompt.value
    prompt.value = null
    await offered?.prompt()
  }

  function update(): void {
    navigator.serviceWorker.addEventListener(
      'controllerchange',
      () => {
        location.reload()
      },
      { once: true },
    )
    waiting.value?.postMessage('take over')
  }

  return { installable, updatable, install, update }
}
