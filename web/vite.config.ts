import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import tailwindcss from '@tailwindcss/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'
import { scannerWorker } from './scanner-worker.config.ts'

const root = import.meta.dirname
const backend = 'http://localhost:8080'

/** The pages: landing and dashboard, the guest's page, the door's page. */
const pages = ['index.html', 'r.html', 'scan.html']
  .map((name) => resolve(root, name))
  .filter((file) => existsSync(file))

/** The backend serves the door page at /scan; the dev server has to be told. */
const doorPage: Plugin = {
  name: 'door-page',
  configureServer(server) {
    server.middlewares.use((request, _response, next) => {
      if (request.url === '/scan') request.url = '/scan.html'
      next()
    })
  },
}

export default defineConfig({
  root,
  plugins: [vue(), tailwindcss(), doorPage, scannerWorker(root)],
  resolve: {
    alias: { '@contracts': resolve(root, '../src/contracts'), '@shared': resolve(root, 'src/shared') },
  },
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
  },
  build: {
    outDir: resolve(root, '../dist/web'),
    emptyOutDir: true,
    // The content security policy knows no data: fonts or scripts; small pictures stay files too.
    assetsInlineLimit: 0,
    rolldownOptions: { input: pages },
  },
  server: {
    proxy: {
      '/api': { target: backend, ws: true },
      // Only the links themselves: /r.html is a page of this dev server.
      '^/r/': { target: backend },
    },
  },
})
