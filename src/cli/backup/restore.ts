import { access, mkdir } from 'node:fs/promises'
import { BadBackup, type Header } from '../../backup/format.ts'
import { loadDatabase } from '../../backup/load.ts'
import { unpackMasterKeys } from '../../backup/master-keys.ts'
import { checkBackup } from '../../backup/read.ts'
import { allMigrations } from '../../migrations.ts'
import { createPool } from '../../postgres/pool.ts'
import { createJobs } from '../../processes/jobs.ts'
import { fingerprint } from '../../vault/key-ring.ts'
import {
  masterKeyExists,
  masterKeyText,
  parseMasterKeys,
  writeMasterKeyFile,
} from '../../vault/master-key.ts'
import { requireStopped } from '../at-work.ts'
import { onlyArgument, parse, UsageError, type Command, type CommandRun } from '../command.ts'
import { quietLogger } from '../logger.ts'
import { counted } from '../table.ts'
import { inNewFolder } from './new-folder.ts'

export const restore: Command = {
  name: 'restore',
  summary: 'Make an installation from a backup, where there is none',
  usage: `guestguard restore <file> [--json]

The file is read to its end first, and its checksum compared. DATA_DIR must be empty but for master.key (or, with
DATABASE_URL, that database without facts and keys, and no product running on it): nothing is ever overwritten. Cut
off, the same command begins anew.

The master key comes from the backup if it is in it (BACKUP_PASSPHRASE opens a sealed one), else from MASTER_KEY or
from the file master.key that you put into DATA_DIR. Without the right one nothing is restored.

The next start builds the read models, and sends what waited to be sent when the backup was made, also what was sent
after that. Who was forgotten since then is known again: forget them again.`,
  examples: [
    ['DATA_DIR=/srv/guests guestguard restore guests.backup', 'with /srv/guests/master.key in its place'],
    [
      'BACKUP_PASSPHRASE=… guestguard restore all.backup',
      'with the key from the backup; better from a file: read -s',
    ],
  ],
  run: async (run) => {
    const file = onlyArgument(parse(run.args, {}).positionals, 'The name of a backup')
    await access(file).catch(() => {
      throw new UsageError(`There is no file ${file}.`)
    })
    const header = await checkBackup(file, run.signal)
    const keys = await masterKeysFor(run, header)
    const { config } = run
    await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
    if (keys.toWrite !== null) await writeMasterKeyFile(config.dataDir, keys.toWrite)
    const rows =
      config.databaseUrl === null
        ? await inNewFolder(config.dataDir, (url) => load(run, file, header, url))
        : await load(run, file, header, config.databaseUrl)
    run.meter.clear()
    if (run.json) run.answer({ rows, createdAt: header.createdAt, position: header.position })
    else {
      const facts = counted(rows['eventstore.events'] ?? 0, 'fact')
      run.say(
        `${facts} and ${counted(rows['public.vault_keys'] ?? 0, 'key')} restored, as of ${header.createdAt}`,
      )
      run.say('The next start builds the read models.')
    }
    return 0
  },
}

async function load(
  run: CommandRun,
  file: string,
  header: Header,
  url: string,
): Promise<Record<string, number>> {
  const pool = createPool(url, { log: quietLogger, max: 4, applicationName: 'guestguard ops' })
  try {
    await requireStopped(pool)
    return await loadDatabase({
      file,
      header,
      pool,
      migrations: allMigrations,
      signal: run.signal,
      prepareJobs: async () => {
        const jobs = createJobs({ databaseUrl: url, log: quietLogger })
        await jobs.start()
        await jobs.stop()
      },
      onProgress: (table, rows) => {
        run.meter.show({ label: table, done: rows, total: 0, perSecond: null, etaSeconds: null })
      },
    })
  } finally {
    await pool.end()
  }
}

/** @returns the keys to write into the folder, null when they are there. @throws Error when they are not the right ones */
async function masterKeysFor(
  { config, env }: CommandRun,
  { masterKeys, masterKeysNeeded }: Header,
): Promise<{ toWrite: string | null }> {
  const source = { dataDir: config.dataDir, masterKey: config.masterKey ?? undefined }
  const here = (await masterKeyExists(source)) ? await masterKeyText(source) : null
  const text = here ?? (await unpackMasterKeys(masterKeys, env['BACKUP_PASSPHRASE']))
  if (text === null) {
    throw new BadBackup(
      `The master key ${masterKeysNeeded.join(', ')} is needed and not in the backup. ` +
        `Put your copy to ${config.dataDir}/master.key (mode 600), or set MASTER_KEY.`,
    )
  }
  const found = parseMasterKeys(text, 'the master keys').map(fingerprint)
  const missing = masterKeysNeeded.filter((id) => !found.includes(id))
  if (missing.length > 0) {
    throw new BadBackup(
      `The persons in the backup are sealed under the master key ${missing.join(', ')}; here is ${found.join(', ')}.`,
    )
  }
  return { toWrite: here === null ? text : null }
}
