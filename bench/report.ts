import { appendFileSync } from 'node:fs'

export type Cell = string | number

/** What a bench found, as `npm run bench` keeps it. */
export type Finding =
  | {
      readonly kind: 'table'
      readonly title: string
      readonly rows: readonly Readonly<Record<string, Cell>>[]
    }
  | { readonly kind: 'goal'; readonly goal: Goal }

export interface Goal {
  readonly what: string
  readonly measured: string
  /** What the product is held to, such as `0.40 or more`. */
  readonly wanted: string
  readonly met: boolean
}

/** Where findings go, one JSON value a line; set by `npm run bench` for the benches it runs. */
export const RECORD = 'BENCH_RECORD'

function record(finding: Finding): void {
  const file = process.env[RECORD]
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(finding)}\n`)
}

/** Prints a table, and keeps it for `bench/results.md`. */
export function table(title: string, rows: readonly Readonly<Record<string, Cell>>[]): void {
  console.log(`\n${title}`)
  console.table(rows)
  record({ kind: 'table', title, rows })
}

/** Prints whether a bound holds, and keeps it for `bench/results.md`. */
export function goal(goal: Goal): void {
  console.log(`${goal.met ? 'holds' : 'MISSED'}: ${goal.what}: ${goal.measured} (wanted: ${goal.wanted})`)
  record({ kind: 'goal', goal })
}
