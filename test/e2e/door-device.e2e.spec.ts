import { expect } from 'vitest'
import { expectStatus } from '../support/party.ts'
import { Doorway, listIs, openScanner, waiting } from './door-stage.ts'
import { admit, coldStart, comeBack, goOffline, workerReady } from './offline.ts'
import { describeOnStage } from './on-stage.ts'

/** Everything that IndexedDB, the caches and the storage of the page hold, apart from the ticket's own database. */
const everythingKept = `(async () => {
  const texts = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })]
  const bytesOf = (value) => {
    if (value instanceof ArrayBuffer) return [new Uint8Array(value)]
    if (ArrayBuffer.isView(value)) return [new Uint8Array(value.buffer)]
    return value !== null && typeof value === 'object' ? Object.values(value).flatMap(bytesOf) : []
  }
  for (const { name } of await indexedDB.databases()) {
    if (name === 'guestguard-door-ticket') continue
    const database = await new Promise((resolve) => {
      indexedDB.open(name).onsuccess = ({ target }) => resolve(target.result)
    })
    for (const store of database.objectStoreNames) {
      const all = await new Promise((resolve) => {
        database.transaction(store).objectStore(store).getAll().onsuccess = ({ target }) => resolve(target.result)
      })
      texts.push(store + ' ' + all.length, JSON.stringify(all))
      for (const bytes of all.flatMap(bytesOf)) texts.push(new TextDecoder('utf-8').decode(bytes))
    }
    database.close()
  }
  return texts.join('\\n')
})()`

describeOnStage('a device that keeps what was not sent', ({ stage, phone }, test) => {
  test('shows no names to who has the phone without the ticket, and all of them with it', async () => {
    const way = await Doorway.of(stage())
    const ada = await way.guest('Ada Lovelace', 2)
    await way.guest('Zacharias Quetzalcoatl')
    await way.caughtUp()
    const { context, page } = await phone()
    const ticket = await way.ticket('Stolen gate')
    await openScanner(page, ticket, 2)
    await workerReady(page)
    await goOffline(page)
    await admit(page, ada.pass, 'Whole party of 2')
    await page.getByRole('button', { name: 'State of this device' }).tap()
    await page.getByRole('button', { name: 'Lock this scanner' }).tap()
    await page.getByRole('heading', { name: 'This scanner is locked' }).waitFor()
    await page.getByText('One scan waits on this device.').waitFor()

    const thief = await coldStart(context, page)
    await thief.getByRole('heading', { name: 'This page needs a door ticket' }).waitFor()
    const kept = await thief.evaluate<string>(everythingKept)
    // The head, two guests and the last scans, and the scan that waits.
    expect(kept).toContain('records 4')
    expect(kept).toContain('queue 1')
    for (const secret of [
      'Ada',
      'Lovelace',
      'Zacharias',
      'Plus 1',
      'museum',
      'Stolen gate',
      ticket.ticket,
      ada.pass,
    ]) {
      expect(kept, secret).not.toContain(secret)
    }
    await thief.goto(`/scan#${ticket.ticket}`)
    await listIs(thief, 2)
    await thief.getByRole('button', { name: 'Find name' }).tap()
    await thief.getByRole('textbox', { name: 'Name' }).fill('quetz')
    await thief.getByRole('button', { name: /Zacharias Quetzalcoatl/ }).waitFor()
    expect(await waiting(thief)).toBe(1)
    await context.close()
  })

  test('loses its list when the ticket is withdrawn, keeps its queue, and sends it with the next ticket', async () => {
    const way = await Doorway.of(stage())
    const ada = await way.guest('Ada Lovelace')
    await way.caughtUp()
    const { context, page } = await phone()
    const first = await way.ticket('North')
    await openScanner(page, first, 1)
    await goOffline(page)
    await admit(page, ada.pass, 'Let them in')
    const path = `/api/events/${way.event.id}/scanner-tickets/${first.ticketId}`
    expectStatus(await way.host.client.delete(path), 204)

    await context.setOffline(false)
    await page.getByRole('heading', { name: 'This door ticket was withdrawn' }).waitFor()
    await page.getByText('One scan waits on this device.').waitFor()
    const kept = await page.evaluate<string>(everythingKept)
    expect(kept).toContain('records 0')
    expect(kept).toContain('queue 1')
    expect((await way.arrivals()).arrived).toBe(0)

    await openScanner(page, await way.ticket('North again'), 1)
    await expect.poll(() => waiting(page)).toBe(0)
    expect((await way.arrivals()).arrived).toBe(1)
    await context.close()
  })

  test('asks before it is left with scans that were not sent', async () => {
    const way = await Doorway.of(stage())
    const ada = await way.guest('Ada Lovelace')
    await way.caughtUp()
    const { context, page } = await phone()
    await openScanner(page, await way.ticket('North'), 1)
    await goOffline(page)
    await admit(page, ada.pass, 'Let them in')
    const asked = page.waitForEvent('dialog')
    await page.close({ runBeforeUnload: true })
    const dialog = await asked
    expect(dialog.type()).toBe('beforeunload')
    await dialog.dismiss()
    expect(await waiting(page)).toBe(1)

    await comeBack(page)
    page.on('dialog', () => {
      throw new Error('asked without a reason')
    })
    const closed = page.waitForEvent('close')
    await page.close({ runBeforeUnload: true })
    await closed
    await context.close()
  })
})
