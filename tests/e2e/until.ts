// Waits for a state by looking again and again: a test ends when the state is there, and fails with what it saw last when it never comes.
import { setTimeout as sleep } from 'node:timers/promises'

const LOOK_EVERY_MS = 20
const LIMIT_MS = 60_000

export interface UntilOptions {
  readonly limitMs?: number
  /** What the last look saw, for the message. */
  readonly seen?: () => unknown
}

export async function until<T>(
  what: string,
  look: () => Promise<T | undefined>,
  options: UntilOptions = {},
): Promise<T> {
  const { limitMs = LIMIT_MS, seen } = options
  for (const endMs = performance.now() + limitMs; ;) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() > endMs) {
      throw new Error(`${what}: not so within ${limitMs} ms${seen ? `; seen last: ${JSON.stringify(seen())}` : ''}`)
    }
    await sleep(LOOK_EVERY_MS)
  }
}
