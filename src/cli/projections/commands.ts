import type { Command } from '../command.ts'
import { projectionsDeadLetters, projectionsRetry } from './dead-letters.ts'
import { projectionsDropOld, projectionsRebuild, projectionsRollback, projectionsSwap } from './rebuild.ts'
import { projectionsList, projectionsStatus } from './status.ts'
import { projectionsVerify } from './verify.ts'

export const projectionCommands: readonly Command[] = [
  projectionsList,
  projectionsStatus,
  projectionsRebuild,
  projectionsSwap,
  projectionsRollback,
  projectionsDropOld,
  projectionsVerify,
  projectionsDeadLetters,
  projectionsRetry,
]
