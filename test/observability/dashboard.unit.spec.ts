import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { Meters } from '../../src/observability/meters.ts'
import { readingOf } from './metrics-text.ts'

interface Panel {
  readonly id: number
  readonly title: string
  readonly type: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets?: readonly { readonly expr: string }[]
}

interface Dashboard {
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly { readonly definition?: string }[] }
}

const file = path.join(import.meta.dirname, '../../deploy/grafana/guestguard.json')
const dashboard = JSON.parse(await readFile(file, 'utf8')) as Dashboard
const expressions = [
  ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...dashboard.templating.list.flatMap(({ definition }) => definition ?? []),
]
const exported = await readingOf(new Meters())

const namesIn = (expression: string): string[] => [
  ...new Set(expression.match(/\b(?:guestguard|nodejs|process)_\w+/g) ?? []),
]

/** @returns the metric that a name in an expression belongs to: histograms are read by their parts */
function metricOf(name: string): string {
  const histogram = /^(.*)_(?:bucket|sum|count)$/.exec(name)?.[1]
  return histogram !== undefined && exported.types.get(histogram) === 'histogram' ? histogram : name
}

describe('the Grafana dashboard', () => {
  it('names only metrics that the product exports', () => {
    const named = expressions.flatMap(namesIn)
    expect(named.length).toBeGreaterThan(30)
    const unknown = named.filter((name) => !exported.types.has(metricOf(name)))
    expect(unknown).toEqual([])
  })

  it('reads counters and histograms by their growth, and gauges as they are', () => {
    for (const expression of expressions) {
      for (const name of namesIn(expression)) {
        const grows = exported.types.get(metricOf(name)) !== 'gauge'
        const asGrowth = new RegExp(`(?:rate|increase)\\(${name}\\{`).test(expression)
        expect(asGrowth, expression).toBe(grows)
      }
    }
  })

  it('shows every metric of the product', () => {
    const shown = new Set(expressions.flatMap(namesIn).map(metricOf))
    const missing = [...exported.types.keys()].filter(
      (name) => name.startsWith('guestguard_') && !shown.has(name),
    )
    expect(missing).toEqual([])
  })

  it('has no two panels in one place, and no unbalanced expression', () => {
    const places = dashboard.panels.map(({ gridPos: { x, y } }) => `${String(x)},${String(y)}`)
    expect(new Set(places).size).toBe(places.length)
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
    for (const { gridPos } of dashboard.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
    for (const expression of expressions) {
      expect(expression.split('(').length, expression).toBe(expression.split(')').length)
      expect(expression.split('{').length, expression).toBe(expression.split('}').length)
    }
  })
})
