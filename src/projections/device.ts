import { agentClass } from '../scoring/agent.ts'

/**
 * Words for a device that a host recognises, such as `Safari on iPhone`. Not an identification: many people have the same.
 * @returns null without a user agent
 */
export function deviceOf(userAgent: string | null): string | null {
  const agent = agentClass(userAgent)
  if (agent === null) return null
  const [system = '-', browser = '-'] = agent.split('/')
  if (system === '-') return browser === '-' ? 'Unknown browser' : browser
  return `${browser === '-' ? 'Browser' : browser} on ${system}`
}
