import { expect, test } from 'vitest'
import { createEventStoreDbStore } from '../../src/eventstore/eventstoredb/store.ts'
import { startEsdbServer, type EsdbServerOptions } from '../support/esdb-server/server.ts'
import { silentLog } from '../support/log.ts'

/** A test that starts servers and connects to them, which all ends with it. */
export const withServers = test
  .extend('closing', ({}, { onCleanup }) => {
    const closers: (() => unknown)[] = []
    onCleanup(async () => {
      for (const close of closers.reverse()) await close()
    })
    return (close: () => unknown): void => {
      closers.push(close)
    }
  })
  .extend('start', ({ closing }) => async (options: EsdbServerOptions = {}) => {
    const server = await startEsdbServer(options)
    closing(() => {
      server.stop()
    })
    return server
  })
  .extend('connect', ({ closing }) => (address: string, log = silentLog) => {
    const store = createEventStoreDbStore(address, log)
    closing(() => store.close())
    return store
  })

/**
 * A test of the adapter with one server and one connection for the whole file. Faults that it orders have to happen, and
 * the next test finds the server well again.
 */
export const overGrpc = withServers
  .extend('server', { scope: 'file' }, async ({}, { onCleanup }) => {
    const server = await startEsdbServer()
    onCleanup(() => {
      server.stop()
    })
    return server
  })
  .extend('store', { scope: 'file' }, ({ server }, { onCleanup }) => {
    const store = createEventStoreDbStore(server.url, silentLog)
    onCleanup(() => store.close())
    return store
  })
  .extend('recovery', { auto: true }, ({ server: { faults, log } }, { onCleanup }) => {
    onCleanup(() => {
      const { pending } = faults
      Object.assign(faults, { conflictsAsErrors: false, leader: undefined, delayMs: 0 })
      Object.assign(log.byCategory, { forbidden: false, missing: false })
      log.byCategory.enable()
      log.byCategory.release()
      expect(pending).toBe(0)
    })
  })
