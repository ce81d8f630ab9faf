import { ExpressionError } from '../../std/errors.ts'
import { isList, isMap, mapEntries, mapFrom } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import type { Args, FunctionDefinition } from '../definition.ts'
import { Fault, fail } from '../fault.ts'
import type { Frame } from '../frame.ts'

export const RENDER_FUNCTIONS: readonly FunctionDefinition[] = [
  {
    name: 'render',
    parameters: ['toRender', 'recursive'],
    reads: 'everything',
    call: ([toRender, recursive], frame) => render(toRender, recursive ?? true, frame),
  },
  {
    name: 'renderOnce',
    parameters: ['toRender'],
    reads: 'everything',
    call: ([toRender], frame) => render(toRender, false, frame),
  },
  { name: 'printContext', parameters: [], reads: 'everything', call: (_args: Args, frame) => visibleContext(frame) },
  { name: 'fetchContext', parameters: [], reads: 'everything', call: (_args: Args, frame) => visibleContext(frame) },
  {
    name: 'parent',
    parameters: [],
    call: () => fail('TYPE', '`parent` has no parent block: templates do not inherit from one another'),
  },
]

function render(toRender: Value | undefined, recursive: Value, frame: Frame): Value {
  if (toRender === undefined) return fail('ARGUMENT', 'The argument `toRender` is missing')
  if (typeof recursive !== 'boolean') return fail('TYPE', 'The argument `recursive` has to be a boolean')
  return renderValue(toRender, recursive, frame)
}

function renderValue(value: Value, isRecursive: boolean, frame: Frame): Value {
  if (typeof value === 'string') return renderText(value, isRecursive, frame)
  if (!isList(value) && !isMap(value)) return value
  frame.fuel.spend(1)
  if (isList(value)) return value.map(item => renderValue(item, isRecursive, frame))
  const seen = new Map<string, Value>()
  for (const [key, item] of mapEntries(value)) {
    const name = renderText(key, false, frame)
    if (!seen.has(name)) seen.set(name, renderValue(item, isRecursive, frame))
  }
  return mapFrom(seen)
}

/** What is missing inside of the text is not missing here: `??` around the call does not absorb it. */
function renderText(text: string, isRecursive: boolean, frame: Frame): string {
  try {
    return frame.program.renderText(text, frame, isRecursive)
  } catch (cause) {
    if (!(cause instanceof ExpressionError)) throw cause
    const kind = cause.kind === 'UNDEFINED' ? 'TYPE' : cause.kind
    throw new Fault(kind, `In the rendered text: ${cause.reason} at line ${cause.line}`, { cause })
  }
}

function visibleContext({ scope, locals, isIsolated }: Frame): Value {
  const names = isIsolated ? [] : [...(scope.names?.() ?? [])]
  const entries = names.map(name => [name, scope.lookup(name) ?? null] as const)
  return mapFrom([...entries, ...(locals?.entries() ?? [])])
}
