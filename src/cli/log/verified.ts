import type { EventStore } from '../../eventstore/port.ts'
import { digestOf } from '../../transfer/fill.ts'
import type { CommandRun } from '../command.ts'
import { numberText } from '../table.ts'

/** Reads a log that was filled again and compares. @throws Error when it is not what was put in */
export async function verified(
  { signal, meter }: CommandRun,
  store: Pick<EventStore, 'readAll'>,
  put: { readonly facts: number; readonly digest: string },
): Promise<void> {
  const found = await digestOf(store, signal, (facts) => {
    meter.show({ label: 'verify', done: facts, total: put.facts, perSecond: null, etaSeconds: null })
  })
  meter.clear()
  if (found.digest === put.digest) return
  throw new Error(
    `The log that was filled holds ${numberText(found.facts)} facts with digest ${found.digest}, ` +
      `where ${numberText(put.facts)} with ${put.digest} were put in. Does something else write to it?`,
  )
}
