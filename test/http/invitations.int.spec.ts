import { describe, expect, vi } from 'vitest'
import type { z } from 'zod'
import type { GuestCommand } from '../../src/commands/guest/commands.ts'
import { guestDecider } from '../../src/commands/guest/decider.ts'
import type { Problem } from '../../src/contracts/common.ts'
import type { GuestView, sendInvitationsAnswer } from '../../src/contracts/guests.ts'
import type { OutboxMessage } from '../../src/http/deps.ts'
import { DomainError } from '../../src/kernel/errors.ts'
import { commandIdOf } from '../../src/kernel/ids.ts'
import { atAnEvent } from '../support/at-an-event.ts'
import type { Answer } from '../support/client.ts'
import { addGuest, createEvent, expectStatus, open, tokenOf } from '../support/party.ts'

type Sent = z.infer<typeof sendInvitationsAnswer>

const it = atAnEvent
  .extend(
    'send',
    ({ host, event }) =>
      <T = Sent>(body: object, headers: Record<string, string> = {}): Promise<Answer<T>> =>
        host.client.post<T>(`/api/events/${event.id}/invitations/send`, body, headers),
  )
  /** Waits until this many messages went to the address. */
  .extend(
    'messagesTo',
    ({ host }) =>
      (address: string, count = 1) =>
        vi.waitFor(
          async () => {
            const outbox = await host.client.get<{ items: OutboxMessage[] }>('/api/dev/outbox')
            const messages = expectStatus(outbox, 200).items.filter(({ to }) => to.includes(address))
            expect(messages).toHaveLength(count)
            return messages
          },
          { timeout: 20_000, interval: 100 },
        ),
  )

describe('sending invitations', () => {
  it('is refused while guests could not answer', async ({ host }) => {
    const event = await createEvent(host, {}, 'draft')
    await addGuest(host, event.id, { email: 'early@example.org' })
    const draft = await host.client.post<Problem>(`/api/events/${event.id}/invitations/send`, {
      channel: 'email',
    })
    expect([draft.status, draft.body.code]).toEqual([409, 'event_not_published'])
    expect(draft.body.detail).toContain('Publish the event')
  })

  it('mails each guest a link that opens, once, and tells on the list that it was sent', async ({
    product,
    host,
    event,
    send,
    messagesTo,
  }) => {
    const guest = await addGuest(host, event.id, { name: 'Grace', email: 'grace-1@example.org' })
    const unreachable = await addGuest(host, event.id, { name: 'Nobody' })
    const sent = expectStatus(await send({ channel: 'email' }), 202)
    const reason = 'There is no e-mail address.'
    expect(sent).toEqual({ queued: 1, skipped: [{ guestId: unreachable.id, name: 'Nobody', reason }] })

    const [mail] = await messagesTo('grace-1@example.org')
    const link = /https?:\/\/\S+\/r\/[\w-]{72}/.exec(mail?.text ?? '')?.[0] ?? ''
    expect(tokenOf(link)).toBe(guest.token)
    expect((await open(product.client(), tokenOf(link))).status).toBe(200)
    const html = await host.client.get(`/api/dev/outbox/${mail?.id ?? ''}/html`)
    expect(html.text).toContain(link)
    expect(html.headers.get('content-security-policy')).toContain('sandbox')
    await vi.waitFor(async () => {
      const path = `/api/events/${event.id}/guests/${guest.id}`
      const { invitation } = expectStatus(await host.client.get<GuestView>(path), 200)
      expect(invitation).toEqual({ channel: 'email', state: 'sent', error: null, outdated: false })
    })
    const again = expectStatus(await send({ channel: 'email' }), 202)
    expect(again.queued).toBe(0)
  })

  it('says in a dry run whom it would reach, and sends nothing', async ({ host, event, factsOf, send }) => {
    await addGuest(host, event.id, { email: 'near@example.org' })
    const far = await addGuest(host, event.id, { name: 'Far' })
    const reason = 'There is no e-mail address.'
    const plan = { queued: 1, skipped: [{ guestId: far.id, name: 'Far', reason }] }
    expect(expectStatus(await send({ channel: 'email', dryRun: true }), 200)).toEqual(plan)
    expect(await factsOf('InvitationQueued')).toBe(0)
    expect(expectStatus(await send({ channel: 'email' }), 202)).toEqual(plan)
  })

  it('is outdated by a new link, until that is sent as well', async ({ host, event, send, messagesTo }) => {
    const email = 'replaced@example.org'
    const guest = await addGuest(host, event.id, { email })
    const path = `/api/events/${event.id}/guests`
    const states = async () => {
      const { items } = expectStatus(await host.client.get<{ items: GuestView[] }>(path), 200)
      const one = expectStatus(await host.client.get<GuestView>(`${path}/${guest.id}`), 200)
      const listed = items.find(({ id }) => id === guest.id)
      return [listed, one].map((view) => [view?.invitation.state, view?.invitation.outdated])
    }
    const settled = (outdated: boolean) =>
      vi.waitFor(async () => {
        expect(await states()).toEqual([
          ['sent', outdated],
          ['sent', outdated],
        ])
      })
    const body = { channel: 'email', guestIds: [guest.id] }
    await send(body)
    await settled(false)
    const { link } = expectStatus(
      await host.client.post<{ link: string }>(`${path}/${guest.id}/link`, undefined),
      200,
    )
    await settled(true)
    await send(body)
    await settled(false)
    expect((await messagesTo(email, 2)).some(({ text }) => text.includes(link))).toBe(true)
  })

  it('queues once for one Idempotency-Key, however often it is asked', async ({
    host,
    event,
    send,
    messagesTo,
  }) => {
    const guest = await addGuest(host, event.id, { email: 'once@example.org' })
    const body = { channel: 'email', guestIds: [guest.id] }
    const key = { 'idempotency-key': `send-${event.id}` }
    const answers = await Promise.all([send(body, key), send(body, key)])
    answers.push(await send(body, key))

    expect(answers.map((one) => expectStatus(one, 202).queued)).toEqual([1, 1, 1])
    await messagesTo('once@example.org')
    // A later message to somebody else: what was queued before it would have been sent before it.
    const marker = await addGuest(host, event.id, { email: 'marker@example.org' })
    await send({ channel: 'email', guestIds: [marker.id] })
    await messagesTo('marker@example.org')
    await messagesTo('once@example.org')
  })

  it('to everybody goes to each guest once when two hosts, or two tabs, press at the same moment', async ({
    host,
    event,
    factsOf,
    send,
    messagesTo,
  }) => {
    const addresses = Array.from({ length: 5 }, (_, at) => `both-${String(at)}@example.org`)
    for (const email of addresses) await addGuest(host, event.id, { email })
    const tabs = ['one', 'two'].map((tab) =>
      send({ channel: 'email' }, { 'idempotency-key': `${tab}-${event.id}` }),
    )
    const queued = (await Promise.all(tabs)).map((tab) => expectStatus(tab, 202).queued)
    expect(queued.reduce((sum, one) => sum + one)).toBe(5)
    expect(await factsOf('InvitationQueued')).toBe(5)
    for (const address of addresses) await messagesTo(address)
  })

  it('to everybody tells the same when it is asked again because the answer was lost', async ({
    host,
    event,
    factsOf,
    send,
    messagesTo,
  }) => {
    for (const at of [1, 2, 3]) await addGuest(host, event.id, { email: `retry-${String(at)}@example.org` })
    await addGuest(host, event.id, { name: 'Nobody' })
    const key = { 'idempotency-key': `retry-${event.id}` }
    const first = expectStatus(await send({ channel: 'email' }, key), 202)
    expect(first).toMatchObject({ queued: 3, skipped: [{ name: 'Nobody' }] })
    await messagesTo('retry-1@example.org')
    expect(expectStatus(await send({ channel: 'email' }, key), 202)).toEqual(first)
    expect(await factsOf('InvitationQueued')).toBe(3)
    const other = await send<Problem>({ channel: 'sms' }, key)
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused'])
  })

  it('invites nobody when another request comes under its Idempotency-Key, later or at once', async ({
    host,
    event,
    factsOf,
    send,
  }) => {
    const ids: string[] = []
    for (const email of ['a@example.org', 'b@example.org', 'c@example.org', 'd@example.org']) {
      ids.push((await addGuest(host, event.id, { email })).id)
    }
    const ask = (key: string, ...guestIds: readonly (string | undefined)[]) =>
      send<Problem>({ channel: 'email', guestIds }, { 'idempotency-key': `${key}-${event.id}` })
    const [a, b, c, d] = ids
    expect((await ask('later', a)).status).toBe(202)
    for (const other of [await ask('later', b), await ask('later', a, b)]) {
      expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused'])
    }
    const atOnce = await Promise.all([ask('at-once', c), ask('at-once', d)])
    expect(atOnce.map(({ status }) => status).toSorted()).toEqual([202, 422])
    expect(await factsOf('InvitationQueued')).toBe(2)
  })

  it('goes on without a guest who leaves the list meanwhile, or whom somebody else changes all the time', async ({
    product,
    host,
    event,
    send,
    messagesTo,
  }) => {
    await addGuest(host, event.id, { email: 'stays@example.org' })
    const leaves = await addGuest(host, event.id, { email: 'leaves@example.org' })
    const changes = await addGuest(host, event.id, { email: 'changes@example.org' })
    const execute = product.commands.execute.bind(product.commands)
    const meanwhile = vi.spyOn(product.commands, 'execute').mockImplementation(async (...order) => {
      const [decider, stream, command, context] = order
      if ((command as GuestCommand).kind === 'queue_invitation') {
        if (stream.includes(leaves.id))
          await execute(
            guestDecider,
            stream,
            { kind: 'remove' },
            { ...context, commandId: commandIdOf('gone') },
          )
        if (stream.includes(changes.id)) throw new DomainError('conflict', 'busy', 'Try again.')
      }
      return execute(decider, stream, command, context)
    })
    const sent = expectStatus(await send({ channel: 'email' }), 202)
    meanwhile.mockRestore()
    expect(sent.queued).toBe(1)
    expect(new Map(sent.skipped.map(({ guestId, reason }) => [guestId, reason]))).toEqual(
      new Map([
        [leaves.id, 'There is no such guest.'],
        [changes.id, 'Try again.'],
      ]),
    )
    await messagesTo('stays@example.org')
  })

  it('sends again to a guest who is named again', async ({ host, event, send, messagesTo }) => {
    const guest = await addGuest(host, event.id, { email: 'again@example.org' })
    const body = { channel: 'email', guestIds: [guest.id] }
    await send(body)
    await messagesTo('again@example.org')
    expect(expectStatus(await send(body), 202).queued).toBe(1)
    await messagesTo('again@example.org', 2)
  })

  it('says of every guest who is skipped why', async ({ host, event, send }) => {
    const noMail = await addGuest(host, event.id, { name: 'No mail', phone: '+33612345678' })
    const revoked = await addGuest(host, event.id, { name: 'Revoked', email: 'revoked@example.org' })
    await host.client.post(`/api/events/${event.id}/guests/${revoked.id}/link/revoke`)
    const other = await createEvent(host)
    const elsewhere = await addGuest(host, other.id, { email: 'elsewhere@example.org' })
    const guestIds = [noMail.id, revoked.id, elsewhere.id]

    const { queued, skipped } = expectStatus(await send({ channel: 'email', guestIds }), 202)
    expect(queued).toBe(0)
    expect(Object.fromEntries(skipped.map(({ guestId, reason }) => [guestId, reason]))).toEqual({
      [noMail.id]: 'There is no e-mail address.',
      [revoked.id]: 'The link is revoked; issue a new one first.',
      [elsewhere.id]: 'This guest is not on the list.',
    })
  })

  it('sends text messages to those who have a number', async ({ host, event, send, messagesTo }) => {
    await addGuest(host, event.id, { name: 'Phone', phone: '+33698765432' })
    expect(expectStatus(await send({ channel: 'sms' }), 202).queued).toBe(1)
    const [sms] = await messagesTo('+33698765432')
    expect(sms?.channel).toBe('sms')
    expect(sms?.text).toMatch(/\/r\/[\w-]{72}/)
  })
})
