import { describe, expect, it } from 'vitest'
import { parseGuestFile } from '../../src/import/guest-file.ts'
import { lines, parseText } from './csv.ts'

describe('a large file', { timeout: 60_000 }, () => {
  it('of 10,000 rows with 300 bad ones gives 9,700 guests and the 300 rows by number', async () => {
    const bad = new Set(Array.from({ length: 300 }, (_, i) => 2 + ((i * 7_919) % 10_000)))
    const all = Array.from({ length: 10_000 }, (_, i) => {
      const email = bad.has(i + 2) ? 'nobody' : `g${String(i)}@example.com`
      return `"Guest, ${String(i)}",${email},"a note\nof two lines"`
    })
    const file = await parseText(lines('name,email,notes', ...all))
    expect(file.rows).toHaveLength(9_700)
    expect(file.rejected.map(({ row }) => row)).toEqual([...bad].sort((a, b) => a - b))
    expect(file.rows.every(({ row, name }) => name === `Guest, ${String(row - 2)}`)).toBe(true)
  })

  it('of 20 MB lets other work run meanwhile', async () => {
    const padding = 'x'.repeat(480)
    const all = Array.from({ length: 40_000 }, (_, i) => `Guest ${String(i)},${padding}`)
    const bytes = Buffer.from(lines('name,notes', ...all))
    expect(bytes.length).toBeGreaterThan(19_000_000)
    let turns = 0
    const timer = setInterval(() => (turns += 1), 0)
    const { rows } = await parseGuestFile(bytes)
    clearInterval(timer)
    expect(rows).toHaveLength(40_000)
    expect(turns).toBeGreaterThan(10)
  })

  it('that is one open quotation mark of 20 MB is a broken row', async () => {
    const file = await parseGuestFile(Buffer.from(`name,notes\nAnn,"${'x'.repeat(20_000_000)}`))
    expect(file).toMatchObject({ rows: [], rejected: [{ row: 2, field: 'row' }] })
  })
})
