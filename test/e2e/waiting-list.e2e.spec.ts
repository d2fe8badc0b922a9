import { expect } from 'vitest'
import { addGuest, answer, createEvent, readModelsCaughtUp, register } from '../support/party.ts'
import { EVENT_DATE } from './evening.ts'
import { describeOnStage } from './on-stage.ts'
import { tooWideIn } from './scenes.ts'
import { signIn } from './visitor.ts'

describeOnStage('the waiting list of a host', ({ stage, visit }, test) => {
  /** Two of four seats are free. Zoé waits with three people, and behind her a pair and Alan alone. */
  async function fourSeats() {
    const host = await register(stage())
    const event = await createEvent(host, { name: 'Small dinner', eventDate: EVENT_DATE, maxCapacity: 4 })
    const parties = [
      ['Grace', 2],
      ['Zoé', 3],
      ['Rosa', 2],
      ['Alan', 1],
    ] as const
    for (const [name, partySize] of parties) {
      const { token } = await addGuest(host, event.id, { name, plusOnesAllowed: 2 })
      await answer(stage().client(), token, { answer: 'attending', partySize })
    }
    await readModelsCaughtUp(stage().product())
    return { host, path: `/events/${event.id}` }
  }

  for (const width of [390, 1440] as const) {
    test(`says at ${String(width)} px for whom free seats are kept, and lets the host give one to who fits`, async () => {
      const { host, path } = await fourSeats()
      const visitor = await visit({ width })
      const { page, context, trouble } = visitor
      await signIn(visitor, stage(), host.client)
      await page.goto(path)
      await page.getByText('2 seats left, kept for the 3 parties that wait: the first needs 3').waitFor()
      expect(await tooWideIn(page)).toEqual([])
      await page.getByRole('link', { name: 'Who waits' }).click()

      const open = async (name: string) => {
        await page.getByRole('link', { name, exact: true }).first().click()
        const drawer = page.getByRole('dialog', { name })
        await drawer.getByText('May bring').waitFor()
        return drawer
      }
      const give = page.getByRole('button', { name: /^Give them/ })
      const close = () => page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()

      // More than are free.
      await open('Zoé')
      expect(await give.count()).toBe(0)
      await close()
      const alan = await open('Alan')
      expect(await tooWideIn(page)).toEqual([])
      await alan.getByRole('button', { name: 'Give them a seat' }).click()
      await page.getByText('Alan has a seat now.').waitFor()
      await alan.getByText('Coming', { exact: true }).waitFor()
      expect(await give.count()).toBe(0)
      await close()
      // One is left, which is one too few for the pair.
      await open('Rosa')
      expect(await give.count()).toBe(0)

      await page.goto(path)
      await page.getByText('1 seat left, kept for the 2 parties that wait: the first needs 3').waitFor()
      expect(trouble).toEqual([])
      await context.close()
    })
  }
})
