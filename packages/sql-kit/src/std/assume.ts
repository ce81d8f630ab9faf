/**
 * Where the compiler cannot follow: objects of a mapped type that are built entry by entry. The caller has made sure that the value
 * is what it says.
 */
export function assume<T>(value: unknown): T {
  return value as T
}
