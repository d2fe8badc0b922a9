/** The contract takes 40 entries of 400 characters each, names of 60. */
const MAX_ENTRIES = 40
const MAX_VALUE = 400

/** A component as the fingerprinting library reports it. */
export type Component = { value: unknown } | { error: unknown }

/**
 * Makes the flat record of strings that the server digests.
 * @param components by name; those that failed or have no value are left out
 * @param hash shortens values that are too long
 */
export function flatParts(
  components: Readonly<Record<string, Component>>,
  hash: (text: string) => string,
): Record<string, string> {
  const parts: Record<string, string> = {}
  for (const [name, component] of Object.entries(components).slice(0, MAX_ENTRIES)) {
    if (!('value' in component) || component.value === undefined || component.value === null) continue
    const text = typeof component.value === 'string' ? component.value : JSON.stringify(component.value)
    parts[name] = text.length > MAX_VALUE ? `hash:${hash(text)}` : text
  }
  return parts
}
