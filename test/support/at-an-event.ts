import { test } from 'vitest'
import type { z } from 'zod'
import type { activityPage } from '../../src/contracts/activity.ts'
import type { guestList, GuestView } from '../../src/contracts/guests.ts'
import { addGuest, createEvent, expectStatus, readModelsCaughtUp, register } from './party.ts'
import { startTestProduct, type TestProductOptions } from './product.ts'

/** A test with an event: one product and host for the whole file, and for every test an event of its own. */
export const atAnEvent = test
  .extend('options', { scope: 'file' }, (): TestProductOptions => ({}))
  .extend('product', { scope: 'file' }, async ({ options }, { onCleanup }) => {
    const product = await startTestProduct(options)
    onCleanup(() => product.stop())
    return product
  })
  .extend('host', { scope: 'file' }, ({ product }) => register(product))
  /** What the event has beside what every event of the tests has. */
  .extend('details', (): Readonly<Record<string, unknown>> => ({}))
  .extend('event', ({ host, details }) => createEvent(host, details))
  .extend(
    'pathOf',
    ({ event }) =>
      (guestId: string) =>
        `/api/events/${event.id}/guests/${guestId}`,
  )
  /** The guest list as the host sees it. */
  .extend('list', ({ product, host, event }) => async (query = '') => {
    await readModelsCaughtUp(product)
    const path = `/api/events/${event.id}/guests${query}`
    return expectStatus(await host.client.get<z.infer<typeof guestList>>(path), 200)
  })
  /** What happened, the newest first, as the host sees it. */
  .extend('activity', ({ product, host, event }) => async () => {
    await readModelsCaughtUp(product)
    const path = `/api/events/${event.id}/activity`
    return expectStatus(await host.client.get<z.infer<typeof activityPage>>(path), 200).items
  })
  /** How many facts of a type were recorded of the event. */
  .extend('factsOf', ({ product, event }) => async (type: string) => {
    let count = 0
    for await (const page of product.store.readCategory(`event.${event.id}`)) {
      count += page.filter((record) => record.type === type).length
    }
    return count
  })

/** The same in the orangery, with Grace Hopper on the list, who may bring two. */
export const withAGuest = atAnEvent
  .extend('details', { venue: 'Orangerie' })
  .extend('guest', ({ host, event }) =>
    addGuest(host, event.id, { name: 'Grace Hopper', plusOnesAllowed: 2 }),
  )
  .extend(
    'guestNow',
    ({ host, pathOf, guest }) =>
      async () =>
        expectStatus(await host.client.get<GuestView>(pathOf(guest.id)), 200),
  )
