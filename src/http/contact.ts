import type { NewContact } from '../commands/guest/commands.ts'
import { normaliseEmail, readPhone } from '../import/contact.ts'
import { DomainError } from '../kernel/errors.ts'

interface ContactInput {
  readonly name: string
  readonly email?: string | null | undefined
  readonly phone?: string | null | undefined
  readonly externalRef?: string | null | undefined
}

/**
 * @returns the contact as it is stored
 * @throws DomainError `invalid/bad_phone` when the number cannot be dialled from everywhere
 */
export function contactOf({ name, email, phone, externalRef }: ContactInput): NewContact {
  return {
    name,
    email: email == null ? null : normaliseEmail(email),
    phone: phone == null ? null : dialable(phone),
    externalRef: externalRef ?? null,
  }
}

function dialable(phone: string): string {
  const reading = readPhone(phone)
  if (reading.ok) return reading.e164
  throw new DomainError('invalid', 'bad_phone', `The phone number ${reading.message}.`, {
    fields: [{ path: 'phone', message: reading.message }],
  })
}
