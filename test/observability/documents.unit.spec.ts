import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { VARIABLES } from '../../src/config.ts'
import { Meters } from '../../src/observability/meters.ts'
import { readingOf } from './metrics-text.ts'

const root = path.join(import.meta.dirname, '../..')
const text = (file: string) => readFile(path.join(root, file), 'utf8')

describe('the documents for operators', () => {
  it('name only metrics that the product exports', async () => {
    const { types } = await readingOf(new Meters())
    const named = (await text('docs/observability.md')).match(/\bguestguard_\w+/g) ?? []
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((name) => !types.has(name.replace(/_(?:bucket|sum|count)$/, '')))).toEqual([])
  })

  it('say of every variable what it does', async () => {
    const readme = await text('README.md')
    expect(VARIABLES.filter((name) => !readme.includes(`\`${name}\``))).toEqual([])
  })

  it('lead to files that are there', async () => {
    for (const file of ['docs/observability.md', 'docs/scale-out.md']) {
      const links = [...(await text(file)).matchAll(/\]\((?!http)([^)#]+)/g)].map(([, link = '']) => link)
      expect(links.length, file).toBeGreaterThan(0)
      for (const link of links) expect((await text(path.join('docs', link))).length).toBeGreaterThan(0)
    }
  })
})
