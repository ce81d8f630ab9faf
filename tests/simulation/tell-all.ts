// What a run of many seeds came to, in one process or in many.
export interface Part {
  readonly done: number
  readonly failures: number
  readonly steps: number
  /** What happened, and how often. */
  readonly totals: readonly (readonly [what: string, times: number])[]
}

export interface Whole extends Part {
  readonly from: number
  readonly startedMs: number
}

export function tellAll(whole: Whole): void {
  console.log(progressOf(whole))
  const sorted = whole.totals.toSorted(([a], [b]) => (a < b ? -1 : 1))
  console.log(sorted.map(([what, times]) => `${what}: ${times}`).join(', '))
}

export function progressOf({ from, startedMs, done, failures, steps }: Whole): string {
  const seconds = (performance.now() - startedMs) / 1_000
  const pace = `${seconds.toFixed(1)} s, ${(done / seconds).toFixed(1)} seeds/s`
  return `${done} seeds from ${from}, ${failures} failed, ${steps} steps in ${pace}`
}

export function addUp(parts: readonly Part[]): Part {
  const totals = new Map<string, number>()
  for (const part of parts) for (const [what, times] of part.totals) totals.set(what, (totals.get(what) ?? 0) + times)
  const sum = (of: (part: Part) => number): number => parts.reduce((all, part) => all + of(part), 0)
  return {
    done: sum(part => part.done),
    failures: sum(part => part.failures),
    steps: sum(part => part.steps),
    totals: [...totals],
  }
}
