import type { Command } from '../command.ts'
import { logAdopt } from './adopt.ts'
import { logCopy } from './copy.ts'
import { logExport } from './export.ts'
import { logImport } from './import.ts'
import { logStats } from './stats.ts'

export const logCommands: readonly Command[] = [logStats, logExport, logImport, logCopy, logAdopt]
