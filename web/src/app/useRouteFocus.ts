import { nextTick } from 'vue'
import { useRouter } from 'vue-router'

/**
 * After a change of page, puts the focus on the heading of what is new, so that a screen reader says where it is and
 * the keyboard goes on from there. A change of the query (a filter) leaves the focus alone, as does a drawer, which
 * looks after its own.
 */
export function useRouteFocus(): void {
  const router = useRouter()
  router.afterEach(async (to, from, failure) => {
    const drawer = to.name === 'guest' || from.name === 'guest'
    if (failure || to.path === from.path || from.matched.length === 0 || drawer) return
    await nextTick()
    const heading = document.querySelector<HTMLElement>('main [data-heading]')
    heading?.setAttribute('tabindex', '-1')
    heading?.focus({ preventScroll: true })
  })
}
