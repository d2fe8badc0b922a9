import { EventStoreDBClient } from '@eventstore/db-client'
import { readAddress } from './address.ts'

/** A client with how long it waits. */
export interface Connection {
  readonly client: EventStoreDBClient
  /** How long the server may leave a call without an answer, in milliseconds. */
  readonly deadlineMs: number
}

/**
 * Connects, lazily, to an EventStoreDB or KurrentDB.
 *
 * Appends are made with one call each, not with the client's `BatchAppend`: there, version 6.2.1 keeps the appends of all
 * clients of the process in one table, and the end of any one connection drops them all; an answer that comes after that
 * is thrown as an uncaught TypeError, and an append whose answer never comes waits for ever. A call of its own has a
 * deadline and fails alone. The client asks the server's features for nothing else that is used here.
 * @param address as `readAddress` takes it
 * @throws Error for an address that cannot be used
 */
export function connect(address: string): Connection {
  const { url, deadlineMs } = readAddress(address)
  const client = EventStoreDBClient.connectionString(url)
  client['supports'] = () => Promise.resolve(false)
  return { client, deadlineMs }
}

/**
 * @returns what stands for the connection of now: another one after a reconnection, which may be to another node of the
 * cluster that has not come as far
 */
export function connectionOfNow(client: EventStoreDBClient): Promise<object> {
  return client['getChannel']()
}

/** Cancels what is under way and closes the connection; the client itself only does the first. */
export async function disconnect(client: EventStoreDBClient): Promise<void> {
  // Not waited for: the promise never resolves when a call has ended whose answers were not all read.
  void client.dispose()
  const channel = await client['getChannel']()
  channel.close()
}
