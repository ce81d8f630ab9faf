import { mapFrom } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { encodeValue } from '../std/value-json.ts'

/** A question to the world: a secret, a key-value pair, a file, an HTTP response. */
export interface Request {
  /** The function's name in the language, `secret` for instance. */
  readonly name: string
  /** The arguments that were given, by parameter name. */
  readonly args: ValueMap
  /** The same request always has the same key. */
  readonly key: string
}

/** Thrown out of an evaluation whose scope has no answer to a request yet. Nothing in the language absorbs it. */
export class Asked extends Error {
  override readonly name = 'Asked'
  readonly request: Request

  constructor(request: Request) {
    super(`the expression needs an answer to ${request.name}`)
    this.request = request
  }
}

export function makeRequest(
  name: string,
  parameters: readonly string[],
  args: readonly (Value | undefined)[],
): Request {
  const given: [string, Value][] = []
  parameters.forEach((parameter, index) => {
    const arg = args[index]
    if (arg !== undefined) given.push([parameter, arg])
  })
  const byName = mapFrom(given)
  return { name, args: byName, key: `${name} ${encodeValue(byName)}` }
}
