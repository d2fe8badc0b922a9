import { beforeAll, expect } from 'vitest'
import type { BatchItem } from '../../src/contracts/door-offline.ts'
import { Doorway, listIs, openScanner, waiting } from './door-stage.ts'
import { describeOnStage } from './on-stage.ts'

const SCANS = 500
const GUESTS = 50
/** Scans of each guest: each lets one more of the party in. */
const PARTY = SCANS / GUESTS
/** The scan that nobody can ever take, in the middle of a request. */
const POISON = 249

describeOnStage('a long queue', ({ stage, phone }, test) => {
  let way: Doorway

  beforeAll(async () => {
    way = await Doorway.of(stage())
  })

  /** What an evening without a network leaves behind, as the scanner keeps it. */
  function queueOf(guestIds: readonly string[]): object[] {
    const start = Date.now() - SCANS * 1_000
    return Array.from({ length: SCANS }, (_, at) => {
      const guestId = guestIds[at % GUESTS] ?? ''
      const nonce = `evening-${String(at).padStart(4, '0')}`
      const item: BatchItem = {
        guestId,
        nonce,
        scannedAt: new Date(start + at * 1_000).toISOString(),
        deviceId: 'phone-of-the-evening',
        outcome: 'admitted',
        arrivalCount: at === POISON ? 0 : 1,
        arrivedBefore: Math.floor(at / GUESTS),
      }
      return { eventId: way.event.id, nonce, guestId, item, sealedName: null }
    })
  }

  test('of 500 scans is sent in its order, and the one that nobody takes holds up none of the others', async () => {
    const guestIds: string[] = []
    for (let number = 1; number <= GUESTS; number += 1) {
      guestIds.push((await way.guest(`Guest ${String(number)}`, PARTY)).id)
    }
    await way.caughtUp()
    const { context, page, trouble } = await phone()
    await openScanner(page, await way.ticket('North'), GUESTS)
    await page.evaluate('navigator.serviceWorker.ready')
    await context.setOffline(true)
    await page.evaluate(`(${keepInQueue})(${JSON.stringify(queueOf(guestIds))})`)
    await page.reload()
    await listIs(page, GUESTS)
    expect(await waiting(page)).toBe(SCANS)

    const sent: string[] = []
    page.on('request', (request) => {
      if (!request.url().endsWith('/check-in/batch')) return
      const { items } = request.postDataJSON() as { items: BatchItem[] }
      sent.push(...items.map(({ nonce }) => nonce))
    })
    const start = performance.now()
    await context.setOffline(false)
    await expect.poll(() => waiting(page), { timeout: 60_000, interval: 20 }).toBe(0)
    process.stdout.write(
      `${String(SCANS)} queued scans were sent in ${(performance.now() - start).toFixed(0)} ms\n`,
    )

    expect(sent).toEqual(Array.from({ length: SCANS }, (_, at) => `evening-${String(at).padStart(4, '0')}`))
    const { arrived, conflicts } = await way.arrivals()
    expect(arrived).toBe(SCANS - 1)
    // That the device knew of one more than the server was told is no conflict.
    expect(conflicts).toEqual([])
    const notices = page.getByRole('region', { name: 'Needs to be told' }).getByRole('listitem')
    await notices.getByText(`Not recorded: Guest ${String((POISON % GUESTS) + 1)}`).waitFor()
    expect(await notices.count()).toBe(1)
    expect(trouble.filter((line) => !/ERR_INTERNET_DISCONNECTED/.test(line))).toEqual([])
    await context.close()
  })
})

/** Runs in the page. */
const keepInQueue = `(scans) => new Promise((resolve, reject) => {
  indexedDB.open('guestguard-door').onsuccess = ({ target: { result: database } }) => {
    const writing = database.transaction('queue', 'readwrite')
    for (const scan of scans) writing.objectStore('queue').add(scan)
    writing.oncomplete = () => { database.close(); resolve() }
    writing.onerror = () => reject(writing.error)
  }
})`
