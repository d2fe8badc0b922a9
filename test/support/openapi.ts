/** As much of an OpenAPI 3.1 document as walks over every route need. */
export interface JsonSchema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly enum?: readonly string[]
  readonly items?: JsonSchema
}

interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly schema: JsonSchema }[]
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema?: JsonSchema }>>
  }
  readonly responses?: Readonly<Record<string, unknown>>
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[]
}

export interface OpenApi {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

export interface Route {
  readonly method: string
  /** With its parameters in braces. */
  readonly path: string
  readonly query: Readonly<Record<string, JsonSchema>>
  /** Null for a route without a JSON body. */
  readonly body: JsonSchema | null
  readonly statuses: readonly number[]
  /** Names of the ways to sign in; none for a route that anybody may call. */
  readonly security: readonly string[]
}

export function routesOf({ paths }: OpenApi): Route[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      query: Object.fromEntries(
        (operation.parameters ?? [])
          .filter(({ in: place }) => place === 'query')
          .map(({ name, schema }) => [name, schema]),
      ),
      body: operation.requestBody?.content['application/json']?.schema ?? null,
      statuses: Object.keys(operation.responses ?? {}).map(Number),
      security: (operation.security ?? []).flatMap((way) => Object.keys(way)),
    })),
  )
}

/** @returns the path with each parameter replaced */
export function pathWith(path: string, values: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? `no-${name}`)
}
