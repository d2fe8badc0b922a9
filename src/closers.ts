import type { FastifyBaseLogger } from 'fastify'

/** Things to close, closed in the order opposite to that of their opening. */
export class Closers {
  private readonly closers: { readonly name: string; readonly close: () => Promise<unknown> | undefined }[] =
    []
  private readonly logger: FastifyBaseLogger

  constructor(logger: FastifyBaseLogger) {
    this.logger = logger
  }

  add(name: string, close: () => Promise<unknown> | undefined): void {
    this.closers.push({ name, close })
  }

  async closeAll(): Promise<void> {
    for (let next = this.closers.pop(); next !== undefined; next = this.closers.pop()) {
      try {
        await next.close()
      } catch (error) {
        this.logger.error({ err: error }, `could not close ${next.name}`)
      }
    }
  }
}
