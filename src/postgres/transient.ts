/**
 * SQLSTATE classes and codes after which the same work may succeed: 08 connection, 53 resources, 57P operator
 * intervention (restart, terminated backend), 40001 serialization, 40P01 deadlock, 55P03 lock timeout, 25P03 idle in
 * transaction, 57014 statement timeout, 25006 read-only while a standby is being promoted.
 * Source: PostgreSQL 18, appendix A.
 */
const TRANSIENT = /^(08|53|57P|40001$|40P01$|55P03$|25P03$|57014$|25006$)/

/** @returns whether `error` is about the way to the database rather than about what was asked. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  // ECONNRESET, EPIPE and the like come from the socket; no SQLSTATE begins with E. ERR_… is how Node calls a wrong
  // argument, which is a defect. The driver gives its own connection errors no code ("Connection terminated
  // unexpectedly", "Query read timeout").
  if (code !== undefined) return /^E(?!RR_)[A-Z_]+$/.test(code) || TRANSIENT.test(code)
  return /connection|timeout|not queryable|client (was|has been) (closed|released)/i.test(error.message)
}
