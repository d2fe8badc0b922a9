import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive } from '../support/product-process.ts'
import { liftQuota, spendQuota } from './quota.ts'
import { faultKinds, faultRound, type Fault } from './script.ts'
import type { Member, Stage } from './stage.ts'
import type { Tale } from './tale.ts'

/** How long the product may take to be well again after a fault, in milliseconds. */
const RECOVERY = 60_000

/** Does one harm after the other to the product until the story is over, and lets it recover in between. */
export async function haunt(tale: Tale, stage: Stage, withQuota: boolean): Promise<void> {
  const dice = tale.diceOf('nemesis')
  const kinds = faultKinds(stage.variant, withQuota)
  while (!isOver(tale)) {
    for (const { after, fault } of faultRound(dice, kinds)) {
      await sleep(after)
      if (isOver(tale)) return
      const at = tale.now
      const what = describe(fault, stage)
      try {
        await harm(stage, fault)
        await recovered(stage)
      } catch (error) {
        tale.mishaps.push(`after "${what}": ${error instanceof Error ? error.message : String(error)}`)
      }
      tale.faults.push({ at, until: tale.now, what })
    }
  }
}

/** Asked anew each time: others end the story while this waits. */
const isOver = (tale: Tale): boolean => tale.over

const memberOf = ({ members }: Stage, at: number): Member => {
  const member = members[at % members.length]
  if (member === undefined) throw new Error('there is no process')
  return member
}

function describe(fault: Fault, stage: Stage): string {
  switch (fault.kind) {
    case 'kill':
    case 'restart':
      return `${fault.kind} ${memberOf(stage, fault.member).name}`
    case 'kill postgres':
    case 'kill all':
      return fault.kind
    case 'spend quota':
    case 'cut':
    case 'silence':
      return `${fault.kind} for ${String(fault.lasts)} ms`
    case 'delay':
      return `delay by ${String(fault.by)} ms for ${String(fault.lasts)} ms`
    case 'skew':
      return `clock of ${memberOf(stage, fault.member).name} off by ${String(Math.round(fault.by / 60_000))} min`
  }
}

async function harm(stage: Stage, fault: Fault): Promise<void> {
  const network = stage.eventStore?.network
  switch (fault.kind) {
    case 'kill':
      await stage.restart(memberOf(stage, fault.member), 'SIGKILL')
      return
    case 'restart':
      await stage.restart(memberOf(stage, fault.member), 'SIGTERM')
      return
    case 'kill all':
      await Promise.all(stage.members.map((member) => stage.restart(member, 'SIGKILL')))
      return
    case 'kill postgres':
      await killPostgres(stage)
      return
    case 'skew':
      await stage.setClock(memberOf(stage, fault.member), fault.by)
      return
    case 'spend quota':
      await withoutQuota(stage, fault.lasts)
      return
    case 'cut':
      network?.cut()
      break
    case 'silence':
      network?.silence()
      break
    case 'delay':
      network?.delay(fault.by)
      break
  }
  await sleep(fault.lasts)
  network?.mend()
}

async function killPostgres(stage: Stage): Promise<void> {
  const postmaster = await stage.postmaster()
  if (postmaster === null) return
  process.kill(postmaster, 'SIGKILL')
  while (isAlive(postmaster)) await sleep(10)
}

/** Only what already runs is limited, and nothing is started before the limit is lifted. */
async function withoutQuota(stage: Stage, lasts: number): Promise<void> {
  const pids = stage.senders().map((member) => member.process.pid)
  try {
    await Promise.all(pids.map(spendQuota))
    await sleep(lasts)
  } finally {
    await Promise.all(pids.map(liftQuota))
  }
}

/** @throws Error when the product is not well again in time */
async function recovered(stage: Stage): Promise<void> {
  const deadline = performance.now() + RECOVERY
  await stage.ready()
  for (let answer = 'nothing'; ;) {
    try {
      const response = await fetch(`${stage.base}/health/ready`, { signal: AbortSignal.timeout(5_000) })
      if (response.status === 200) return
      answer = await response.text()
    } catch (error) {
      answer = String(error)
    }
    if (performance.now() > deadline) throw new Error(`it did not recover within a minute: ${answer}`)
    await sleep(200)
  }
}
