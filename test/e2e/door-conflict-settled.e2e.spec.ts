import { afterAll, beforeAll, expect } from 'vitest'
import { describeInBrowser } from '../support/browser.ts'
import { openGate, type Gate } from '../support/gate.ts'
import { Doorway } from './door-stage.ts'
import { faultsOf } from './scenes.ts'
import { startStage, type Stage } from './stage.ts'
import { signIn, visit, type Visitor } from './visitor.ts'

describeInBrowser('a conflict at the door that the host leaves as it is', (browser, test) => {
  let stage: Stage
  let way: Doorway
  let gates: readonly [Gate, Gate]

  beforeAll(async () => {
    stage = await startStage()
    way = await Doorway.of(stage)
    gates = [
      await openGate(way.product, way.host, way.event.id, 'North'),
      await openGate(way.product, way.host, way.event.id, 'South'),
    ]
  })
  afterAll(async () => {
    await stage.stop()
  })

  /** Both gates let the party in without a network. */
  async function twice(name: string): Promise<void> {
    const { pass } = await way.guest(name, 2)
    for (const gate of gates) {
      await gate.batch(gate.scan({ pass, arrivalCount: 2, outcome: 'admitted', arrivedBefore: 0 }))
    }
    await way.caughtUp()
  }

  async function hostAt(width: 390 | 1440): Promise<Visitor> {
    const host = await visit(browser(), stage, { width })
    await signIn(host, stage, way.host.client)
    await host.page.goto(`/events/${way.event.id}/check-in`)
    return host
  }

  for (const width of [390, 1440] as const) {
    test(`is settled at ${String(width)} px with one press, which can be taken back at once and later, and the count stays`, async () => {
      const name = `Cleo of ${String(width)}`
      await twice(name)
      const before = (await way.arrivals()).arrived
      const { page, context, trouble } = await hostAt(width)
      const region = (title: string) => page.getByRole('region', { name: title })
      const button = (label: string) => page.getByRole('button', { name: `${label}: ${name}` })
      const settled = async () =>
        (await way.arrivals()).conflicts.find(({ guest }) => guest.name === name)?.settled ?? null

      await region('One arrival needs a look').getByText(name).waitFor()
      await button('Leave it as it is').click()
      await region('Arrivals that needed a look')
        .getByText(/left as it is, /)
        .first()
        .waitFor()
      expect(await settled()).toMatchObject({ how: 'left_as_is', by: `host:${way.host.id}` })
      expect(await page.evaluate('document.activeElement.textContent.trim()')).toBe(
        'Arrivals that needed a look',
      )
      expect(await faultsOf(page, trouble)).toEqual([])

      await page.getByRole('button', { name: 'Undo', exact: true }).click()
      await region('One arrival needs a look').getByText(name).waitFor()
      expect(await settled()).toBeNull()

      await button('Leave it as it is').click()
      await button('Open again').click()
      await region('One arrival needs a look').getByText(name).waitFor()
      // The first try is lost on its way.
      await page.route('**/settle', (route) => route.abort(), { times: 1 })
      await button('Leave it as it is').click()
      await page.getByText('Not saved: ').waitFor()
      expect(await settled()).toBeNull()
      await page.getByRole('button', { name: 'Try again', exact: true }).click()
      await button('Open again').waitFor()
      expect((await way.arrivals()).arrived).toBe(before)

      await page.reload()
      await button('Open again').waitFor()
      await context.close()
    })
  }

  test('says of a conflict of many arrivals how many are left out between the first and the last', async () => {
    const { pass } = await way.guest('Many Arrivals', 2)
    const [north] = gates
    const many = Array.from({ length: 25 }, () =>
      north.scan({ pass, arrivalCount: 1, outcome: 'admitted', arrivedBefore: 0 }),
    )
    await north.batch(...many)
    await way.caughtUp()
    const { page, context, trouble } = await hostAt(390)
    const entry = page
      .getByRole('listitem')
      .filter({ has: page.getByRole('button', { name: 'Leave it as it is: Many Arrivals' }) })
      .filter({ hasText: 'and 5 more between them' })
    await entry.waitFor()
    const lines = await entry.getByRole('listitem').allTextContents()
    expect(lines).toHaveLength(21)
    expect(lines[10]?.trim()).toBe('and 5 more between them')
    expect(await entry.getByRole('button', { name: /^Take back/ }).count()).toBe(20)
    expect(await faultsOf(page, trouble)).toEqual([])
    await context.close()
  })
})
