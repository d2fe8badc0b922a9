import path from 'node:path'
import { vi } from 'vitest'
import { createOutbox } from '../../src/notify/outbox.ts'
import type { TestProduct } from './product.ts'

/** @returns what is in the link of the newest mail to choose a new password, once there is one */
export function mailedResetToken({ dataDir }: TestProduct, address: string): Promise<string> {
  const outbox = createOutbox(path.join(dataDir, 'outbox'))
  const find = async () => {
    const mail = (await outbox.list()).find(({ to }) => to.includes(address))
    const text = mail === undefined ? '' : ((await outbox.read(mail.id))?.text ?? '')
    const [, token] = /\/reset#([\w.-]+)/.exec(text) ?? []
    if (token === undefined) throw new Error(`no mail with a link to ${address}`)
    return token
  }
  return vi.waitFor(find, { timeout: 15_000, interval: 50 })
}
