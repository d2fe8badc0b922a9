import { setTimeout as sleep } from 'node:timers/promises'
import type { Invitee } from './evidence.ts'
import type { Client, Tale } from './tale.ts'

/** A guest as those who take part in the story know them. */
export interface KnownGuest {
  readonly id: string
  token: string | null
  passCode: string | null
}

/** An event as those who take part know it. Guests stand in the order in which the host thought of them. */
export class Occasion {
  readonly name: string
  id = ''
  readonly guests: (KnownGuest | undefined)[] = []
  ticket: string | undefined
  /** Guests who were thought of so far. */
  thoughtOf = 0

  constructor(name: string) {
    this.name = name
  }

  next(plusOnes: number): Invitee & { readonly at: number } {
    const at = this.thoughtOf
    this.thoughtOf += 1
    return { at, name: `Guest ${String(at)}`, email: `${this.name}-${String(at)}@example.org`, plusOnes }
  }
}

/** Milliseconds between two steps of somebody, at most. */
const PAUSE = 120

/** Goes on until the story is over, and beyond that until enough was done to be worth looking at. */
export async function goOn(
  tale: Tale,
  client: Client,
  step: () => Promise<void>,
  enough: () => boolean,
): Promise<void> {
  while (!tale.over || (!enough() && !tale.outOfPatience)) {
    await step()
    await sleep(client.waits.int(0, PAUSE))
  }
}
