import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { projections } from '../../src/projections/registry.ts'

/**
 * The tables of each version. An installation that has tables of a version keeps them, so tables that change need a
 * higher version, and then a new line here. (Folds that change what is in them need one too; that, no test can see.)
 */
const TABLES_OF_VERSION: Readonly<Record<string, string>> = {
  'events 1': '13169d0e7d8b5af2',
  'events 2': 'ef2fe124c514033d',
  'guests 1': 'd09ea619b6884190',
  'guests 2': '9cc62d7a6daae965',
  'guests 3': '9cc62d7a6daae965',
  'guests 4': '663ac6b29699553e',
  'guests 5': '282d4827c2a36d40',
  'guests 6': '93e6cf3ed0d1919a',
  'guests 7': 'b74fae0b9a9e164b',
  'rsvps 1': '6163de83db5840a6',
  'activity 1': '90b139b39b951721',
  'activity 2': '24955645e977ab2e',
  'activity 3': '24955645e977ab2e',
  'activity 4': '066962812cbb1faa',
  'activity 5': '066962812cbb1faa',
  'activity 6': '066962812cbb1faa',
  'activity 7': 'cb500a8fc92b0d44',
  'activity 8': 'cb500a8fc92b0d44',
  'activity 9': '94b78453d2e93ff9',
  'activity 10': '94b78453d2e93ff9',
  'preview 1': 'ef913ab0876e1e17',
  'arrivals 1': '024a9646f5d615d1',
  'arrivals 2': 'e9913a17d1b25563',
  'arrivals 3': 'c5a26757d25378a9',
  'arrivals 4': 'c5a26757d25378a9',
  'door 1': '7a655a81df11c87c',
  'door 2': '7a655a81df11c87c',
  'door 3': 'f09ed1526e033b5c',
  'door 4': 'cc3b4ee8066008b9',
  'door 5': '43a2e8e885cf1321',
  'door 6': 'dede7f129522469d',
  'door 7': 'dede7f129522469d',
  'door 8': 'dede7f129522469d',
}

it.each(projections.map((projection) => [projection.name, projection] as const))(
  'the tables of %s are those of its version',
  (_name, { name, version, tables }) => {
    const shape = JSON.stringify(tables.map((table) => [table.name, table.columns, table.indexes]))
    const digest = createHash('sha256').update(shape).digest('hex').slice(0, 16)
    expect({ [`${name} ${String(version)}`]: digest }).toEqual({
      [`${name} ${String(version)}`]: TABLES_OF_VERSION[`${name} ${String(version)}`],
    })
  },
)
