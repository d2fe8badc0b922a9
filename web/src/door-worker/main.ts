/**
 * Lets the scanner start without a network: everything that its page is made of is kept when it is installed, and answered
 * from there. What is asked of the API goes to the network untouched.
 *
 * It is built as one file without imports; see scanner-worker.config.ts.
 */

/** The parts of a service worker that are used; TypeScript has them in a library that excludes that of pages. */
interface WorkerEvent extends Event {
  waitUntil: (work: Promise<unknown>) => void
}
interface AskEvent extends WorkerEvent {
  readonly request: Request
  respondWith: (answer: Promise<Response>) => void
}
interface WorkerScope {
  readonly clients: { claim: () => Promise<void> }
  readonly skipWaiting: () => Promise<void>
  addEventListener: ((type: 'install' | 'activate', listener: (event: WorkerEvent) => void) => void) &
    ((type: 'fetch', listener: (event: AskEvent) => void) => void) &
    ((type: 'message', listener: (event: MessageEvent) => void) => void)
}

/** Put in by the build: a hash of all files, and their addresses. */
declare const __SCANNER_VERSION__: string
declare const __SCANNER_FILES__: readonly string[]

const scope = globalThis as unknown as WorkerScope
const PAGE = '/scan'
const PREFIX = 'guestguard-scanner-'
const CACHE = PREFIX + __SCANNER_VERSION__
const kept = new Set(__SCANNER_FILES__)

async function keepAll(): Promise<void> {
  const cache = await caches.open(CACHE)
  // Past the cache of the browser: the page must be the one that these files belong to.
  await cache.addAll([PAGE, ...kept].map((url) => new Request(url, { cache: 'reload' })))
}

async function dropOthers(): Promise<void> {
  const names = await caches.keys()
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE)
  await Promise.all(old.map((name) => caches.delete(name)))
}

async function answer(request: Request, url: string): Promise<Response> {
  const cache = await caches.open(CACHE)
  return (await cache.match(url)) ?? fetch(request)
}

scope.addEventListener('install', (event) => {
  event.waitUntil(keepAll())
})
scope.addEventListener('activate', (event) => {
  event.waitUntil(dropOthers().then(() => scope.clients.claim()))
})
scope.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== location.origin) return
  const isPage = request.mode === 'navigate' && pathname === PAGE
  if (isPage || kept.has(pathname)) event.respondWith(answer(request, isPage ? PAGE : pathname))
})
// Only when people ask for it: a page must not change under a scan.
scope.addEventListener('message', ({ data }) => {
  if (data === 'take over') void scope.skipWaiting()
})
