import type { BatutaError } from '../std/errors.ts'
import type { Value } from '../std/value.ts'
import type { Fuel } from './fuel.ts'

/** All that an evaluation sees of the world outside its template. */
export interface Scope {
  /** The value of a root name such as `outputs`; undefined when there is none. */
  lookup(root: string): Value | undefined
  /** The root names, for `printContext` and for suggestions in error messages. */
  names?(): Iterable<string>
  readonly nowMs: number
  /** In [0, 1); the engine seeds it, so that an evaluation can be repeated. */
  random(): number
  /** The zone of dates without one: `UTC`, `Europe/Paris`, `+02:00`. */
  readonly zone: string
  /** `en-US`, `de` … */
  readonly locale: string
  readonly fuel: Fuel
  /** Some of its values are encrypted: a template that reaches one is rendered where it can be opened. */
  readonly isSealed?: boolean
  /** Opens one that was asked for; the turn forgets it. */
  open?(cipher: string): Value
  /** Some of its values lie in internal storage: a template that reaches one is rendered where it can be loaded. */
  readonly hasStored?: boolean
  /** Answers to requests by their key. What is missing is asked for by throwing `Asked`. */
  readonly answers?: ReadonlyMap<string, Value>
  /** Requests that the world refused, by their key: whoever asks again fails with that. */
  readonly refusals?: ReadonlyMap<string, BatutaError>
}
