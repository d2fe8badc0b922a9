import { z } from 'zod'
import type { Position } from '../eventstore/port.ts'
import type { PoolClient } from '../postgres/pool.ts'

/** NOTIFY channel on which writers tell readers in other processes how far they are. */
export const CHANNEL = 'guestguard_projections'

/** A NOTIFY payload has less than 8,000 bytes; an event id takes 29 of them. */
const EVENTS_PER_PAYLOAD = 200

const payloadSchema = z.object({
  origin: z.string(),
  /** Position by schema. */
  checkpoints: z.record(z.string(), z.string()).default({}),
  /** Events whose live feed has something new. */
  events: z.array(z.string()).default([]),
  /** The generations were changed: read them again. */
  generations: z.boolean().default(false),
})
export type Announcement = z.infer<typeof payloadSchema>

async function notify(client: PoolClient, announcement: Partial<Announcement>): Promise<void> {
  await client.query({
    name: 'projections-notify',
    text: 'SELECT pg_notify($1, $2)',
    values: [CHANNEL, JSON.stringify(announcement)],
  })
}

/** Told to others when the transaction commits, and only then. */
export async function announceProgress(
  client: PoolClient,
  origin: string,
  checkpoints: ReadonlyMap<string, Position>,
  events: ReadonlySet<string>,
): Promise<void> {
  const positions = Object.fromEntries(
    [...checkpoints].map(([schema, position]) => [schema, String(position)]),
  )
  const ids = [...events]
  for (let from = 0; from === 0 || from < ids.length; from += EVENTS_PER_PAYLOAD) {
    const some = ids.slice(from, from + EVENTS_PER_PAYLOAD)
    await notify(client, { origin, checkpoints: positions, events: some })
  }
}

export async function announceGenerations(client: PoolClient, origin: string): Promise<void> {
  await notify(client, { origin, generations: true })
}

/** @returns undefined for a text that no version of this product sends */
export function parseAnnouncement(payload: string): Announcement | undefined {
  try {
    const parsed = payloadSchema.safeParse(JSON.parse(payload))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}
