/** Takes a value for what we wrote ourselves, without looking. Only for data that comes back from our own store or process. */
export function trust<T>(value: unknown): T {
  return value as T
}
