import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, inject, it } from 'vitest'

const KB = 1_024

/** Files below the folder of the built pages that a built HTML page names: its scripts, their preloads, its styles. */
function named(html: string): string[] {
  const text = readFileSync(path.join(inject('webRoot'), html), 'utf8')
  return [...text.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, file]) => file ?? '')
}

/** A script and all that it imports at once; what it loads later is left out. */
function withImports(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found
  found.add(file)
  const text = readFileSync(path.join(inject('webRoot'), file), 'utf8')
  for (const [, imported = ''] of text.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) {
    withImports(`assets/${imported}`, found)
  }
  return found
}

/** The chunk of one part of the dashboard, which the router loads for its path. */
function chunk(name: string): string {
  const file = readdirSync(path.join(inject('webRoot'), 'assets')).find(
    (one) => one.startsWith(`${name}-`) && one.endsWith('.js'),
  )
  if (file === undefined) throw new Error(`no chunk is called ${name}`)
  return `assets/${file}`
}

/** Bytes on the wire, as gzip at its usual level packs them. */
const weigh = (files: Iterable<string>) =>
  [...files].reduce((sum, file) => sum + gzipSync(readFileSync(path.join(inject('webRoot'), file))).length, 0)

const scripts = (files: readonly string[]) => files.filter((file) => file.endsWith('.js'))

describe('the weight of the pages', () => {
  it('a guest loads at most 80 KB of scripts, the recognition of the device included, and 170 KB in all', () => {
    const files = new Set(named('r.html'))
    const code = new Set(scripts([...files]).flatMap((file) => [...withImports(file)]))
    for (const file of withImports(chunk('fingerprint'))) code.add(file)
    const all = new Set([...files, ...code])
    expect(code.size).toBeGreaterThan(2)
    expect(weigh(code)).toBeLessThanOrEqual(80 * KB)
    expect(weigh([...all, 'r.html'])).toBeLessThanOrEqual(170 * KB)
  })

  it('the door loads at most 80 KB of scripts', () => {
    const code = new Set(scripts(named('scan.html')).flatMap((file) => [...withImports(file)]))
    expect(weigh(code)).toBeLessThanOrEqual(80 * KB)
  })

  for (const part of [
    'LandingPage',
    'EventsPage',
    'OverviewTab',
    'GuestsTab',
    'LiveTab',
    'SecurityTab',
    'CheckInTab',
  ]) {
    it(`the dashboard loads at most 200 KB of scripts to show its ${part}`, () => {
      const entry = scripts(named('index.html')).flatMap((file) => [...withImports(file)])
      const shown = part.endsWith('Tab') ? [chunk('EventPage'), chunk(part)] : [chunk(part)]
      const code = new Set([...entry, ...shown.flatMap((file) => [...withImports(file)])])
      expect(weigh(code)).toBeLessThanOrEqual(200 * KB)
    })
  }
})
