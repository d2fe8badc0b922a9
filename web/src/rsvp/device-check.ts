import { ref, watch, type Ref } from 'vue'
import { within } from './patience.ts'

const KEY = 'gg-device-check'
/** The guest waits for the envelope: past this the invitation is opened without. */
const BUDGET_MS = 800

function remembered(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off'
  } catch {
    return true // storage is switched off: the choice then lasts for this page
  }
}

export interface DeviceCheck {
  /** Whether the guest lets this page read the device. */
  allowed: Ref<boolean>
  /** Fetches the code, without reading anything yet. */
  prepare: () => void
  /** @returns what was read, or null when it is not allowed, failed or took too long. */
  read: () => Promise<Record<string, string> | null>
}

/** The guest's choice about recognising the device, kept in the browser, and the reading itself. */
export function useDeviceCheck(): DeviceCheck {
  const allowed = ref(remembered())
  watch(allowed, (on) => {
    try {
      localStorage.setItem(KEY, on ? 'on' : 'off')
    } catch {
      // see remembered()
    }
  })
  const code = () => import('./fingerprint.ts')
  const prepare = (): void => {
    if (allowed.value) code().catch(() => undefined)
  }
  const read = () =>
    allowed.value
      ? within(
          code().then((module) => module.readDevice()),
          BUDGET_MS,
        )
      : Promise.resolve(null)
  return { allowed, prepare, read }
}
