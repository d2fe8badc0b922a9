import { createRouter, createWebHistory, type Router, type RouteRecordRaw } from 'vue-router'
import { useSession } from '../features/account/session.store.ts'
import { safeReturn } from './safe-return.ts'

declare module 'vue-router' {
  interface RouteMeta {
    /** Who may see the page; `visitor` pages send a signed-in host on to the events. */
    for?: 'host' | 'visitor'
    /** First part of the window title. */
    title?: string
  }
}

/** A ULID. An address with anything else in its place is no page: nobody need be asked about it. */
const ID = '[0-7][0-9A-HJKMNP-TV-Z]{25}'

export const routes: RouteRecordRaw[] = [
  {
    path: '/',
    component: () => import('../features/landing/LandingPage.vue'),
    meta: { for: 'visitor' },
  },
  {
    path: '/login',
    component: () => import('../features/account/LoginPage.vue'),
    meta: { for: 'visitor', title: 'Sign in' },
  },
  {
    path: '/register',
    component: () => import('../features/account/RegisterPage.vue'),
    meta: { for: 'visitor', title: 'Create an account' },
  },
  {
    path: '/reset',
    component: () => import('../features/account/ResetPage.vue'),
    meta: { title: 'Reset the password' },
  },
  {
    path: '/outbox',
    component: () => import('../features/outbox/OutboxPage.vue'),
    meta: { for: 'host', title: 'Outbox' },
  },
  {
    path: '/events',
    component: () => import('../features/events/EventsPage.vue'),
    meta: { for: 'host', title: 'Events' },
  },
  {
    path: `/events/:id(${ID})`,
    component: () => import('../features/events/EventPage.vue'),
    props: true,
    meta: { for: 'host' },
    children: [
      {
        path: '',
        name: 'overview',
        component: () => import('../features/events/OverviewTab.vue'),
        meta: { title: 'Overview' },
      },
      {
        path: 'guests',
        name: 'guests',
        component: () => import('../features/guests/GuestsTab.vue'),
        meta: { title: 'Guests' },
        children: [
          {
            path: `:gid(${ID})`,
            name: 'guest',
            component: () => import('../features/guests/GuestDrawer.vue'),
            props: true,
            meta: { title: 'Guest' },
          },
        ],
      },
      {
        path: 'live',
        name: 'live',
        component: () => import('../features/live/LiveTab.vue'),
        meta: { title: 'Live' },
      },
      {
        path: 'security',
        name: 'security',
        component: () => import('../features/security/SecurityTab.vue'),
        meta: { title: 'Security' },
      },
      {
        path: 'check-in',
        name: 'check-in',
        component: () => import('../features/checkin/CheckInTab.vue'),
        meta: { title: 'Check-in' },
      },
    ],
  },
  { path: '/:rest(.*)*', component: () => import('./NotFoundPage.vue'), meta: { title: 'Not found' } },
]

export function createDashboardRouter(): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes,
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- what replaces it is still called experimental
    scrollBehavior: (to, from, saved) => {
      if (saved) return saved
      if (to.hash !== '' && to.path === '/') return { el: to.hash }
      return to.path === from.path || to.name === 'guest' || from.name === 'guest' ? {} : { top: 0 }
    },
  })

  router.beforeEach(async (to) => {
    const session = useSession()
    if (to.meta.for === 'host' && !(await session.known())) {
      return { path: '/login', query: { to: to.fullPath } }
    }
    if (to.meta.for === 'visitor' && (await session.knownIfLikely())) {
      return to.path === '/login' ? safeReturn(to.query.to) : '/events'
    }
    // Anybody may see the other pages; their head tells whether somebody is signed in.
    if (to.meta.for === undefined) await session.knownIfLikely()
    return true
  })

  router.afterEach((to) => {
    const title = to.meta.title
    document.title = title === undefined ? 'GuestGuard' : `${title} · GuestGuard`
  })

  return router
}
