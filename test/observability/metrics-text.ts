import type { Meters } from '../../src/observability/meters.ts'
import type { TestProduct } from '../support/product.ts'

export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** What Prometheus would read. */
export class Scrape {
  readonly samples: readonly Sample[]
  /** By name of the metric: counter, gauge, histogram. */
  readonly types: ReadonlyMap<string, string>
  readonly text: string

  constructor(text: string) {
    this.text = text
    this.samples = text.split('\n').flatMap((line) => {
      const match = /^([a-z_]\w*)(?:\{(.*)\})? (\S+)$/i.exec(line)
      if (match === null) return []
      const [, name = '', labels = '', value = ''] = match
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, of]) => [key, of])
      return [{ name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) }]
    })
    this.types = new Map(
      [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]),
    )
  }

  /** @returns the sum of all samples of this name that have these labels; undefined when there is none */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    const fits = this.samples.filter(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    )
    return fits.length === 0 ? undefined : fits.reduce((sum, sample) => sum + sample.value, 0)
  }
}

/** @returns what the meters hold, without a server around them */
export const readingOf = async (meters: Meters): Promise<Scrape> => new Scrape(await meters.expose())

/** Scrapes over a connection of this machine that no proxy stands in. */
export async function scrape(
  { url }: Pick<TestProduct, 'url'>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Scrape> {
  const response = await fetch(`${url}/metrics`, { headers })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`answered ${String(response.status)}: ${text}`)
  return new Scrape(text)
}
