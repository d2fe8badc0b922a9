import { access } from 'node:fs/promises'
import path from 'node:path'
import type { PackedMasterKeys } from '../../backup/format.ts'
import { LEAST_PASSPHRASE, sealMasterKeys } from '../../backup/master-keys.ts'
import { saveDatabase } from '../../backup/save.ts'
import { masterKeyText } from '../../vault/master-key.ts'
import { onlyArgument, parse, UsageError, type Command, type CommandRun } from '../command.ts'
import { writeOutput } from '../output-file.ts'
import { counted, numberText } from '../table.ts'

const KINDS = ['left-out', 'sealed', 'clear'] as const
type Kind = (typeof KINDS)[number]

export const backup: Command = {
  name: 'backup',
  summary: 'Save the installation to one file, as of one moment, while it runs',
  usage: `guestguard backup <file | -> [--master-key left-out | sealed | clear] [--json]

  <file>        must not be there yet; it is packed (gzip). - is the standard output
  --master-key  left-out (default): the master key is not in the file. Keep a copy of it elsewhere: without it nobody
                can read the guest list, and nobody who finds the backup can either.
                sealed: in the file, sealed with the passphrase in the variable BACKUP_PASSPHRASE
                clear: in the file as it is. Whoever reads the file reads everything: only for a place as safe as
                the installation itself

In it: the log, the keys of persons (wrapped by the master key), and the jobs that wait. All is read in one transaction,
so it is as of one moment; nobody waits for it. Not in it: read models, which the first start after a restore builds from
the log, and the outbox folder.

A backup keeps the keys of guests who are forgotten later: delete backups after the time that you promise to forget in.
With the log in EventStoreDB, save that with its own means; this saves the log of the database only.`,
  examples: [
    ['guestguard backup guests-$(date +%F).backup', 'every night, from cron'],
    [
      'guestguard backup all.backup --master-key sealed',
      'with everything that a restore needs but the passphrase',
    ],
    ['guestguard backup - | ssh vault "cat > guests.backup"', 'to another machine'],
  ],
  run: async (run) => {
    const options = { 'master-key': { type: 'string', default: 'left-out' } } as const
    const { values, positionals } = parse(run.args, options)
    const target = onlyArgument(positionals, 'The name of a file, or -,')
    const kind = kindOf(values['master-key'])
    await requireSavable(run)
    const { pool } = await run.open()
    const masterKeys = await packed(run, kind)
    const saved = await writeOutput(
      { target, packed: true },
      saveDatabase({
        pool,
        masterKeys,
        createdAt: new Date().toISOString(),
        signal: run.signal,
        onProgress: (table, rows) => {
          run.meter.show({ label: table, done: rows, total: 0, perSecond: null, etaSeconds: null })
        },
      }),
    )
    run.meter.clear()
    const facts = saved.rows['eventstore.events'] ?? 0
    if (target === '-') run.progress(`${counted(facts, 'fact')} saved`)
    else if (run.json) run.answer({ file: target, masterKey: kind, ...saved })
    else
      for (const line of [
        `${counted(facts, 'fact')} and ${counted(saved.rows['public.vault_keys'] ?? 0, 'key')} saved, up to position ${numberText(BigInt(saved.position))}`,
        remarkOn(kind),
      ])
        run.say(line)
    return 0
  },
}

function kindOf(text: string): Kind {
  const kind = KINDS.find((one) => one === text)
  if (kind === undefined) throw new UsageError(`--master-key takes ${KINDS.join(', ')}.`)
  return kind
}

async function requireSavable({ config }: CommandRun): Promise<void> {
  if (config.eventStoreUrl !== null)
    throw new UsageError(
      'The log of this installation is in EventStoreDB: save it with the means of that server, and the database with pg_dump.',
    )
  if (config.databaseUrl !== null) return
  await access(path.join(config.dataDir, 'postgres')).catch(() => {
    throw new UsageError(`There is no installation in ${config.dataDir}. Set DATA_DIR to where it is.`)
  })
}

async function packed({ config, env }: CommandRun, kind: Kind): Promise<PackedMasterKeys> {
  if (kind === 'left-out') return { kind }
  const text = await masterKeyText({ dataDir: config.dataDir, masterKey: config.masterKey ?? undefined })
  if (kind === 'clear') return { kind, text }
  const passphrase = env['BACKUP_PASSPHRASE'] ?? ''
  if (passphrase.length < LEAST_PASSPHRASE)
    throw new UsageError(
      `Set BACKUP_PASSPHRASE to at least ${String(LEAST_PASSPHRASE)} characters to seal the master key with.`,
    )
  return sealMasterKeys(text, passphrase)
}

function remarkOn(kind: Kind): string {
  if (kind === 'left-out') return 'The master key is not in it: keep a copy of it elsewhere.'
  if (kind === 'sealed') return 'The master key is in it, sealed: a restore needs BACKUP_PASSPHRASE.'
  return 'The master key is in it as it is: whoever reads the file reads everything.'
}
