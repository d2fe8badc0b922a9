import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { deviceId } from './device-id.ts'
import { serverClock } from './server-clock.ts'
import type { Ticket } from './ticket.ts'
import type { NoTicket } from './useTicket.ts'
import { Scanner, type ScannerStatus } from './offline/scanner.ts'
import { BACK_OFF_MS } from './offline/sync.ts'

/** How often a device that the server does not answer asks whether it is back, in milliseconds. */
const KNOCK_MS = 4_000

export interface UseScanner {
  /** Null until what is kept on the device was opened. */
  scanner: Readonly<ShallowRef<Scanner | null>>
  status: Readonly<ShallowRef<ScannerStatus | null>>
  /** The device keeps nothing: storage is switched off or full. */
  broken: Readonly<Ref<boolean>>
  sync: () => Promise<void>
}

/**
 * Opens the scanner of a ticket and keeps it in step with the server: at the start, when the network or the page comes back,
 * and every 30 s; while the server is away and the page is seen, it is looked for every few seconds.
 * @param refused told when the server takes the ticket no more
 */
export function useScanner({ token, face }: Ticket, refused: (why: NoTicket) => void): UseScanner {
  const scanner = shallowRef<Scanner | null>(null)
  const status = shallowRef<ScannerStatus | null>(null)
  const broken = ref(false)
  let disposed = false

  async function open(): Promise<void> {
    try {
      scanner.value = await Scanner.open({
        ticket: token,
        face,
        deviceId: deviceId(),
        online: navigator.onLine,
        now: () => Date.now(),
        serverNow: () => serverClock.now(),
        changed: (now) => {
          status.value = now
        },
        refused: (code) => {
          refused(code === 'ticket_revoked' ? 'revoked' : 'refused')
        },
      })
    } catch {
      broken.value = true
      return
    }
    status.value = scanner.value.status
    // Without it a browser may throw the queue away when space gets scarce. Chrome decides by itself, Firefox asks.
    if ('storage' in navigator) void navigator.storage.persist().catch(() => false)
    await sync()
  }

  async function sync(): Promise<void> {
    if (!disposed) await scanner.value?.sync()
  }

  const onOnline = () => void sync()
  const onOffline = () => scanner.value?.lostNetwork()
  const onVisible = () => {
    if (!document.hidden) void sync()
  }
  const stayWithQueue = (event: BeforeUnloadEvent) => {
    if ((status.value?.waiting ?? 0) > 0) event.preventDefault()
  }
  const timer = setInterval(() => void sync(), BACK_OFF_MS)
  const knocking = setInterval(() => {
    if (!document.hidden) void scanner.value?.knock()
  }, KNOCK_MS)
  addEventListener('online', onOnline)
  addEventListener('offline', onOffline)
  addEventListener('beforeunload', stayWithQueue)
  document.addEventListener('visibilitychange', onVisible)
  onScopeDispose(() => {
    disposed = true
    clearInterval(timer)
    clearInterval(knocking)
    removeEventListener('online', onOnline)
    removeEventListener('offline', onOffline)
    removeEventListener('beforeunload', stayWithQueue)
    document.removeEventListener('visibilitychange', onVisible)
  })

  void open()
  return { scanner, status, broken, sync }
}
