import { newIdempotencyKey } from '@shared/api/client.ts'
import type { TurnAwayReason } from '@contracts/door.ts'
import { computed, onScopeDispose, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { troubleOf } from './api.ts'
import { formatCode } from './code.ts'
import { deskOnceSent, isDeciding, signalOf, type Desk, type DoorTrouble, type Signal } from './desk.ts'
import type { Door } from './door.ts'
import { subjectIn, type Scan, type Subject } from './scan.ts'
import { Readings, Scans, type UnrecordedArrival } from './scans.ts'
import { useRecent, type RecentKeeper, type UseRecent } from './useRecent.ts'

export interface UseCheckIn extends Omit<UseRecent, 'note'> {
  desk: Readonly<ShallowRef<Desk>>
  signal: ComputedRef<Signal | null>
  typed: Ref<string>
  /** Arrivals that were sent without an answer. */
  unrecorded: Readonly<ShallowRef<readonly UnrecordedArrival[]>>
  /** Asks whom the typed code, or what a scanner typed, belongs to. */
  lookUp: () => Promise<void>
  /** Asks whom something belongs to, whatever lies on the desk. */
  show: (subject: Subject) => Promise<void>
  /** What the camera sees, many times a second: taken unless somebody on the desk is being decided about. */
  see: (text: string) => Promise<void>
  /** Records that so many people of the party on the desk come in. */
  admit: (count: number) => Promise<void>
  turnAway: (reason: TurnAwayReason) => Promise<void>
  walkIn: (name: string, count: number) => Promise<void>
  /** Sends an unrecorded arrival again: the same scan, so the same arrival. */
  retry: (arrival: UnrecordedArrival) => Promise<void>
  /** A second try at what is on the desk; null when it would not help, or there is nothing to try. */
  again: ComputedRef<(() => Promise<void>) | null>
  clear: () => void
}

/** How long an outcome stays before the camera may bring the next guest: time to look up, in milliseconds. */
const HOLD_MS = 1_500

/**
 * The work at the door: find out who it is, record who came in, take it back. Nothing is shown as recorded before the
 * server has said so, or it lies in the queue of this device.
 * @param announce told of each outcome once, to be heard and felt
 * @param keeper see `useRecent`
 */
export function useCheckIn(
  door: () => Door,
  announce: (signal: Signal) => void = () => undefined,
  keeper?: RecentKeeper,
): UseCheckIn {
  const desk = shallowRef<Desk>({ kind: 'ready' })
  const typed = ref('')
  const scans = new Scans(newIdempotencyKey)
  const readings = new Readings<Desk>()
  const unrecorded = shallowRef<readonly UnrecordedArrival[]>([])
  let decidedAt = 0
  const signal = computed(() => signalOf(desk.value))
  const { note, ...recent } = useRecent(
    door,
    ({ nonce }) => {
      readings.forget()
      if ('scan' in desk.value && desk.value.scan.nonce === nonce) clear()
    },
    keeper,
  )

  const sent: UseRecent['sent'] = (nonce, answer) => {
    recent.sent(nonce, answer)
    readings.renew((outcome) => deskOnceSent(outcome, nonce, answer))
    desk.value = deskOnceSent(desk.value, nonce, answer)
  }

  async function lookUp(): Promise<void> {
    const text = formatCode(typed.value).trim()
    if (text === '') return
    typed.value = ''
    await show(subjectIn(text))
  }

  async function see(text: string): Promise<void> {
    const now = Date.now()
    const subject = subjectIn(text)
    const before = readings.again(subject, now)
    if (isDeciding(desk.value) || (desk.value.kind !== 'ready' && now - decidedAt < HOLD_MS)) return
    if (before === null) await ask(subject)
    else if (desk.value.kind === 'ready') desk.value = before
  }

  async function show(subject: Subject): Promise<void> {
    const before = readings.again(subject, Date.now())
    if (before === null) await ask(subject)
    else desk.value = before
  }

  async function ask(subject: Subject): Promise<void> {
    const arrival = scans.unrecordedOf(subject)
    if (arrival !== null) {
      desk.value = { kind: 'unrecorded', arrival }
      return
    }
    const scan = scans.read(subject, Date.now())
    const looking: Desk = { kind: 'looking', scan }
    desk.value = looking
    const outcome = await found(scan)
    // Another code was read in the meantime: that one is on the desk now.
    if (desk.value === looking) decided(scan, outcome)
  }

  function decided(scan: Scan, outcome: Desk): void {
    desk.value = outcome
    decidedAt = Date.now()
    const heard = signalOf(outcome)
    if (heard !== null) announce(heard)
    note(outcome)
    if (outcome.kind !== 'trouble') readings.keep(scan.subject, outcome, Date.now())
  }

  async function found(scan: Scan): Promise<Desk> {
    try {
      const finding = await door().find(scan)
      if (finding.kind === 'stranger') return { ...finding, scan }
      return { ...finding, kind: 'found', scan, trouble: null }
    } catch (thrown) {
      return { kind: 'trouble', scan, trouble: troubleOf(thrown) }
    }
  }

  async function admit(count: number): Promise<void> {
    const before = desk.value
    if (before.kind !== 'found') return
    const { scan, preview } = before
    const send = () => door().admit(scan, preview, count)
    await record({ scan, count, name: preview.guest.name, send }, (trouble) => ({ ...before, trouble }))
  }

  async function walkIn(name: string, count: number): Promise<void> {
    const scan = scans.walkIn(Date.now())
    const arrival = { scan, count, name, send: () => door().walkIn(scan, name, count) }
    await record(arrival, (trouble) =>
      trouble.kind === 'refused'
        ? { kind: 'not_added', scan, name, detail: trouble.detail }
        : { kind: 'trouble', scan, trouble, arrival },
    )
  }

  async function turnAway(reason: TurnAwayReason): Promise<void> {
    const before = desk.value
    if (before.kind !== 'found') return
    const { scan, preview } = before
    const { name } = preview.guest
    const recording: Desk = { kind: 'recording', name }
    desk.value = recording
    const outcome = await door()
      .turnAway(scan, preview, reason)
      .then(
        (): Desk => ({ kind: 'turned_away', scan, name, reason }),
        (thrown: unknown): Desk => ({ ...before, trouble: troubleOf(thrown) }),
      )
    if (desk.value === recording) decided(scan, outcome)
  }

  /** @param stay what to show when nothing was recorded for a reason that a second try may not have */
  async function record(
    arrival: UnrecordedArrival,
    stay = (trouble: DoorTrouble): Desk => ({ kind: 'trouble', scan: arrival.scan, trouble, arrival }),
  ): Promise<void> {
    const recording: Desk = { kind: 'recording', name: arrival.name }
    desk.value = recording
    readings.forget()
    const outcome = await recorded(arrival, stay)
    unrecorded.value = scans.unrecorded
    if (desk.value === recording) decided(arrival.scan, outcome)
    else note(outcome)
  }

  async function recorded(arrival: UnrecordedArrival, stay: (trouble: DoorTrouble) => Desk): Promise<Desk> {
    const { scan, count, send } = arrival
    try {
      const admission = await send()
      scans.answered(scan)
      return { ...admission, kind: 'done', scan, count }
    } catch (thrown) {
      const trouble = troubleOf(thrown)
      // No answer, or a fault past the door of the server: it may or may not have been recorded.
      if (trouble.kind === 'offline' || trouble.kind === 'server') {
        scans.lost(arrival)
        return { kind: 'unrecorded', arrival }
      }
      if (trouble.kind === 'refused') scans.answered(scan)
      return stay(trouble)
    }
  }

  const again = computed(() => {
    const failed = desk.value
    if (failed.kind === 'unrecorded') return () => record(failed.arrival)
    // Without another ticket a second try ends as the first.
    if (failed.kind !== 'trouble' || failed.trouble.kind === 'ticket') return null
    const { arrival, trouble } = failed
    if (arrival !== undefined && trouble.kind === 'refused') return null
    return arrival === undefined ? () => show(failed.scan.subject) : () => record(arrival)
  })

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

  const work = { lookUp, show, see, admit, turnAway, walkIn, retry: record, again, clear }
  return { desk, signal, typed, unrecorded, ...work, ...recent, sent }
}
