import { EventStoreDBClient } from '@eventstore/db-client'

/**
 * Connects, lazily, to an EventStoreDB or KurrentDB.
 *
 * Appends are made with one call each, not with the client's `BatchAppend`: there, version 6.2.1 keeps the appends of all
 * clients of the process in one table, and the end of any one connection drops them all; an answer that comes after that
 * is thrown as an uncaught TypeError, and an append whose answer never comes waits for ever. A call of its own has a
 * deadline and fails alone. The client asks the server's features for nothing else that is used here.
 * @param url `esdb://…` or `esdb+discover://…`
 */
export function connect(url: string): EventStoreDBClient {
  const client = EventStoreDBClient.connectionString(url)
  client['supports'] = () => Promise.resolve(false)
  return client
}

/** Cancels what is under way and closes the connection; the client itself only does the first. */
export async function disconnect(client: EventStoreDBClient): Promise<void> {
  // Not waited for: the promise never resolves when a call has ended whose answers were not all read.
  void client.dispose()
  const channel = await client['getChannel']()
  channel.close()
}
