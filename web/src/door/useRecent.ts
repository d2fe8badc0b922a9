import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { troubleOf } from './api.ts'
import { signalOf, withRecent, type Desk, type RecentScan } from './desk.ts'
import type { Door } from './door.ts'

export interface UseRecent {
  /** The newest five scans of this device. */
  recent: Readonly<ShallowRef<readonly RecentScan[]>>
  /** Ticks every second, for the time that is left to undo. */
  now: Readonly<Ref<number>>
  /** Notes what a scan came to. */
  note: (outcome: Desk) => void
  undo: (scan: RecentScan) => Promise<void>
}

/**
 * The last scans; who was let in can be taken back for a minute.
 * @param undone called after one was taken back
 */
export function useRecent(door: () => Door, undone: (scan: RecentScan) => void): UseRecent {
  const recent = shallowRef<readonly RecentScan[]>([])
  const now = ref(Date.now())
  const ticking = setInterval(() => {
    now.value = Date.now()
  }, 1_000)
  onScopeDispose(() => {
    clearInterval(ticking)
  })

  function note(outcome: Desk): void {
    now.value = Date.now()
    const scan = recentOf(outcome, now.value)
    if (scan !== null) recent.value = withRecent(recent.value, scan)
  }

  function become(nonce: string, undo: RecentScan['undo'], detail = ''): void {
    recent.value = recent.value.map((one) => (one.nonce === nonce ? { ...one, undo, detail } : one))
  }

  async function undo(scan: RecentScan): Promise<void> {
    become(scan.nonce, 'running')
    try {
      await door().undo(scan)
      become(scan.nonce, 'done')
      undone(scan)
    } catch (thrown) {
      const trouble = troubleOf(thrown)
      if (trouble.kind === 'offline') become(scan.nonce, 'unheard')
      else become(scan.nonce, 'failed', trouble.kind === 'refused' ? trouble.detail : '')
    }
  }

  return { recent, now, note, undo }
}

/** @returns the line of the list, null for what is not decided */
function recentOf(outcome: Desk, at: number): RecentScan | null {
  const signal = signalOf(outcome)
  if (signal === null || !('scan' in outcome)) return null
  const line = {
    nonce: outcome.scan.nonce,
    checkInId: null,
    signal,
    name: null,
    count: 0,
    at,
    undo: 'possible',
    detail: '',
  } as const
  switch (outcome.kind) {
    case 'done': {
      const { checkInId, guest, result } = outcome.answer
      const came = result === 'admitted' || result === 'conflict'
      return { ...line, checkInId, name: guest.name, count: came ? outcome.count : 0 }
    }
    case 'found':
      return { ...line, name: outcome.preview.guest.name }
    case 'turned_away':
      return { ...line, name: outcome.name }
    case 'stranger':
      return line
    case 'looking':
    case 'trouble':
      return null
  }
}
