// Tasks as tools: what the author has left open with `...` the model fills in.
import {
  TaskError,
  endingOf,
  fromPlain,
  isList,
  isMap,
  mapEntries,
  mapFrom,
  mapGet,
  printValue,
  type RunContext,
  type Value,
  type ValueMap,
} from '@batuta/plugin-sdk'
import type { Tool } from './tool.ts'

const OPEN = '...'
const COMMON: ReadonlySet<string> = new Set(['id', 'type', 'description'])

export function taskTools(ctx: RunContext, written: Value): readonly Tool[] {
  if (!isList(written)) throw new TaskError('"tasks" of the tool must be a list of tasks')
  return [...written].map(task => {
    if (typeof task !== 'object' || task === null || !isMap(task))
      throw new TaskError('a task must be a map with a type')
    return taskTool(ctx, task)
  })
}

function taskTool(ctx: RunContext, task: ValueMap): Tool {
  const type = printValue(mapGet(task, 'type') ?? '')
  const own = [...mapEntries(task)].filter(([name]) => !COMMON.has(name))
  const open = own.filter(([, value]) => value === OPEN).map(([name]) => name)
  const simple = type.slice(type.lastIndexOf('.') + 1)
  const id = printValue(mapGet(task, 'id') ?? simple)
  return {
    spec: {
      name: `kestra_task_${id}`.replace(/[^\w-]/g, '_').slice(0, 64),
      description: printValue(mapGet(task, 'description') ?? `Runs the task ${type}.`),
      parameters: {
        type: 'object',
        properties: Object.fromEntries(open.map(name => [name, { description: `The property ${name} of ${type}.` }])),
        required: open,
      },
    },
    use: async given => {
      // What the author has written stays: the model fills in, it does not change. Nor does it write templates.
      const filled = open.map((name): [string, Value] => [name, literal(fromPlain(given[name]))])
      const properties = mapFrom([...own.filter(([name]) => !open.includes(name)), ...filled])
      const { outputs } = endingOf(await ctx.runTask(type, properties))
      return JSON.stringify(outputs)
    },
  }
}

/** Words of a model are rendered by the task, and must not reach secrets by it. */
function literal(value: Value): Value {
  if (typeof value === 'string')
    return value.includes('{{') || value.includes('{%')
      ? `{% raw %}${value.replaceAll('endraw', 'end raw')}{% endraw %}`
      : value
  if (value === null || typeof value !== 'object') return value
  if (isList(value)) return [...value].map(literal)
  return isMap(value) ? mapFrom([...mapEntries(value)].map(([key, item]) => [key, literal(item)])) : value
}
