/** The fields of `now` that differ from `before`: what nobody touched is not written over somebody else's change. */
export function changedFields<T extends object>(before: T, now: T): Partial<T> {
  const changed = Object.entries(now).filter(([field, value]) => before[field as keyof T] !== value)
  return Object.fromEntries(changed) as Partial<T>
}
