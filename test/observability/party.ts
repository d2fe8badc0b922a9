import { addGuest, createEvent, register, type TestGuest, type TestHost } from '../support/party.ts'
import type { TestProduct } from '../support/product.ts'

export interface InvitedGuest extends TestGuest {
  readonly email: string
}

interface Party {
  readonly host: TestHost
  readonly eventId: string
  readonly guest: InvitedGuest
}

/** A host and a guest with names and addresses, which must turn up in no metric and in no trace. */
export async function aParty(product: TestProduct): Promise<Party> {
  const host = await register(product, 'ada.lovelace@example.org')
  const { id: eventId } = await createEvent(host)
  const email = 'grace.hopper@example.org'
  const guest = await addGuest(host, eventId, { name: 'Grace Hopper', email })
  return { host, eventId, guest: { ...guest, email } }
}
