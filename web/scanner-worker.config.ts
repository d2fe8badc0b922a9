import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin, Rolldown } from 'vite'

type Bundle = Rolldown.OutputBundle

/** Files of web/public that belong to the scanner. */
const PUBLIC = /^(?:favicon\.svg|scan\.webmanifest|scan-icon-.*\.png)$/

/**
 * Builds the service worker of the scanner into /scan-worker.js and tells it the files of the scanner's page, the wasm of the
 * code reader among them. At the root, because a worker controls only what is below it.
 * @param root folder of the pages
 */
export function scannerWorker(root: string): Plugin {
  return {
    name: 'scanner-worker',
    apply: 'build',
    enforce: 'post',
    buildStart() {
      this.emitFile({
        type: 'chunk',
        id: join(root, 'src/door-worker/main.ts'),
        fileName: 'scan-worker.js',
      })
    },
    generateBundle(_options, bundle) {
      const worker = bundle['scan-worker.js']
      const page = bundle['scan.html']
      if (worker?.type !== 'chunk' || page?.type !== 'asset') throw new Error('the scanner was not built')
      if (worker.imports.length > 0) throw new Error('the worker of the scanner has to be one file')
      const folder = join(root, 'public')
      const own = readdirSync(folder).filter((name) => PUBLIC.test(name))
      const files = [...filesOf(bundle, 'scan.html')].sort()
      const hash = createHash('sha256').update(page.source).update(files.join())
      for (const name of own) hash.update(readFileSync(join(folder, name)))
      const version = hash.digest('hex').slice(0, 12)
      worker.code = worker.code
        .replaceAll('__SCANNER_VERSION__', JSON.stringify(version))
        .replaceAll('__SCANNER_FILES__', JSON.stringify([...files, ...own].map((name) => `/${name}`)))
    },
  }
}

/** Everything that a page loads, now or later. */
function filesOf(bundle: Bundle, html: string): Set<string> {
  const found = new Set<string>()
  const entry = Object.values(bundle).find(
    (file) => file.type === 'chunk' && file.isEntry && file.facadeModuleId?.endsWith(html),
  )
  if (entry === undefined) throw new Error(`there is no script of ${html}`)
  follow(bundle, entry.fileName, found)
  return found
}

function follow(bundle: Bundle, name: string, found: Set<string>): void {
  const file = bundle[name]
  if (found.has(name) || file === undefined) return
  found.add(name)
  if (file.type !== 'chunk') return
  const { viteMetadata } = file
  for (const each of [...(viteMetadata?.importedCss ?? []), ...(viteMetadata?.importedAssets ?? [])])
    found.add(each)
  for (const each of [...file.imports, ...file.dynamicImports]) follow(bundle, each, found)
}
