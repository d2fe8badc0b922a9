import { live } from './en.ts'

/**
 * The words for a signal. A rule set newer than this page may name one it does not know: its name is then made
 * readable in place of left out.
 */
export function signalWord(name: string): string {
  const known: Record<string, string> = live.signals
  const spaced = name.replace(/_/g, ' ')
  return known[name] ?? spaced.charAt(0).toUpperCase() + spaced.slice(1)
}
