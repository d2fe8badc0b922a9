import { connect, createServer, type Socket } from 'node:net'

/** Stands between the product and its event store, and can be told to be a bad network. */
export interface TcpProxy {
  readonly port: number
  /** Ends all connections without a word; new ones are refused until `mend`. */
  cut(): void
  /** What comes in is passed on so many milliseconds later, both ways, until `mend`. */
  delay(ms: number): void
  /** Connections stay, and nothing passes, until `mend`. */
  silence(): void
  /** The same for ever, and only for those that are open now: as a firewall that has forgotten them. */
  strand(): void
  mend(): void
  close(): void
}

interface Pipe {
  readonly from: Socket
  readonly to: Socket
}

export function startTcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  const stranded = new WeakSet<Socket>()
  const held: (() => void)[] = []
  let refuses = false
  let silent = false
  let lateness = 0

  const passOn = ({ from, to }: Pipe, chunk: Buffer): void => {
    if (stranded.has(from)) return
    const write = () => to.writable && to.write(chunk)
    if (silent) held.push(write)
    // Later chunks never overtake earlier ones: equal timers fire in their order, and a mended delay keeps it too.
    else if (lateness > 0) setTimeout(write, lateness)
    else write()
  }
  const join = (pipe: Pipe): void => {
    sockets.add(pipe.from)
    pipe.from.setNoDelay(true)
    pipe.from.on('data', (chunk) => {
      passOn(pipe, chunk)
    })
    pipe.from.on('error', () => pipe.to.destroy())
    pipe.from.on('close', () => {
      sockets.delete(pipe.from)
      pipe.to.destroy()
    })
  }
  const server = createServer((client) => {
    if (refuses) {
      client.destroy()
      return
    }
    const upstream = connect(target, '127.0.0.1')
    join({ from: client, to: upstream })
    join({ from: upstream, to: client })
  })
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
    held.length = 0
  }
  const proxy = (port: number): TcpProxy => ({
    port,
    cut() {
      refuses = true
      cut()
    },
    delay(ms) {
      lateness = ms
    },
    silence() {
      silent = true
    },
    strand() {
      for (const socket of sockets) stranded.add(socket)
    },
    mend() {
      // What was sent with a delay may still be on its way, and must not be overtaken.
      if (lateness > 0) cut()
      refuses = false
      silent = false
      lateness = 0
      for (const write of held.splice(0)) write()
    },
    close() {
      server.close()
      cut()
    },
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      resolve(proxy((server.address() as { port: number }).port))
    })
  })
}
