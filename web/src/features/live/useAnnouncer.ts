import { onScopeDispose, ref, watch, type Ref } from 'vue'
import type { ActivityItem } from '@contracts/activity.ts'
import { useTexts } from '../../app/i18n.ts'
import { announcer } from './announcer.ts'

/** What a screen reader is told about new activity, for a polite live region. */
export function useAnnouncer(latest: Ref<ActivityItem | null>, muted: Ref<boolean>): Ref<string> {
  const { t } = useTexts()
  const said = ref('')

  function sentenceFor(items: readonly ActivityItem[]): string {
    const blocked = items.filter((item) => item.decision === 'blocked').length
    const suspicious = items.filter((item) => item.band === 'high').length
    const newest = items.at(-1)
    return [
      t('live.said.items', { count: items.length }),
      blocked > 0 ? t('live.said.blocked', { count: blocked }) : '',
      suspicious > 0 ? t('live.said.suspicious', { count: suspicious }) : '',
      newest ? t('live.said.newest', { sentence: newest.sentence }) : '',
    ]
      .filter(Boolean)
      .join('. ')
  }

  const { hear, stop } = announcer<ActivityItem>((items) => {
    said.value = sentenceFor(items)
  })
  // Synchronous, because items that come together would otherwise be one change.
  watch(
    latest,
    (item, before) => {
      // A verdict or a new score is about something that has been told before.
      const isNews = item !== null && item.verdict === null && item.before === null
      if (isNews && before && !muted.value) hear(item)
    },
    { flush: 'sync' },
  )
  onScopeDispose(stop)
  return said
}
