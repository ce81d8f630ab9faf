// Kestra's own configuration of a manager, `kestra.secret: {type, <type>: {…}, cache, read-only, isolation}`, as an item of `secrets.managers`.
import { isMap, mapGet, printValue, type Value, type ValueMap } from '@batuta/core'
import { BUILT_IN } from './managers/built-in.ts'

/** Those that Kestra keeps in its own database are what Batuta does anyway. */
const OWN: ReadonlySet<string> = new Set(['jdbc', 'elasticsearch', 'env'])

export interface KestraSecret {
  readonly managers: readonly ValueMap[]
  /** What is configured and cannot be followed. */
  readonly problem?: string
}

export function readKestraSecret(value: Value | undefined): KestraSecret {
  if (value === undefined || value === null || typeof value !== 'object' || !isMap(value)) return { managers: [] }
  const own = (name: string): Value | undefined => mapGet(value, name) ?? mapGet(value, camelOf(name)) ?? undefined
  const type = printValue(own('type') ?? 'env')
  if (OWN.has(type)) return { managers: [] }
  if (!BUILT_IN.has(type))
    return {
      managers: [],
      problem: `the manager of secrets kestra.secret.type "${type}" is not known here: known are ${[...BUILT_IN.keys()].join(', ')}; others come as the module of a plugin (secrets.managers)`,
    }
  const options = own(type)
  const rest: Record<string, Value> = {}
  for (const name of ['cache', 'read-only']) {
    const said = own(name)
    if (said !== undefined) rest[name] = said
  }
  const inner =
    options !== undefined && options !== null && typeof options === 'object' && isMap(options) ? options : {}
  return { managers: [{ ...rest, ...inner, type }] }
}

function camelOf(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
