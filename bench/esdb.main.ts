/** The gRPC server of the tests in a process of its own, with its log in memory: it says its URL and stays. */
import { startEsdbServer } from '../test/support/esdb-server/server.ts'

const server = await startEsdbServer()
process.send?.(server.url)
