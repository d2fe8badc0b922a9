import { onScopeDispose, readonly, ref, type Ref } from 'vue'

/** Nothing that is shown of the time is finer, in milliseconds. */
const LOOK_MS = 60_000

const now = ref(Date.now())
let users = 0
let looking: ReturnType<typeof setInterval> | undefined

function look(): void {
  now.value = Date.now()
}

/** The time, in milliseconds since the epoch, to the minute: midnight may come while a page is open. */
export function useNow(): Readonly<Ref<number>> {
  users += 1
  if (users === 1) {
    look()
    looking = setInterval(look, LOOK_MS)
  }
  onScopeDispose(() => {
    users -= 1
    if (users === 0) clearInterval(looking)
  })
  return readonly(now)
}
