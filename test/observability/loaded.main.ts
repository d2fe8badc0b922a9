/** Prints what of OpenTelemetry is loaded by the product's observability: without and then with a receiver. */
import { registerHooks } from 'node:module'

const loaded = new Set<string>()
registerHooks({
  load(url, context, next) {
    const name = /node_modules\/(@opentelemetry\/[\w-]+)/.exec(url)?.[1]
    if (name !== undefined) loaded.add(name)
    return next(url, context)
  },
})

const { createObservability } = await import('../../src/observability/create.ts')
const options = { role: 'all', store: 'embedded', warn: () => undefined } as const
await createObservability({ ...options, tracing: null })
const without = [...loaded].sort()
const traced = await createObservability({
  ...options,
  tracing: { endpoint: 'http://127.0.0.1:9', ratio: 1 },
})
await traced.close()
console.log(JSON.stringify({ without, with: [...loaded].sort() }))
