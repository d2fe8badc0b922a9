import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { readPostmasterFile } from './postmaster-file.ts'

/**
 * For a second program beside the product: where the embedded server of a data folder listens.
 * @returns the connection URL, or undefined when no server runs there
 */
export async function urlOfRunning(dataDir: string): Promise<string | undefined> {
  const server = await readPostmasterFile(path.join(dataDir, 'postgres'))
  if (server?.ready !== true || Number.isNaN(server.port)) return undefined
  const password = await readFile(path.join(dataDir, 'postgres.password'), 'utf8')
  return `postgres://guestguard:${password.trim()}@127.0.0.1:${String(server.port)}/guestguard`
}
