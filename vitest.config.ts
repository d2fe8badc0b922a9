import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** The suffix of a test file tells its cost: pure, a real server, a browser. */
function project(cost: 'unit' | 'int' | 'e2e', order: number, options: object) {
  return {
    extends: true as const,
    test: { name: cost, include: [`test/**/*.${cost}.spec.ts`], sequence: { groupOrder: order }, ...options },
  }
}

const postgres = { globalSetup: ['test/support/global-setup.ts'] }
const pages = { globalSetup: [...postgres.globalSetup, 'test/e2e/build-pages.ts'] }

/** As in web/vite.config.ts, for what is tested of the pages without a browser. */
const alias = {
  '@contracts': join(import.meta.dirname, 'src/contracts'),
  '@shared': join(import.meta.dirname, 'web/src/shared'),
}

export default defineConfig({
  resolve: { alias },
  test: {
    pool: 'forks',
    // Each worker may drive a server or a browser of its own; more than the cores only makes timeouts likelier.
    maxWorkers: 2,
    // As below: the default of a second is what a busy machine needs for a page.
    expect: { poll: { timeout: 15_000 } },
    projects: [
      // Far more than they take: what is asserted are results, and a busy machine is not a failure.
      project('unit', 0, { testTimeout: 30_000 }),
      project('int', 1, { ...postgres, testTimeout: 30_000, hookTimeout: 60_000 }),
      // Beside them, so that no worker stands idle while another waits for a timeout of the product.
      project('e2e', 1, { ...pages, testTimeout: 90_000, hookTimeout: 120_000 }),
    ],
  },
})
