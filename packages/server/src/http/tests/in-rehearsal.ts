// Suites and tries have an engine of their own each: more of them at a time only wait for one another.
import { RequestError } from '../request-error.ts'

const RUNNING_MAX = 2
const WAITING_MAX = 20

let running = 0
const waiting: (() => void)[] = []

export async function inRehearsal<T>(work: () => Promise<T>): Promise<T> {
  await enter()
  try {
    return await work()
  } finally {
    leave()
  }
}

async function enter(): Promise<void> {
  if (running < RUNNING_MAX) {
    running += 1
    return
  }
  if (waiting.length >= WAITING_MAX)
    throw new RequestError(
      429,
      'too-many-tests',
      `${WAITING_MAX} suites and tries wait to be run already: ask again in a moment.`,
    )
  await new Promise<void>(resolve => waiting.push(resolve))
}

/** The place goes to whoever waits. */
function leave(): void {
  const next = waiting.shift()
  if (next) next()
  else running -= 1
}
