import { describe, expect, it } from 'vitest'
import { activeFlags } from '../../src/commands/flags/active.ts'
import type { CommandHandler } from '../../src/commands/handle.ts'
import { activeRules } from '../../src/commands/rules/active.ts'
import { HOUR, SECOND } from '../../src/kernel/time.ts'

/** A handler that counts how often somebody looks at a stream; nothing was ever recorded in any. */
function lookedAt() {
  let looks = 0
  const commands: Pick<CommandHandler, 'state'> = {
    state(decider) {
      looks += 1
      return Promise.resolve(decider.initialState())
    },
  }
  return { commands: commands as CommandHandler, looks: () => looks }
}

describe.each([
  { what: 'the rules in force', active: activeRules },
  { what: 'the flags', active: activeFlags },
])('$what', ({ active }) => {
  it('are looked up again after 2 seconds, and at once after the clock was set back', async () => {
    let now = Date.UTC(2026, 5, 1, 12)
    const { commands, looks } = lookedAt()
    const current: () => Promise<unknown> = active(commands, { now: () => now })
    await current()
    now += 2 * SECOND - 1
    await current()
    expect(looks()).toBe(1)
    now += 1
    await current()
    expect(looks()).toBe(2)
    now -= HOUR
    await current()
    expect(looks()).toBe(3)
    await current()
    expect(looks()).toBe(3)
  })
})
