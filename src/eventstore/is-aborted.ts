/** A call, because the compiler takes a property that it has seen false to be false after an `await` too. */
export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted
}
