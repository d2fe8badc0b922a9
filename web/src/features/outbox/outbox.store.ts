import { defineStore } from 'pinia'
import { ref } from 'vue'
import { fetchOutbox } from './outbox.api.ts'

/** Whether this server keeps its mail in an outbox; asked once. */
export const useOutbox = defineStore('outbox', () => {
  const available = ref(false)
  let asked = false

  async function look(): Promise<void> {
    if (asked) return
    asked = true
    available.value = await fetchOutbox().then(
      () => true,
      () => false,
    )
  }

  return { available, look }
})
