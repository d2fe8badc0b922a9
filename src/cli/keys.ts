import type { Command } from './command.ts'
import { rotateMasterKey } from '../vault/rotate.ts'
import { quietLogger } from './logger.ts'

export const keysRotate: Command = {
  name: 'keys rotate',
  writes: true,
  summary: 'Put a new master key in place and wrap every key of a person under it',
  usage: `guestguard keys rotate [--json]

The product may run meanwhile. Links and passes made under the old key stay valid as long as it is kept in the file.
With MASTER_KEY set, put the new key first in it and restart, then run this.`,
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
