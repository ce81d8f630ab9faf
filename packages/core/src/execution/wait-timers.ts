/** What a waiting run has set: the hour at which it goes on by itself, the hour at which it has waited too long, that of a loop's next pass. */
export function waitTimers(ordinal: number): readonly [delay: string, timeout: string, pass: string] {
  return [`delay:${ordinal}`, `timeout:${ordinal}`, `pass:${ordinal}`]
}
