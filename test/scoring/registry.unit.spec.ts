import { existsSync, readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultRuleSet, ruleSetById, ruleSets } from '../../src/scoring/rules/registry.ts'
import { SIGNAL_NAMES, type Signal } from '../../src/scoring/signal.ts'
import { sentence } from '../../src/scoring/wording.ts'
import { baselines, openings } from './builders.ts'

const root = new URL('../../', import.meta.url)
const signalFiles = readdirSync(new URL('src/scoring/signals/', root))

describe('every signal', () => {
  it('has a file, and every file is a signal', () => {
    expect(signalFiles.sort()).toEqual(SIGNAL_NAMES.map((name) => `${name}.ts`).sort())
  })

  it.each(signalFiles)('%s exports the signal of its name, which a rule set uses', async (file) => {
    const module = (await import(new URL(`src/scoring/signals/${file}`, root).href)) as Record<string, Signal>
    const [signal, ...others] = Object.values(module)
    expect(others).toEqual([])
    expect(`${signal?.name ?? ''}.ts`).toBe(file)
    const uses = ruleSets.filter((ruleSet) => ruleSet.signals.some((used) => used.signal === signal))
    expect(uses).not.toEqual([])
  })

  it.each([...SIGNAL_NAMES])('%s has a page in docs/signals and a test', (name) => {
    expect(existsSync(new URL(`docs/signals/${name}.md`, root))).toBe(true)
    expect(existsSync(new URL(`test/scoring/signals/${name}.unit.spec.ts`, root))).toBe(true)
  })

  it('is the only thing that has a page or a test there', () => {
    const pages = readdirSync(new URL('docs/signals/', root))
    const tests = readdirSync(new URL('test/scoring/signals/', root))
    expect(pages.sort()).toEqual([...SIGNAL_NAMES.map((name) => `${name}.md`), 'README.md'].sort())
    expect(tests.sort()).toEqual(SIGNAL_NAMES.map((name) => `${name}.unit.spec.ts`).sort())
  })
})

describe('the overview of the signals', () => {
  const overview = readFileSync(new URL('docs/signals/README.md', root), 'utf8')

  it.each([...ruleSets])('tells the weights of $id as they are', ({ id, signals }) => {
    const rows = overview.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
    const column = rows.find((row) => row[1] === 'signal')?.indexOf(`weight in \`${id}\``) ?? -1
    const told = rows.filter((row) => row[1]?.endsWith('.md)') && row[column] !== '')
    const weights = told.map((row) => [
      row[1]?.replace(/^\[(.*)\].*$/, '$1'),
      Math.round(Number(row[column]) * 100),
    ])
    expect(Object.fromEntries(weights)).toEqual(
      Object.fromEntries(signals.map(({ signal, weight }) => [signal.name, weight])),
    )
  })
})

describe('the rule sets', () => {
  it('start with v1 in force', () => {
    expect(defaultRuleSet.id).toBe('v1')
  })

  it('are found by an id that is theirs alone', () => {
    expect(new Set(ruleSets.map((ruleSet) => ruleSet.id)).size).toBe(ruleSets.length)
    for (const ruleSet of ruleSets) expect(ruleSetById(ruleSet.id)).toBe(ruleSet)
  })

  it('are not made up: an unknown id is an error that names the known ones', () => {
    expect(() => ruleSetById('v0')).toThrow(/no rule set "v0"; known: v1/)
  })

  it.each([...ruleSets])('$id weighs each of its signals once, in whole hundredths', ({ signals, cap }) => {
    expect(new Set(signals.map(({ signal }) => signal.name)).size).toBe(signals.length)
    for (const { weight } of signals)
      expect(Number.isInteger(weight) && weight !== 0 && Math.abs(weight) <= 100).toBe(true)
    expect(Number.isInteger(cap.highest) && cap.highest >= 0 && cap.highest <= 100).toBe(true)
  })

  it.each([...ruleSets])('$id names what lowers a score after all that raises it', ({ signals }) => {
    const signs = signals.map(({ weight }) => Math.sign(weight))
    expect(signs).toEqual(signs.toSorted((a, b) => b - a))
  })

  it.each([...ruleSets])('$id has a code and a sentence for every reason it can give', ({ signals }) => {
    fc.assert(
      fc.property(baselines, openings, (baseline, opening) => {
        for (const { signal } of signals) {
          const subScore = signal.measure(baseline, opening)
          const reason = subScore > 0 ? signal.explain(baseline, opening, subScore) : null
          if (reason !== null) expect(sentence(reason)).toMatch(/^[A-Z][^_]*$/)
        }
      }),
    )
  })
})
