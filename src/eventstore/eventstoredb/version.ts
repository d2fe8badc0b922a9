import { connect, disconnect } from './connection.ts'
import { unavailable } from './errors.ts'

/**
 * Asks a server for its version.
 * @param address as `readAddress` takes it
 * @throws StoreUnavailable
 */
export async function serverVersionOf(address: string): Promise<string> {
  const { client } = connect(address)
  try {
    return (await client['capabilities']).serverVersion
  } catch (error) {
    throw unavailable(error)
  } finally {
    await disconnect(client).catch(() => undefined)
  }
}
