import { createHash } from 'node:crypto'
import { hash, parseOptions, verify } from '@node-rs/argon2'
import { DomainError } from '../kernel/errors.ts'

/** NIST SP 800-63B asks for at least 8 and for room for 64; long enough for a sentence, short enough to hash. */
export const PASSWORD_LENGTH = { min: 10, max: 200 } as const

/**
 * Argon2id, the package's default kind, at the configuration that the OWASP Password Storage Cheat Sheet names as
 * minimum: 19 MiB of memory, 2 passes, 1 lane.
 * https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
 */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/** Hash, at `COST`, of a random text that was thrown away: nobody's password. */
export const NOBODY =
  '$argon2id$v=19$m=19456,t=2,p=1$PPhShCu5Ct8aFVzCzu1Fww$qLHhL/GmtSYsExybrWtlXI618ekZ9BfqisuihvhaEiA'

/**
 * @returns the PHC string to keep: https://github.com/P-H-C/phc-string-format
 * @throws DomainError `password_length` outside 10 to 200 characters
 */
export async function hashPassword(password: string): Promise<string> {
  const { min, max } = PASSWORD_LENGTH
  if (password.length < min || password.length > max) {
    throw new DomainError(
      'invalid',
      'password_length',
      `A password has ${String(min)} to ${String(max)} characters.`,
    )
  }
  return hash(canonical(password), COST)
}

/**
 * @param stored hash of the account, or null when there is no such account; that costs the same time, so that an
 *   answer does not tell which addresses are registered
 */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  const fits = password.length <= PASSWORD_LENGTH.max
  const right = await verify(stored ?? NOBODY, fits ? canonical(password) : '')
  return right && fits && stored !== null
}

/** Whether a hash was made with other costs than today's; the next successful login hashes again. */
export function needsRehash(stored: string): boolean {
  const { memoryCost, timeCost, parallelism } = parseOptions(stored)
  return (
    !stored.startsWith('$argon2id$') ||
    memoryCost !== COST.memoryCost ||
    timeCost !== COST.timeCost ||
    parallelism !== COST.parallelism
  )
}

/**
 * Names the current password in a reset token without telling anything about it: the salt of the hash is random.
 * Setting any password, even the same one, changes it, so that a reset works once.
 */
export function credentialOf(stored: string): string {
  return createHash('sha256').update(stored).digest('base64url')
}

/** The same password typed on another system may arrive as other code points (NIST SP 800-63B, section 5.1.1.2). */
function canonical(password: string): string {
  return password.normalize('NFKC')
}
