import { forgetLog } from '../../eventstore/log-mark.ts'
import { withTransaction } from '../../postgres/pool.ts'
import { forgetAll } from '../../projections/generations.ts'
import { requireStopped } from '../at-work.ts'
import { noArgument, parse, type Command } from '../command.ts'

export const logAdopt: Command = {
  name: 'log adopt',
  writes: true,
  summary: 'Make the database ready for a log that was copied to another store',
  usage: `guestguard log adopt [--json]

With the product stopped, between a guestguard log copy and the first start on the copy. Positions of the two logs
are not the same, so what the database knows by position is forgotten: the read models, which the next start builds
anew, and how far the process managers have read, which go through the log again and find what is done already done.
Keys and waiting jobs stay.`,
  examples: [['guestguard log adopt', 'after: guestguard log copy --from embedded --to env:EVENTSTORE_URL']],
  run: async (run) => {
    noArgument(parse(run.args, {}).positionals)
    const { pool } = await run.open()
    await requireStopped(pool)
    const dropped = await withTransaction(pool, async (client) => {
      const { rows } = await client.query<{ there: boolean }>(
        `SELECT to_regclass('process_checkpoints') IS NOT NULL AS there`,
      )
      if (rows[0]?.there === true) await client.query('DELETE FROM process_checkpoints')
      await forgetLog(client)
      return forgetAll(client)
    })
    if (run.json) run.answer({ dropped })
    else
      run.say(
        `Ready: ${String(dropped.length)} sets of tables were dropped; the next start builds them anew.`,
      )
    return 0
  },
}
