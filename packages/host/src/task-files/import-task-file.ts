// The definition in a file of a namespace, and where in it something is wrong.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageOf, TaskError } from '@batuta/plugin-sdk'
import type { TaskDefinition } from '@batuta/plugin-sdk'
import { lendPackages } from '../lend-packages.ts'

export interface TaskFilePlace {
  readonly folder: string
  /** Below the folder. */
  readonly path: string
}

const MESSAGE_CHARS_MAX = 300
/** How much of the code Node shows above the mark. */
const SHOWN_LINES_MAX = 20

/** @throws {TaskError} that says what is wrong, and in which line. */
export async function importTaskFile({ folder, path }: TaskFilePlace): Promise<TaskDefinition> {
  lendPackages(folder)
  let module: Readonly<Record<string, unknown>>
  try {
    module = await import(pathToFileURL(join(folder, path)).href)
  } catch (error) {
    throw new TaskError(placedMessage(error, { folder, path }))
  }
  const { default: exported } = module
  if (isTask(exported)) return exported
  throw new TaskError(
    exported === undefined
      ? `${path} has no default export: write \`export default defineTaskFile({ title, properties, run })\``
      : `the default export of ${path} is no task: make it with \`defineTaskFile\` of @batuta/plugin-sdk`,
  )
}

function isTask(value: unknown): value is TaskDefinition {
  if (typeof value !== 'object' || value === null) return false
  return 'kind' in value && value.kind === 'task' && 'run' in value && typeof value.run === 'function'
}

/** Node says the place of a mistake of syntax above its stack, that of any other in it. */
export function placedMessage(error: unknown, { folder, path }: TaskFilePlace): string {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const prefix = `${pathToFileURL(folder).href}/`
  const message = messageOf(error).slice(0, MESSAGE_CHARS_MAX)
  if (stack.startsWith(prefix)) {
    const [head = '', ...lines] = stack.split('\n', SHOWN_LINES_MAX)
    const column = lines.find(line => /^\s*\^+$/.test(line))?.indexOf('^') ?? -1
    return `${head.slice(prefix.length)}${column < 0 ? '' : `:${column + 1}`}: ${message}`
  }
  const at = stack.indexOf(prefix)
  const place = at < 0 ? undefined : /^[^\s()]+?:\d+:\d+/.exec(stack.slice(at + prefix.length))?.[0]
  return `${place ?? path}: ${message}`
}
