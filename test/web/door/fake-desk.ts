import type { BatchAnswer, BatchItem, Manifest, ManifestGuest } from '@contracts/door-offline.ts'
import type { CheckInAnswer, CheckInPreview } from '@contracts/door.ts'
import { makeManifest } from './event-at-the-door.ts'

interface Arrival {
  readonly checkInId: string
  readonly guestId: string
  readonly count: number
}

type Body = Partial<BatchItem> & { readonly items?: readonly BatchItem[] }

/**
 * The server behind `fetch`, with guests, arrivals and a network that can be lost in two ways: `down`, nothing gets there;
 * `deaf`, everything gets there and no answer comes back.
 */
export class FakeDesk {
  network: 'up' | 'deaf' | 'down' = 'up'
  /** What every manifest says beside the guests. */
  more: Partial<Manifest> = {}
  readonly asked: string[] = []
  readonly batches: BatchItem[][] = []
  readonly #guests: Map<string, ManifestGuest>
  readonly #arrivals = new Map<string, Arrival>()
  #changes: ManifestGuest[] = []

  constructor(guests: readonly ManifestGuest[]) {
    this.#guests = new Map(guests.map((guest) => [guest.id, guest]))
  }

  arrived(guestId: string): number {
    return this.#guest(guestId).arrived
  }

  /** Another gate lets somebody in, or with a negative count takes it back. */
  change(guestId: string, count: number): void {
    const guest = this.#guest(guestId)
    const now = { ...guest, arrived: guest.arrived + count }
    this.#guests.set(guestId, now)
    this.#changes.push(now)
  }

  readonly fetch = (url: string, { body }: { body?: string }): Promise<Response> => {
    if (this.network === 'down') return Promise.reject(new TypeError('no network'))
    const path = new URL(url, 'https://door.example').pathname.replace('/api/check-in', '')
    this.asked.push(path)
    const answer = this.#answer(path, url, JSON.parse(body ?? '{}') as Body)
    // Read only now: an answer that says that the network is lost is lost itself.
    if (this.network === 'deaf') return Promise.reject(new TypeError('no answer'))
    return Promise.resolve(answer === undefined ? new Response(null, { status: 204 }) : Response.json(answer))
  }

  #answer(path: string, url: string, body: Body): unknown {
    if (path === '/manifest') return this.#manifest(url.includes('since='))
    if (path === '/preview') return this.#preview(body.guestId ?? '')
    if (path === '/batch') return this.#batch(body.items ?? [])
    if (path === '') return this.#admit(body)
    const [, checkInId] = /^\/(.+)\/undo$/.exec(path) ?? []
    for (const [nonce, arrival] of this.#arrivals) {
      if (arrival.checkInId !== checkInId) continue
      this.#arrivals.delete(nonce)
      this.change(arrival.guestId, -arrival.count)
    }
    return undefined
  }

  #manifest(delta: boolean): Manifest {
    const guests = delta ? this.#changes : [...this.#guests.values()]
    this.#changes = []
    return makeManifest(guests, { reset: !delta, total: this.#guests.size, ...this.more })
  }

  #preview(guestId: string): CheckInPreview {
    const { id, name, expected, arrived, names, risk, lastArrival } = this.#guest(guestId)
    const refusal = arrived >= expected ? ('party_complete' as const) : null
    return { guest: { id, name }, party: { expected, arrived, names }, risk, refusal, lastArrival }
  }

  #admit({ nonce = '', guestId = '', arrivalCount = 1 }: Body): CheckInAnswer {
    const checkInId = `arrival-${nonce}`
    if (!this.#arrivals.has(nonce)) {
      this.#arrivals.set(nonce, { checkInId, guestId, count: arrivalCount })
      this.change(guestId, arrivalCount)
    }
    return { ...this.#preview(guestId), result: 'admitted', checkInId, reason: null }
  }

  #batch(items: readonly BatchItem[]): BatchAnswer {
    this.batches.push([...items])
    return {
      items: items.map((item, index) => {
        const { nonce, outcome } = item
        const status = this.#arrivals.has(nonce) ? ('duplicate' as const) : ('accepted' as const)
        const checkInId = outcome === 'admitted' ? this.#admit(item).checkInId : null
        return { index, nonce, status, result: null, checkInId, reason: null, detail: null }
      }),
    }
  }

  #guest(guestId: string): ManifestGuest {
    const guest = this.#guests.get(guestId)
    if (guest === undefined) throw new Error(`nobody has the id ${guestId}`)
    return guest
  }
}
