import { newIdempotencyKey } from '@shared/api/client.ts'
import {
  computed,
  onScopeDispose,
  ref,
  shallowRef,
  watch,
  type ComputedRef,
  type Ref,
  type ShallowRef,
} from 'vue'
import { previewCheckIn, recordCheckIn, troubleOf } from './api.ts'
import { formatCode } from './code.ts'
import { signalOf, type Desk, type Signal } from './desk.ts'
import { NewestReading, Scans, type Scan, type UnrecordedArrival } from './scans.ts'
import { useRecorded, type UseRecorded } from './useRecorded.ts'

export interface UseCheckIn extends UseRecorded {
  desk: Readonly<ShallowRef<Desk>>
  signal: ComputedRef<Signal | null>
  typed: Ref<string>
  /** Arrivals that were sent without an answer. */
  unrecorded: Readonly<ShallowRef<readonly UnrecordedArrival[]>>
  /** Asks who the typed code belongs to. */
  lookUp: () => Promise<void>
  /** Records that so many people of the party on the desk come in. */
  admit: (count: number) => Promise<void>
  /** Sends an unrecorded arrival again: the same scan, so the same arrival. */
  retry: (arrival: UnrecordedArrival) => Promise<void>
  clear: () => void
}

/** Touch only: a short buzz to go, two long ones for anything else. */
const buzzes: Record<Signal, number[]> = {
  go: [70],
  inside: [60, 60, 60],
  stop: [220, 90, 220],
  ask: [120, 80, 120],
}

/**
 * The work at the door: look a code up, record who came in, take it back. Nothing is shown as recorded before the
 * server has said so.
 * @param ticket gives the bearer token of this door
 */
export function useCheckIn(ticket: () => string): UseCheckIn {
  const desk = shallowRef<Desk>({ kind: 'ready' })
  const typed = ref('')
  const scans = new Scans(newIdempotencyKey)
  const newest = new NewestReading<Desk>()
  const unrecorded = shallowRef<readonly UnrecordedArrival[]>([])
  const signal = computed(() => signalOf(desk.value))
  const recorded = useRecorded(ticket, () => {
    newest.forget()
  })

  watch(signal, (now) => {
    if (now !== null && 'vibrate' in navigator) navigator.vibrate(buzzes[now])
  })

  async function lookUp(): Promise<void> {
    const code = formatCode(typed.value).trim()
    if (code === '') return
    typed.value = ''
    const before = again(code)
    if (before !== null) {
      desk.value = before
      return
    }
    const looking: Desk = { kind: 'looking', code }
    desk.value = looking
    const scan = scans.read(code, Date.now())
    const outcome = await found(scan)
    // Another code was read in the meantime: that one is on the desk now.
    if (desk.value !== looking) return
    desk.value = outcome
    if (outcome.kind === 'found') newest.keep(code, outcome, Date.now())
  }

  /** What is known of a code without asking. */
  function again(code: string): Desk | null {
    const arrival = scans.unrecordedOf(code)
    return newest.again(code, Date.now()) ?? (arrival === null ? null : { kind: 'unrecorded', arrival })
  }

  async function found(scan: Scan): Promise<Desk> {
    try {
      const preview = await previewCheckIn(ticket(), scan.code)
      return { kind: 'found', scan, preview, trouble: null }
    } catch (thrown) {
      return { kind: 'trouble', code: scan.code, trouble: troubleOf(thrown) }
    }
  }

  async function admit(count: number): Promise<void> {
    if (desk.value.kind !== 'found') return
    const { scan, preview } = desk.value
    await record({ scan, count, name: preview.guest.name }, desk.value)
  }

  async function retry(arrival: UnrecordedArrival): Promise<void> {
    await record(arrival, null)
  }

  async function record(
    arrival: UnrecordedArrival,
    before: (Desk & { kind: 'found' }) | null,
  ): Promise<void> {
    const { scan, count, name } = arrival
    const recording: Desk = { kind: 'recording', scan, preview: before?.preview ?? null, name }
    desk.value = recording
    newest.forget()
    const outcome = await recordedOutcome(arrival, before)
    unrecorded.value = scans.unrecorded
    if (outcome.kind === 'done') recorded.note(outcome.answer, count, name)
    if (desk.value !== recording) return
    desk.value = outcome
    if (outcome.kind === 'done') newest.keep(scan.code, outcome, Date.now())
  }

  async function recordedOutcome(
    arrival: UnrecordedArrival,
    before: (Desk & { kind: 'found' }) | null,
  ): Promise<Desk> {
    const { scan, count } = arrival
    try {
      const answer = await recordCheckIn(ticket(), scan, count)
      scans.answered(scan)
      return { kind: 'done', scan, answer, count }
    } catch (thrown) {
      const trouble = troubleOf(thrown)
      // No answer, or a fault past the door of the server: it may or may not have been recorded.
      if (trouble.kind === 'offline' || trouble.kind === 'server') {
        scans.lost(arrival)
        return { kind: 'unrecorded', arrival }
      }
      if (trouble.kind !== 'ticket' && trouble.kind !== 'wait') scans.answered(scan)
      return before === null ? { kind: 'trouble', code: scan.code, trouble } : { ...before, trouble }
    }
  }

  function clear(): void {
    desk.value = { kind: 'ready' }
  }

  const stayIfUnrecorded = (event: BeforeUnloadEvent): void => {
    if (unrecorded.value.length > 0) event.preventDefault()
  }
  addEventListener('beforeunload', stayIfUnrecorded)
  onScopeDispose(() => {
    removeEventListener('beforeunload', stayIfUnrecorded)
  })

  return { desk, signal, typed, unrecorded, lookUp, admit, retry, clear, ...recorded }
}
