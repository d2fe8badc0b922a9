type Defined<T extends object> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** @returns the object without the members that are undefined, so that they do not overwrite when spread */
export function definedOf<T extends object>(partial: T): Defined<T> {
  return Object.fromEntries(Object.entries(partial).filter(([, value]) => value !== undefined)) as Defined<T>
}
