import { describe, expect } from 'vitest'
import type { Problem } from '../../src/contracts/common.ts'
import { atAnEvent } from '../support/at-an-event.ts'
import { addGuest, answer, open } from '../support/party.ts'

const it = atAnEvent.extend('names', ({ list }) => async (query: string) => {
  const { items } = await list(query)
  return items.map(({ name }) => name)
})

describe('the guest list', () => {
  it('counts every status, and filters by status, arrival, risk and words', async ({
    product,
    host,
    event,
    list,
    names,
  }) => {
    await addGuest(host, event.id, { name: 'Zoë Añón', email: 'zoe@museum.example.org' })
    const opened = await addGuest(host, event.id, { name: 'Opened Only', externalRef: 'REF-9' })
    await open(product.client(), opened.token)
    const coming = await addGuest(host, event.id, { name: 'Coming' })
    await answer(product.client(), coming.token)
    const not = await addGuest(host, event.id, { name: 'Not Coming' })
    await answer(product.client(), not.token, { answer: 'declined' })
    const perhaps = await addGuest(host, event.id, { name: 'Perhaps' })
    await answer(product.client(), perhaps.token, { answer: 'maybe' })

    expect((await list()).counts).toEqual({
      all: 5,
      added: 1,
      invited: 0,
      opened: 1,
      confirmed: 1,
      waitlisted: 0,
      declined: 1,
      maybe: 1,
    })
    expect(await names('?status=declined')).toEqual(['Not Coming'])
    expect((await list('?status=declined')).counts.all).toBe(5)
    expect(await names('?q=zoe%20anon')).toEqual(['Zoë Añón'])
    expect(await names('?q=MUSEUM.example')).toEqual(['Zoë Añón'])
    expect(await names('?q=ref-9')).toEqual(['Opened Only'])
    expect(await names('?q=100%25'), 'a percent sign is a sign').toEqual([])
    expect(await names('?risk=low&sort=name')).toEqual(['Coming', 'Not Coming', 'Opened Only', 'Perhaps'])
    expect(await names('?checkedIn=true')).toEqual([])
  })

  it.for([
    ['name', ['ada', 'Bea', 'Čapek', 'Zoë']],
    ['-name', ['Zoë', 'Čapek', 'Bea', 'ada']],
    ['created', ['Zoë', 'ada', 'Čapek', 'Bea']],
    ['-created', ['Bea', 'Čapek', 'ada', 'Zoë']],
  ] as const)(
    'sorts by %s, page by page, whoever comes meanwhile',
    async ([sort, expected], { product, host, event, pathOf, list }) => {
      for (const name of ['Zoë', 'ada', 'Čapek', 'Bea']) {
        product.clock.advance(1_000)
        await addGuest(host, event.id, { name })
      }
      const first = await list(`?sort=${sort}&limit=2`)
      // Sorts before everybody and after everybody: neither may shift what the next page shows.
      await host.client.delete(pathOf(first.items[0]?.id ?? ''))
      const second = await list(`?sort=${sort}&limit=2&cursor=${first.nextCursor ?? ''}`)
      expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(expected)
      expect(second.nextCursor).toBeNull()
    },
  )

  it.for(['?cursor=nonsense', '?limit=0', '?limit=201', '?sort=rank', '?status=here', '?page=2'])(
    'refuses %s',
    async (query, { host, event }) => {
      const refused = await host.client.get<Problem>(`/api/events/${event.id}/guests${query}`)
      expect(refused.status).toBe(400)
    },
  )
})
