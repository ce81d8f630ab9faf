// Figures that cost a query are asked for at most every so often, however many want them; who asks meanwhile gets the last ones, and who asks a
// store that does not answer gets nothing after a while.
export interface LatestOptions {
  readonly keptMs: number
  readonly patienceMs: number
  nowMs(): number
  /** Calls back at that moment; the returned function calls it off. */
  at(atMs: number, run: () => void): () => void
}

export function latest<Of>(ask: () => Promise<Of>, options: LatestOptions): () => Promise<Of | undefined> {
  let askedMs = -Infinity
  let last: Promise<Of | undefined> = Promise.resolve(undefined)
  return () => {
    if (options.nowMs() - askedMs < options.keptMs) return last
    askedMs = options.nowMs()
    last = withPatience(ask, options)
    return last
  }
}

/** Undefined when it fails or takes too long. */
async function withPatience<Of>(
  ask: () => Promise<Of>,
  { patienceMs, nowMs, at }: LatestOptions,
): Promise<Of | undefined> {
  let callOff = (): void => {}
  const late = new Promise<undefined>(resolve => {
    callOff = at(nowMs() + patienceMs, () => resolve(undefined))
  })
  // Whoever asks is told by the absence; the store's own notices tell why.
  const answer = ask().catch(() => undefined)
  try {
    return await Promise.race([answer, late])
  } finally {
    callOff()
  }
}
