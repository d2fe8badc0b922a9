import { goOn, type Occasion } from './occasion.ts'
import { doorStep } from './script.ts'
import { Client, type Tale } from './tale.ts'

/** A device at the door, which lets in whoever shows a pass. */
export class Door {
  readonly #tale: Tale
  readonly #occasion: Occasion
  readonly #name: string
  readonly #client: Client
  #scans = 0
  #admitted = 0
  #latest: { readonly checkInId: string; readonly guestId: string } | null = null

  constructor(tale: Tale, occasion: Occasion, number: number) {
    this.#tale = tale
    this.#occasion = occasion
    this.#name = `door-${occasion.name}-${String(number)}`
    this.#client = new Client(tale, this.#name, `10.3.${occasion.name.slice(-1)}.${String(number + 1)}`)
  }

  async act(): Promise<void> {
    const dice = this.#tale.diceOf(this.#name)
    const step = async () => {
      const { guest, count, scansTwice, undo } = doorStep(dice)
      if (undo && this.#latest !== null) await this.#undo(this.#latest)
      else await this.#checkIn(guest, count, scansTwice)
    }
    await goOn(this.#tale, this.#client, step, () => this.#admitted > 0)
  }

  async #undo(checkIn: { readonly checkInId: string; readonly guestId: string }): Promise<void> {
    this.#latest = null
    const path = `/api/check-in/${checkIn.checkInId}/undo`
    const bearer = this.#occasion.ticket
    await this.#client.ask(
      { kind: 'undo', eventId: this.#occasion.id, ...checkIn },
      { method: 'POST', path, bearer },
    )
  }

  async #checkIn(at: number, count: number, twice: boolean): Promise<void> {
    const { guests, ticket: bearer, id: eventId } = this.#occasion
    const guest = guests[at]
    if (guest === undefined || guest.passCode === null || bearer === undefined) return
    const { id: guestId, passCode: code } = guest
    this.#scans += 1
    const nonce = `${this.#name}.${String(this.#scans)}`
    const scannedAt = new Date().toISOString()
    const json = { code, arrivalCount: count, nonce, deviceId: this.#name, scannedAt }
    const answer = await this.#client.ask(
      { kind: 'check_in', eventId, guestId, nonce, count, code },
      { method: 'POST', path: '/api/check-in', json, bearer },
      twice,
    )
    const checkInId = answer?.status === 200 ? answer.body.checkInId : null
    if (checkInId == null) return
    this.#admitted += 1
    this.#latest = { checkInId, guestId }
  }
}
