import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AppDeps } from './deps.ts'

/** Pages of the dashboard; the page itself finds its way by the path. */
const DASHBOARD = ['/', '/login', '/register', '/forgot', '/reset', '/events', '/events/*', '/outbox']

/**
 * Serves the built pages: hashed assets for a year, pages never cached, so that a new release is seen at once.
 * @throws Error when the pages were not built
 */
export async function installPages(app: FastifyInstance, { webRoot }: AppDeps): Promise<void> {
  if (!existsSync(join(webRoot, 'index.html'))) {
    throw new Error(`The web pages are not built: there is no index.html in ${webRoot}. Run "npm run build".`)
  }
  await app.register(fastifyStatic, {
    root: webRoot,
    index: false,
    wildcard: false,
    globIgnore: ['**/*.html'],
    setHeaders(reply, path) {
      void reply.header('cache-control', cacheControlOf(path))
    },
  })
  const dashboard = (_request: unknown, reply: FastifyReply) => sendPage(reply, 'index.html')
  for (const url of DASHBOARD) app.get(url, { schema: { hide: true } }, dashboard)
  app.get('/scan', { schema: { hide: true } }, (_request, reply) => {
    const policy = String(reply.getHeader('content-security-policy'))
    return sendPage(reply, 'scan.html').headers({
      // The reader of QR codes is WebAssembly, where the browser brings none; on no other page is any allowed.
      'content-security-policy': policy.replace("script-src 'self'", "$& 'wasm-unsafe-eval'"),
      'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
    })
  })
}

/** A worker decides what its pages are made of: the browser asks for it anew each time. */
const WORKER = /\/scan-worker\.js$/

/** @param file below the folder of the built pages */
function cacheControlOf(file: string): string {
  if (file.endsWith('.html')) return 'no-store'
  if (WORKER.test(file)) return 'no-cache'
  return file.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'public, max-age=3600'
}

/** @param page one of the built HTML files */
export function sendPage(reply: FastifyReply, page: 'index.html' | 'r.html' | 'scan.html'): FastifyReply {
  return reply.sendFile(page, { cacheControl: false })
}

/** Whether somebody followed a link in a browser, to whom the page that says "not found" is of more use than JSON. */
export function wantsPage({ method, url, headers }: FastifyRequest): boolean {
  return method === 'GET' && !url.startsWith('/api/') && (headers.accept ?? '').includes('text/html')
}
