import { ApiProblem, newIdempotencyKey, sentenceOf } from '@shared/api/client.ts'
import { showToast } from '@shared/toasts.ts'
import { useLoad, type Load } from '@shared/useLoad.ts'
import { useSubmit } from '@shared/useSubmit.ts'
import { computed, reactive, ref, watch, type ComputedRef, type Ref } from 'vue'
import type { AllowedNetworkView } from '@contracts/security.ts'
import { useTexts } from '../../app/i18n.ts'
import { allowNetwork, disallowNetwork, fetchNetworks } from './security.api.ts'

export interface Networks {
  networks: Load<AllowedNetworkView[]>['data']
  failure: Ref<string>
  load: () => Promise<void>
  draft: { cidr: string; note: string }
  adding: Ref<boolean>
  /** What is wrong with the address: not one, or on the list already. */
  fieldError: ComputedRef<string>
  otherError: ComputedRef<string>
  add: () => Promise<void>
  /** @returns whether it was taken off */
  remove: (cidr: string) => Promise<boolean>
  /** The one that is being taken off. */
  removing: Ref<string | null>
}

/** The networks that a host trusts: add, take off, and put back what was taken off by mistake. */
export function useNetworks(eventId: Ref<string>): Networks {
  const { t } = useTexts()
  const { data: networks, failure, load } = useLoad((signal) => fetchNetworks(eventId.value, signal))
  const draft = reactive({ cidr: '', note: '' })
  const missing = ref(false)
  const removing = ref<string | null>(null)
  const adding = useSubmit((network: { cidr: string; note: string | null }, key) =>
    allowNetwork(eventId.value, network, key),
  )
  /** The whole sentence is about the address: it is none, or is on the list already. */
  const isAboutCidr = computed(
    () =>
      adding.problem.value instanceof ApiProblem &&
      ['bad_cidr', 'network_listed'].includes(adding.problem.value.code),
  )
  const fieldError = computed(() => {
    if (missing.value) return t('security.networks.missing')
    return isAboutCidr.value ? adding.failure.value : (adding.fields.value.cidr ?? '')
  })

  watch(
    eventId,
    () => {
      networks.value = null
      void load()
    },
    { immediate: true },
  )

  async function add(): Promise<void> {
    const cidr = draft.cidr.trim()
    adding.clear()
    missing.value = cidr === ''
    if (missing.value) return
    const added = await adding.submit({ cidr, note: draft.note.trim() || null })
    if (added === undefined) return
    networks.value = [...(networks.value ?? []), added]
    Object.assign(draft, { cidr: '', note: '' })
    showToast(t('security.networks.added', { cidr: added.cidr }))
  }

  async function putBack({ cidr, note }: AllowedNetworkView): Promise<void> {
    try {
      await allowNetwork(eventId.value, { cidr, note }, newIdempotencyKey())
      showToast(t('security.networks.back', { cidr }))
    } catch (thrown) {
      showToast(sentenceOf(thrown), { tone: 'danger' })
    }
    await load()
  }

  async function remove(cidr: string): Promise<boolean> {
    const network = networks.value?.find((one) => one.cidr === cidr)
    if (network === undefined) return false
    removing.value = cidr
    try {
      await disallowNetwork(eventId.value, cidr)
    } catch (thrown) {
      showToast(sentenceOf(thrown), { tone: 'danger' })
      return false
    } finally {
      removing.value = null
    }
    networks.value = networks.value?.filter((one) => one.cidr !== cidr) ?? null
    showToast(t('security.networks.removed', { cidr }), {
      action: { label: t('security.networks.undo'), run: () => void putBack(network) },
    })
    return true
  }

  return {
    networks,
    failure,
    load,
    draft,
    adding: adding.busy,
    fieldError,
    otherError: computed(() => (fieldError.value ? '' : adding.failure.value)),
    add,
    remove,
    removing,
  }
}
