import type { Command } from './command.ts'
import { rotateMasterKey } from '../vault/rotate.ts'
import { quietLogger } from './logger.ts'

export const keysRotate: Command = {
  name: 'keys rotate',
  writes: true,
  summary: 'Put a new master key in place and wrap every key under it',
  usage: `guestguard keys rotate [--json]

The product may run meanwhile. Cut off, the same command goes on. It puts the new key first in the file master.key and
leaves the old one behind it. Take the old one out and restart when what was made under it may stop:

  stops         links, QR codes and pass codes, tickets of doors, sessions: send invitations and tickets again
  stays         accounts and their passwords, events, guests, everything that was recorded

Before this command has finished, a start without the old key is refused.

With MASTER_KEY set, the key is changed by hand, one step after the other on all processes of the product:

  1. MASTER_KEY=old,new   restart; left out with a single process. All can read what one of them makes in step 2
  2. MASTER_KEY=new,old   restart
  3. guestguard keys rotate, with the MASTER_KEY of step 2
  4. MASTER_KEY=new       restart, when what was made under the old key may stop`,
  examples: [['guestguard keys rotate', 'once a year, or when somebody leaves who could read the key']],
  run: async ({ config, open, json, say, answer }) => {
    const { ring, pool } = await open()
    const source = { dataDir: config.dataDir, masterKey: config.masterKey ?? undefined }
    const result = await rotateMasterKey({ source, ring, pool, log: quietLogger })
    if (json) answer(result)
    else say(`The master key is now ${result.activeId}; ${String(result.rewrapped)} keys were wrapped again.`)
    return 0
  },
}
