import type { FastifyInstance } from 'fastify'
import type { Config } from './config.ts'

/** Under which address the product is reached; the port may be known only once it listens. */
export class Address {
  /** Whether only this machine can reach it: then what is meant for developers may be shown. */
  readonly isLocal: boolean
  private url: string

  constructor(config: Config) {
    this.url = config.publicUrl ?? `http://localhost:${String(config.port)}`
    const loopback = ['127.0.0.1', '::1', 'localhost'].includes(config.host)
    this.isLocal = loopback && ['localhost', '127.0.0.1', '[::1]'].includes(new URL(this.url).hostname)
    this.fixed = config.publicUrl !== null
  }

  private readonly fixed: boolean

  publicUrl(): string {
    return this.url
  }

  listening(app: FastifyInstance): void {
    const bound = app.server.address()
    if (!this.fixed && bound !== null && typeof bound === 'object')
      this.url = `http://localhost:${String(bound.port)}`
  }
}

/** @returns the domain of `Name <somebody@domain>` */
export function domainOf(from: string): string {
  return /@([^>\s]+)/.exec(from)?.[1] ?? 'localhost'
}
