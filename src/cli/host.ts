import { hostDecider } from '../commands/host/decider.ts'
import { hostIdOf } from '../commands/registration.ts'
import { PLANS } from '../events/host.ts'
import { hostStream } from '../events/streams.ts'
import { systemClock } from '../kernel/time.ts'
import { createTokens } from '../tokens/tokens.ts'
import { openAddressIndex } from '../vault/address-index.ts'
import { parse, UsageError, type Command } from './command.ts'
import { opsContext } from './ops-context.ts'
import { didYouMean } from './suggest.ts'

export const hostSetPlan: Command = {
  name: 'host set-plan',
  writes: true,
  summary: 'Put a host on a plan',
  usage: `guestguard host set-plan <e-mail> <${PLANS.join(' | ')}> [--json]

Recorded as a fact of the host, by ops; it holds from the next request on. Doing it twice changes nothing. Exit code 1
when nobody is registered with the address.`,
  examples: [['guestguard host set-plan ada@example.org pro', 'after the invoice was paid']],
  run: async (run) => {
    const [email, wanted, ...rest] = parse(run.args, {}).positionals
    if (email === undefined || wanted === undefined || rest.length > 0)
      throw new UsageError('An e-mail address and a plan are needed.')
    const plan = PLANS.find((one) => one === wanted)
    if (plan === undefined)
      throw new UsageError(
        `There is no plan ${wanted}.${didYouMean(wanted, PLANS)} There are: ${PLANS.join(', ')}.`,
      )
    const { commands, pool, ring } = await run.open()
    const tokens = createTokens(ring, systemClock, await openAddressIndex(pool, ring))
    const hostId = await hostIdOf(commands, tokens.emailDigests(email.trim().toLowerCase()))
    if (hostId === null) {
      run.progress(`Nobody is registered as ${email}.`)
      return 1
    }
    const command = { kind: 'set_plan', plan } as const
    const { facts } = await commands.execute(hostDecider, hostStream(hostId), command, opsContext('plans'))
    const changed = facts.length > 0
    if (run.json) run.answer({ host: hostId, plan, changed })
    else
      run.say(changed ? `${email} is on the plan ${plan} now.` : `${email} was on the plan ${plan} already.`)
    return 0
  },
}
