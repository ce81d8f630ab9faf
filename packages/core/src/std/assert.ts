/** A broken promise of our own code: loud, and never caught to go on. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** On the way of every turn it is `if (…) throw new AssertionError(…)` instead: a message with parts is put together whether or not it is needed. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** Ends a switch over a union: the compiler finds the forgotten case, the run time finds the value no type allowed. */
export function unreachable(value: never): never {
  throw new AssertionError(`unexpected value ${String(value)}`)
}
