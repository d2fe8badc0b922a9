import { useSubmit, type Submit } from '@shared/useSubmit.ts'
import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import type { ImportReport } from '@contracts/guests.ts'
import { importGuests } from './guests.api.ts'

/** As the API takes it, in bytes. */
const largestFile = 25 * 1024 * 1024

export type ImportStep = 'choose' | 'checking' | 'preview' | 'done'

interface Attempt {
  dryRun: boolean
  name: string
  size: number
  lastModified: number
}

export interface Import {
  step: ComputedRef<ImportStep>
  file: ShallowRef<File | null>
  report: ShallowRef<ImportReport | null>
  tooLarge: Ref<boolean>
  busy: Submit<Attempt, ImportReport>['busy']
  failure: ComputedRef<string>
  /** Reads the file without importing anything. */
  check: (chosen: File) => Promise<void>
  /** Imports what `check` has shown. Whether it went well. */
  run: () => Promise<boolean>
  reset: () => void
}

/** An import of guests: choose a file, see what would happen, then do it. */
export function useImport(eventId: () => string): Import {
  const file = shallowRef<File | null>(null)
  const report = shallowRef<ImportReport | null>(null)
  const tooLarge = ref(false)
  // The file is named by what tells it apart: the idempotency key belongs to this import of this file.
  const { busy, failure, submit, clear } = useSubmit(({ dryRun }: Attempt, key) =>
    importGuests(eventId(), file.value ?? new Blob(), dryRun, key),
  )

  const attempt = (dryRun: boolean): Attempt => ({
    dryRun,
    name: file.value?.name ?? '',
    size: file.value?.size ?? 0,
    lastModified: file.value?.lastModified ?? 0,
  })

  function reset(): void {
    file.value = null
    report.value = null
    tooLarge.value = false
    clear()
  }

  async function check(chosen: File): Promise<void> {
    reset()
    tooLarge.value = chosen.size > largestFile
    if (tooLarge.value) return
    file.value = chosen
    const answer = await submit(attempt(true))
    // Another file may have been chosen, or the dialog closed, while this one was read.
    if (file.value !== chosen) return
    report.value = answer ?? null
    if (!answer) file.value = null
  }

  async function run(): Promise<boolean> {
    const answer = await submit(attempt(false))
    if (answer) report.value = answer
    return answer !== undefined
  }

  const step = computed<ImportStep>(() => {
    if (report.value) return report.value.dryRun ? 'preview' : 'done'
    return file.value ? 'checking' : 'choose'
  })
  return { step, file, report, tooLarge, busy, failure, check, run, reset }
}
