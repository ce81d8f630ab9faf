/** What a waiting run has set: the hour at which it goes on by itself, and the hour at which it has waited too long. */
export function waitTimers(ordinal: number): readonly [delay: string, timeout: string] {
  return [`delay:${ordinal}`, `timeout:${ordinal}`]
}
