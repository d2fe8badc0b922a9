import { expect } from 'vitest'
import { Doorway, openScanner } from './door-stage.ts'
import { describeOnStage } from './on-stage.ts'
import { faultsOf } from './scenes.ts'

describeOnStage('the times on a scanner', ({ stage, visit }, test) => {
  const until = { expiresAt: '2027-06-20T21:00:00.000Z' }

  for (const [timezone, end] of [
    ['America/New_York', 'until 20 Jun 2027, 23:00 CEST'],
    // The same clock by another name.
    ['Europe/Berlin', 'until 20 Jun 2027, 23:00'],
  ] as const) {
    test(`are those of the event, with the zone where a phone in ${timezone} shows others`, async () => {
      const way = await Doorway.of(stage(), { eventDate: '2027-06-20T18:00:00.000Z' })
      await way.guest('Grace Hopper')
      await way.caughtUp()
      const { page, context, trouble } = await visit({ width: 390, timezone })
      await openScanner(page, await way.ticket('A gate with a name of its own', until), 1)
      const header = page.getByRole('banner')
      await header.getByText(end, { exact: true }).waitFor()
      // Which event it is stands beside it, without opening anything, and takes the camera no room.
      await header.getByText('Night at the museum').waitFor()
      expect((await header.boundingBox())?.height ?? 844).toBeLessThan(110)
      expect(await faultsOf(page, trouble)).toEqual([])
      await page.getByRole('button', { name: 'State of this device' }).tap()
      await page.getByRole('dialog').getByText(end.slice('until '.length), { exact: true }).waitFor()
      await context.close()
    })
  }
})
