import { onScopeDispose, ref, watch, type Ref } from 'vue'
import type { ActivityItem } from '@contracts/activity.ts'
import { useTexts } from '../../app/i18n.ts'

/** A screen reader that is talked to more often cannot be used for anything else. */
export const quietForMs = 10_000

/**
 * What a screen reader is told about new activity: at once when it has been quiet, then at most every ten seconds,
 * with what came meanwhile counted together.
 */
export function useAnnouncer(latest: Ref<ActivityItem | null>, muted: Ref<boolean>): Ref<string> {
  const { t } = useTexts()
  const said = ref('')
  let fresh: ActivityItem[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  function sentence(): string {
    const blocked = fresh.filter((item) => item.decision === 'blocked').length
    const suspicious = fresh.filter((item) => item.band === 'high').length
    const newest = fresh.at(-1)
    return [
      t('live.said.items', { count: fresh.length }),
      blocked > 0 ? t('live.said.blocked', { count: blocked }) : '',
      suspicious > 0 ? t('live.said.suspicious', { count: suspicious }) : '',
      newest ? t('live.said.newest', { sentence: newest.sentence }) : '',
    ]
      .filter(Boolean)
      .join(', ')
  }

  function speak(): void {
    timer = undefined
    if (fresh.length === 0) return
    said.value = sentence()
    fresh = []
    timer = setTimeout(speak, quietForMs)
  }

  watch(
    latest,
    (item, before) => {
      if (!item || !before || muted.value) return
      fresh.push(item)
      if (timer === undefined) speak()
    },
    { flush: 'sync' },
  )
  onScopeDispose(() => {
    clearTimeout(timer)
  })
  return said
}
