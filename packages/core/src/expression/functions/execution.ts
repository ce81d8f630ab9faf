// Functions over the context of an execution: its outputs, states and environment.
import { isInteger, isList, isMap, mapEntries, mapFrom, mapGet } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { plainText } from '../../std/value-text.ts'
import { required, textArgument } from '../arguments.ts'
import type { Args, FunctionDefinition } from '../definition.ts'
import { fail } from '../fault.ts'
import type { Frame } from '../frame.ts'
import { typeName } from '../type-name.ts'

export const EXECUTION_FUNCTIONS: readonly FunctionDefinition[] = [
  {
    name: 'currentEachOutput',
    parameters: ['outputs'],
    onlyDialect: 1,
    reads: ['taskrun', 'parents'],
    call: currentEachOutput,
  },
  {
    name: 'iterationOutput',
    parameters: ['taskId', 'iteration'],
    onlyDialect: 1,
    reads: ['taskrun', 'task', 'outputs'],
    call: iterationOutput,
  },
  { name: 'loopOutputs', parameters: ['outputs', 'name'], call: loopOutputs },
  { name: 'tasksWithState', parameters: ['state'], reads: ['tasks'], call: tasksWithState },
  { name: 'env', parameters: ['name', 'default'], reads: ['envs'], call: env },
]

function fieldOf(value: Value | undefined, name: string): Value {
  return value !== undefined && isMap(value) ? (mapGet(value, name) ?? null) : null
}

/** Follows the values of all ancestors, the outermost first, and then the own one. */
function currentEachOutput([outputs]: Args, { scope }: Frame): Value {
  const start = required(outputs, 'outputs')
  if (!isMap(start)) return fail('TYPE', `\`currentEachOutput\` works on maps, not on ${typeName(start)}`)
  const parents = scope.lookup('parents') ?? null
  const ancestors = isList(parents) ? parents.toReversed().map(parent => fieldOf(parent, 'taskrun')) : []
  let current: Value = start
  for (const run of [...ancestors, scope.lookup('taskrun')]) {
    const value = fieldOf(run, 'value')
    if (value !== null) current = fieldOf(current, plainText(value))
  }
  return current
}

/** The output `value` of another iteration, the one before unless told otherwise. */
function iterationOutput([taskId, iteration]: Args, { scope }: Frame): Value {
  const current = fieldOf(scope.lookup('taskrun'), 'iteration')
  const wanted = iteration ?? (isInteger(current) ? Number(current) - 1 : null)
  if (wanted === null) return fail('ARGUMENT', '`iterationOutput` works inside of iterations only')
  if (!isInteger(wanted)) return fail('ARGUMENT', 'The argument `iteration` has to be an integer')
  const id = plainText(taskId ?? fieldOf(scope.lookup('task'), 'id'))
  const iterations = fieldOf(scope.lookup('outputs'), id)
  const values = isMap(iterations) ? Array.from(mapEntries(iterations), ([, value]) => value) : []
  const found = wanted < 0 ? undefined : values[Number(wanted)]
  return found === undefined
    ? fail('ARGUMENT', `The task \`${id}\` has no iteration ${wanted}`)
    : fieldOf(found, 'value')
}

/** One output of every iteration, null where an iteration has none. */
function loopOutputs([outputs, name]: Args): Value {
  const list = required(outputs, 'outputs')
  const wanted = required(name, 'name')
  if (!isList(list)) return fail('TYPE', `\`loopOutputs\` works on the list of iterations, not on ${typeName(list)}`)
  if (typeof wanted !== 'string') return fail('TYPE', `The argument \`name\` is a text, not ${typeName(wanted)}`)
  return list.map(iteration => fieldOf(fieldOf(iteration, 'outputs'), wanted))
}

function tasksWithState([state]: Args, { scope }: Frame): Value {
  const wanted = textArgument(state, 'state').toUpperCase()
  const tasks = scope.lookup('tasks') ?? null
  if (!isMap(tasks)) return []
  const found: Value[] = []
  for (const [taskId, task] of mapEntries(tasks)) {
    const own = fieldOf(task, 'state')
    if (typeof own === 'string') {
      if (own === wanted) found.push(mapFrom([['taskId', taskId], ['state', own]])) // prettier-ignore
      continue
    }
    for (const [value, iteration] of isMap(task) ? mapEntries(task) : []) {
      const inner = fieldOf(iteration, 'state')
      if (inner === wanted) found.push(mapFrom([['taskId', taskId], ['state', inner], ['value', value]])) // prettier-ignore
    }
  }
  return found
}

function env([name, fallback]: Args, { scope }: Frame): Value {
  const value = fieldOf(scope.lookup('envs'), textArgument(name, 'name'))
  return value === null || value === '' ? (fallback ?? null) : value
}
