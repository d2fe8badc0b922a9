import type { HttpObserver } from '../http/deps.ts'
import type { Meters } from './meters.ts'
import type { Tracer } from './tracer.ts'

/** Counts and times what is answered, and traces it, by the route and never by the address: those hold links. */
export function observeRequests(meters: Meters, tracer: Tracer | null): HttpObserver {
  const seconds = new Map<string, { observe(value: number): void }>()
  const counts = new Map<string, { inc(): void }>()

  /** As many entries as there are routes and statuses: bound once, since labels take most of the time. */
  function bound<T>(map: Map<string, T>, key: string, make: () => T): T {
    const known = map.get(key)
    if (known !== undefined) return known
    const made = make()
    map.set(key, made)
    return made
  }

  return {
    answered({ method, route, status, seconds: took }) {
      const of = `${method} ${route}`
      bound(seconds, of, () => meters.httpSeconds.labels({ method, route })).observe(took)
      const labels = { method, route, status: String(status) }
      bound(counts, `${of} ${labels.status}`, () => meters.httpRequests.labels(labels)).inc()
    },
    begin:
      tracer === null
        ? null
        : ({ method, route, correlationId, parent }) => {
            const span = tracer.begin({
              name: `${method} ${route}`,
              kind: 'server',
              correlationId,
              parent,
              attributes: { 'http.request.method': method, 'http.route': route },
            })
            return (status) => {
              const failed = status === null || status >= 500
              span.end(
                failed ? new Error('unanswered') : null,
                status === null ? {} : { 'http.response.status_code': status },
              )
            }
          },
  }
}
