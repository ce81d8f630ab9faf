// An OpenAPI document in parts, with values in it that lead somewhere: of a tenant or a namespace that chance makes up nothing is there, and no call would
// get behind the first question.
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Description>>>>
}

export interface Description {
  readonly parameters?: readonly Parameter[]
}

export interface Parameter {
  readonly name?: string
  readonly in?: string
  readonly schema?: object
}

export interface Operation {
  readonly path: string
  readonly method: string
  readonly description: Description
}

export interface CutOptions {
  readonly seed: number
  /** Operations in a part. */
  readonly size: number
  /** What is there, by the name of the parameter. */
  readonly values: Readonly<Record<string, string>>
}

/** Maintenance would refuse what comes after it; a stream of events has no end. */
const LEFT_OUT = /maintenance|follow|\/events|\/live/

export function isReached({ path }: Operation): boolean {
  return !LEFT_OUT.test(path)
}

export function operationsOf({ paths }: ApiDocument): readonly Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, description]) => ({ path, method, description })),
  )
}

export interface Part {
  readonly document: ApiDocument
  readonly operations: number
}

export function cutDocument(
  document: ApiDocument,
  operations: readonly Operation[],
  { seed, size, values }: CutOptions,
): readonly Part[] {
  const mixed = mix(operations, seed)
  const parts: Part[] = []
  for (let from = 0; from < mixed.length; from += size) {
    const some = mixed.slice(from, from + size)
    const paths: Record<string, Record<string, Description>> = {}
    for (const { path, method, description } of some)
      (paths[path.replace('{tenant}', values['tenant'] ?? '')] ??= {})[method] = settled(description, values)
    parts.push({ document: { ...document, paths }, operations: some.length })
  }
  return parts
}

/** Every second value is one that is there. */
function settled(description: Description, values: CutOptions['values']): Description {
  const parameters = (description.parameters ?? []).flatMap(parameter => {
    const { name = '', schema } = parameter
    if (parameter.in !== 'path') return [parameter]
    if (name === 'tenant') return []
    const value = values[name]
    return value === undefined ? [parameter] : [{ ...parameter, schema: { anyOf: [{ const: value }, schema ?? {}] } }]
  })
  return { ...description, parameters }
}

/** In an order of chance, the same for a seed. */
function mix<Item>(items: readonly Item[], seed: number): readonly Item[] {
  const mixed = [...items]
  let state = seed >>> 0
  for (let at = mixed.length - 1; at > 0; at--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const other = state % (at + 1)
    const [left, right] = [mixed[at], mixed[other]]
    if (left !== undefined && right !== undefined) [mixed[at], mixed[other]] = [right, left]
  }
  return mixed
}
