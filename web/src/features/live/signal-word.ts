import { live } from './en.ts'

const lowering: readonly string[] = ['known_device', 'known_network', 'same_browser']

/** Whether a signal speaks for the guest: the stronger it is, the lower the score. */
export const lowers = (name: string): boolean => lowering.includes(name)

/**
 * The words for a signal. A rule set newer than this page may name one it does not know: its name is then made
 * readable in place of left out.
 */
export function signalWord(name: string): string {
  const known: Record<string, string> = live.signals
  const spaced = name.replace(/_/g, ' ')
  return known[name] ?? spaced.charAt(0).toUpperCase() + spaced.slice(1)
}
