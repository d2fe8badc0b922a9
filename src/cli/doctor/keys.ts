import type { Config } from '../../config.ts'
import { masterKeyExists, readKeyRing } from '../../vault/master-key.ts'
import { broken, ok, reasonOf, type Finding } from './finding.ts'

export interface KeysFound {
  readonly finding: Finding
  /** Fingerprints; null when they cannot be read. */
  readonly ids: readonly string[] | null
}

/** The master keys, by themselves: whether they are those of the database is said with the database. */
export async function examineMasterKey({ dataDir, masterKey }: Config): Promise<KeysFound> {
  const source = { dataDir, masterKey: masterKey ?? undefined }
  const where = masterKey === null ? `${dataDir}/master.key` : 'MASTER_KEY'
  if (!(await masterKeyExists(source))) {
    return { finding: ok('master key', `${where} is not there yet; the first start makes it`), ids: [] }
  }
  try {
    const { ids } = await readKeyRing(source)
    return { finding: ok('master key', `${ids.join(', ')} in ${where}; keep a copy elsewhere`), ids }
  } catch (error) {
    const mend = masterKey === null ? `Put your copy of ${where} back, mode 600.` : 'Correct MASTER_KEY.'
    return { finding: broken('master key', reasonOf(error), mend), ids: null }
  }
}
