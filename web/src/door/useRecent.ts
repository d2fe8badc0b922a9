import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { troubleOf } from './api.ts'
import { recentOnceSent, signalOf, withRecent, type Desk, type RecentScan, type SentAnswer } from './desk.ts'
import type { Door } from './door.ts'

export interface UseRecent {
  /** The newest five scans of this device. */
  recent: Readonly<ShallowRef<readonly RecentScan[]>>
  /** Ticks every second, for the time that is left to undo. */
  now: Readonly<Ref<number>>
  /** Notes what a scan came to. */
  note: (outcome: Desk) => void
  /** A scan that waited on this device was sent. */
  sent: (nonce: string, answer: SentAnswer) => void
  undo: (scan: RecentScan) => Promise<void>
}

/** Where the list outlives the page. */
export interface RecentKeeper {
  readonly list: readonly RecentScan[]
  readonly keep: (list: readonly RecentScan[]) => Promise<void>
}

/**
 * The last scans; who was let in can be taken back for a minute.
 * @param undone called after one was taken back
 * @param keeper without it the list ends with the page
 */
export function useRecent(
  door: () => Door,
  undone: (scan: RecentScan) => void,
  keeper?: RecentKeeper,
): UseRecent {
  const recent = shallowRef(keeper?.list ?? [])
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
    if (scan !== null) become(withRecent(recent.value, scan))
  }

  function become(list: readonly RecentScan[]): void {
    recent.value = list
    void keeper?.keep(list)
  }

  function change(nonce: string, to: (scan: RecentScan) => RecentScan): void {
    if (recent.value.some((one) => one.nonce === nonce)) {
      become(recent.value.map((one) => (one.nonce === nonce ? to(one) : one)))
    }
  }

  function sent(nonce: string, answer: SentAnswer): void {
    change(nonce, (scan) => recentOnceSent(scan, answer))
  }

  async function undo(scan: RecentScan): Promise<void> {
    const stands = (state: RecentScan['undo'], detail = '') => {
      change(scan.nonce, (one) => ({ ...one, undo: state, detail }))
    }
    stands('running')
    try {
      await door().undo(scan)
      stands('done')
      undone(scan)
    } catch (thrown) {
      const trouble = troubleOf(thrown)
      if (trouble.kind === 'offline') stands('unheard')
      else stands('failed', trouble.kind === 'refused' ? trouble.detail : '')
    }
  }

  return { recent, now, note, sent, undo }
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
    case 'not_added':
      return { ...line, name: outcome.name }
    case 'stranger':
      return line
    case 'looking':
    case 'trouble':
      return null
  }
}
