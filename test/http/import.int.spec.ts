import { describe, expect, vi } from 'vitest'
import { guestDecider } from '../../src/commands/guest/decider.ts'
import type { Problem } from '../../src/contracts/common.ts'
import type { EventView } from '../../src/contracts/events.ts'
import type { ImportReport } from '../../src/contracts/guests.ts'
import { commandIdOf } from '../../src/kernel/ids.ts'
import { atAnEvent } from '../support/at-an-event.ts'
import { TestClient, type Answer, type RequestOptions } from '../support/client.ts'
import { anyText } from '../support/matchers.ts'
import { expectStatus, readModelsCaughtUp } from '../support/party.ts'
import { startTestProduct } from '../support/product.ts'

type Body = NonNullable<RequestOptions['body']>

const it = atAnEvent
  .extend(
    'send',
    ({ host, event }) =>
      <T = ImportReport>(
        body: Body,
        { query = '', headers = {} }: { query?: string; headers?: Record<string, string> } = {},
      ): Promise<Answer<T>> =>
        host.client.request<T>('POST', `/api/events/${event.id}/guests/import${query}`, {
          body,
          headers: body instanceof FormData ? headers : { 'content-type': 'text/csv', ...headers },
        }),
  )
  .extend(
    'guests',
    ({ list }) =>
      async () =>
        (await list('?sort=name&limit=200')).items,
  )

const LIST = 'Name,Email,Plus ones\nGrace Hopper,grace@example.org,1\nAlan Turing,alan@example.org,0\n'

describe('importing a guest list', () => {
  it('tells in a dry run what it would do, and does none of it', async ({ send, guests }) => {
    const dry = expectStatus(await send(LIST, { query: '?dryRun=true' }), 200)
    expect(dry).toMatchObject({ dryRun: true, created: 2, updated: 0, skipped: 0, rejected: [] })
    expect(dry.columns).toMatchObject({ name: 'Name', email: 'Email', plusOnesAllowed: 'Plus ones' })
    expect(await guests()).toEqual([])

    const real = expectStatus(await send(LIST), 200)
    expect(real).toMatchObject({ dryRun: false, created: 2 })
    expect(
      (await guests()).map(({ name, email, plusOnesAllowed }) => [name, email, plusOnesAllowed]),
    ).toEqual([
      ['Alan Turing', 'alan@example.org', 0],
      ['Grace Hopper', 'grace@example.org', 1],
    ])
  })

  it('skips on the second time what is there, and changes what differs', async ({ send, guests }) => {
    await send(LIST)
    const again = expectStatus(await send(LIST), 200)
    const changed = expectStatus(await send(LIST.replace('Grace Hopper', 'Rear Admiral Hopper')), 200)

    expect(again).toMatchObject({ created: 0, updated: 0, skipped: 2 })
    expect(changed).toMatchObject({ created: 0, updated: 1, skipped: 1 })
    expect((await guests()).map(({ name }) => name)).toEqual(['Alan Turing', 'Rear Admiral Hopper'])
  })

  it('tells the same when it is asked again because the answer was lost, whatever happened since', async ({
    host,
    event,
    send,
    guests,
  }) => {
    await send('Name,Email\nAda Lovelace,ada@example.org\nKatherine Johnson,kj@example.org\n')
    const list = `${LIST}Ada King,ada@example.org,0\nKatherine Johnson,kj@example.org,0\nnobody,x@,0\n`
    const headers = { 'idempotency-key': `import-${event.id}` }
    const first = expectStatus(await send(list, { headers }), 200)
    expect(first).toMatchObject({ created: 2, updated: 1, skipped: 1, rejected: [{ row: 6 }] })
    expect(expectStatus(await send(list, { headers }), 200)).toEqual(first)

    const grace = (await guests()).find(({ name }) => name === 'Grace Hopper')
    const path = `/api/events/${event.id}/guests/${grace?.id ?? ''}`
    expectStatus(await host.client.patch(path, { name: 'Rear Admiral Hopper' }), 200)
    expect(expectStatus(await send(list, { headers }), 200)).toEqual(first)
    expect((await guests()).map(({ name }) => name)).toContain('Rear Admiral Hopper')
    const other = await send<Problem>(LIST, { headers })
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused'])
  })

  it('takes nobody from another file that comes under its Idempotency-Key', async ({
    event,
    send,
    guests,
  }) => {
    const headers = { 'idempotency-key': `import-${event.id}` }
    expectStatus(await send(LIST, { headers }), 200)
    const other = await send<Problem>(`${LIST}Ada Lovelace,ada@example.org,0\n`, { headers })
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused'])
    expect((await guests()).map(({ name }) => name)).toEqual(['Alan Turing', 'Grace Hopper'])
  })

  it('goes on without a guest who leaves the list meanwhile, and reports the row', async ({
    product,
    send,
    guests,
  }) => {
    await send(LIST)
    const alan = (await guests()).find(({ name }) => name === 'Alan Turing')?.id ?? ''
    const execute = product.commands.execute.bind(product.commands)
    const meanwhile = vi.spyOn(product.commands, 'execute').mockImplementation(async (...order) => {
      const [, stream, , context] = order
      if (stream.endsWith(alan)) {
        const commandId = commandIdOf('meanwhile')
        await execute(guestDecider, stream, { kind: 'remove' }, { ...context, commandId })
      }
      return execute(...order)
    })
    const list = `${LIST.replaceAll(/,[01]\n/g, ',4\n')}Ada Lovelace,ada@example.org,0\n`
    const report = expectStatus(await send(list), 200)
    meanwhile.mockRestore()
    expect(report).toMatchObject({ created: 1, updated: 1, skipped: 0 })
    expect(report.rejected).toEqual([{ row: 3, field: 'row', message: 'There is no such guest.' }])
    expect((await guests()).map(({ name }) => name)).toEqual(['Ada Lovelace', 'Grace Hopper'])
  })

  it('gives the rejected rows back as they stand in the file', async ({ send }) => {
    const rows = ['Ann,ann,+33 612345678', 'Bob,,', 'Lee, Cid,c@example.org,x', 'Dee,"d@example.org,']
    const report = expectStatus(await send(['Full name,E-Mail,Phone', ...rows].join('\n')), 200)
    expect(report).toMatchObject({ created: 1, withoutAddress: 1, header: ['Full name', 'E-Mail', 'Phone'] })
    expect(report.rejectedRows).toEqual([
      { row: 2, cells: ['Ann', 'ann', '+33 612345678'] },
      { row: 4, cells: ['Lee', ' Cid', 'c@example.org', 'x'] },
      { row: 5, cells: ['Dee', 'd@example.org', ''] },
    ])
  })

  it('takes a file of rejected rows once they are corrected, without what was wrong with them', async ({
    send,
    guests,
  }) => {
    const rejected = [
      'Full name,E-Mail,Phone,,Why',
      "Ann,ann@example.org,'+33 612345678,,E-Mail is not an e-mail address",
      'Lee, Cid,c@example.org,x,"Row has 4 cells, and the header has 3"',
    ]
    const report = expectStatus(await send(rejected.join('\r\n')), 200)
    expect(report).toMatchObject({ created: 1, rejected: [{ row: 3, field: 'row' }] })
    expect(report.header).toEqual(['Full name', 'E-Mail', 'Phone', ''])
    expect(report.rejectedRows).toEqual([{ row: 3, cells: ['Lee', ' Cid', 'c@example.org', 'x'] }])
    expect((await guests()).map(({ name, phone }) => [name, phone])).toEqual([['Ann', '+33612345678']])
  })

  it('creates nobody twice when two people import the same list at the same moment', async ({
    send,
    guests,
  }) => {
    const reports = await Promise.all([send(LIST), send(LIST), send(LIST)])
    const created = reports.map((one) => expectStatus(one, 200).created)
    expect(created.toSorted()).toEqual([0, 0, 2])
    expect(await guests()).toHaveLength(2)
  })

  it('takes ten thousand rows, keeps the good ones and reports each bad one by its row', async ({
    product,
    host,
    event,
    send,
  }) => {
    const isBad = (at: number) => at % 33 === 0 && at < 9_900
    const rows = Array.from({ length: 10_000 }, (_, at) =>
      isBad(at)
        ? `Guest ${String(at)},not an address`
        : `Guest ${String(at)},guest-${String(at)}@example.org`,
    )
    const report = expectStatus(await send(['name,email', ...rows].join('\n')), 200)

    expect(report).toMatchObject({ created: 9_700, updated: 0, skipped: 0 })
    expect(report.rejected).toHaveLength(300)
    expect(report.rejected[1]).toEqual({ row: 35, field: 'email', message: anyText() })
    await readModelsCaughtUp(product)
    const list = await host.client.get<{ counts: { all: number } }>(`/api/events/${event.id}/guests?limit=1`)
    expect(list.body.counts.all).toBe(9_700)
  })

  it('takes an upload as browsers send it', async ({ send }) => {
    const form = new FormData()
    form.set('file', new File([LIST], 'guests.csv', { type: 'text/csv' }))
    expect(expectStatus(await send(form), 200).created).toBe(2)
  })

  it('reads semicolons, and the letters of older spreadsheets', async ({ send, guests }) => {
    const text = 'Nom;E-mail\nZoë Müller;zoe@example.org\nJosé Núñez;jose@example.org\n'
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0))
    expect(expectStatus(await send(bytes), 200).created).toBe(2)
    expect((await guests()).map(({ name }) => name)).toEqual(['José Núñez', 'Zoë Müller'])
  })

  it('takes a file of 20 MB', async ({ send }) => {
    const note = 'x'.repeat(20_000)
    const rows = Array.from(
      { length: 1_000 },
      (_, at) => `Guest ${String(at)},g${String(at)}@example.org,${note}`,
    )
    const file = ['name,email,something else', ...rows].join('\n')
    expect(file.length).toBeGreaterThan(20_000_000)
    expect(expectStatus(await send(file), 200).created).toBe(1_000)
  })
})

describe('a file that cannot be a guest list', () => {
  it.for([
    ['the body', (text: string): Body => text],
    [
      'an upload',
      (text: string): Body => {
        const form = new FormData()
        form.set('file', new File([text], 'guests.csv', { type: 'text/csv' }))
        return form
      },
    ],
  ] as const)('of more than 25 MB as %s is refused with a sentence', async ([_what, bodyOf], { send }) => {
    const refused = await send<Problem>(bodyOf(`name\n${'x'.repeat(25 * 1024 * 1024 + 1)}`))
    expect([refused.status, refused.body.code]).toEqual([413, 'too_large'])
    expect(refused.body.detail).toMatch(/25 MB/)
  })

  it.for([
    ['a picture', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0, 255])],
    ['an Excel workbook', Uint8Array.from([0x50, 0x4b, 3, 4, 20, 0, 6, 0, 8, 0, 0, 0, 33, 0, 1, 2])],
    ['nothing', ''],
    ['only a header', 'name,email\n'],
    ['no column with a name', 'shoe size,colour\n44,blue\n'],
  ] as const)('such as %s is refused with a sentence', async ([_what, body], { send }) => {
    const refused = await send<Problem>(body)
    expect(refused.status).toBe(400)
    expect(refused.body.detail).toMatch(/^[A-Z].{10,}\.$/)
  })

  it('is refused when it is JSON, or when there is none', async ({ send }) => {
    const json = await send<Problem>('{}', { headers: { 'content-type': 'application/json' } })
    const empty = await send<Problem>(new FormData())
    const image = await send<Problem>('x', { headers: { 'content-type': 'image/png' } })
    expect([json.status, json.body.code]).toEqual([400, 'no_file'])
    expect(empty.status).toBe(400)
    expect([image.status, image.body.code]).toEqual([415, 'unsupported_media_type'])
  })
})

describe('the same file sent twice at the same moment', () => {
  const MANY = [
    'name,email',
    ...Array.from({ length: 300 }, (_, at) => `G${String(at)},g${String(at)}@x.org`),
  ]

  it('under different keys, through two servers of one database, creates each guest once', async ({
    product,
    host,
    event,
  }) => {
    const { databaseUrl, dataDir } = product
    const second = await startTestProduct({ config: { databaseUrl, dataDir } })
    try {
      const through = new TestClient(second.url, host.client.ip)
      for (const [name, value] of host.client.cookies) through.cookies.set(name, value)
      const sent = await Promise.all(
        [host.client, through].map((client) =>
          client.request<ImportReport>('POST', `/api/events/${event.id}/guests/import`, {
            body: MANY.join('\n'),
            headers: { 'content-type': 'text/csv' },
          }),
        ),
      )
      const reports = sent.map((answer) => expectStatus(answer, 200))
      expect(reports.map(({ created, skipped }) => [created, skipped]).toSorted()).toEqual([
        [0, 300],
        [300, 0],
      ])
      await readModelsCaughtUp(product)
      const seen = expectStatus(await host.client.get<EventView>(`/api/events/${event.id}`), 200)
      expect(seen.counts).toMatchObject({ guests: 300 })
    } finally {
      await second.stop()
    }
  })
})
