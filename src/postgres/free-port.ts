import { createServer } from 'node:net'

/**
 * Below the range from which systems give out ports of outgoing connections (32768 on Linux, 49152 elsewhere): in it a
 * client that connects while the server restarts can be given the server's port and connect to itself.
 * @returns a port of 127.0.0.1 that was free a moment ago
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer()
      probe.once('error', () => {
        resolve(false)
      })
      probe.listen(port, '127.0.0.1', () => {
        probe.close(() => {
          resolve(true)
        })
      })
    })
    if (free) return port
  }
}
