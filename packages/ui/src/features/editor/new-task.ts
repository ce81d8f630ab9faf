// The text of a task of some type, with what it cannot do without.
import type { TypeDescription } from './language/language-messages.ts'
import { freshId } from './yaml/edit-yaml.ts'

const GROUPS: Readonly<Record<string, string>> = {
  'flow.Parallel': 'tasks',
  'flow.Sequential': 'tasks',
  'flow.ForEach': 'tasks',
  'flow.If': 'then',
}

export function newTask(type: string, description: TypeDescription | undefined, takenIds: ReadonlySet<string>): string {
  const simple = type.slice(type.lastIndexOf('.') + 1)
  const id = freshId(snakeCase(simple), takenIds)
  const required = (description?.properties ?? []).filter(({ name, isRequired }) => isRequired && !isTaskList(name))
  const lines = required.map(({ name, type: kind }) => `${name}: ${placeholderOf(kind)}`)
  const list = Object.entries(GROUPS).find(([name]) => type.endsWith(`.core.${name}`))?.[1]
  const inner =
    list === undefined
      ? []
      : [
          `${list}:`,
          `  - id: ${freshId('log', takenIds)}`,
          '    type: io.kestra.plugin.core.log.Log',
          '    message: "hello"',
        ]
  return [`id: ${id}`, `type: ${type}`, ...lines, ...inner].join('\n')
}

function isTaskList(name: string): boolean {
  return ['tasks', 'then', 'else', 'cases', 'errors', 'finally'].includes(name)
}

function placeholderOf(kind: string): string {
  if (kind === 'boolean') return 'false'
  if (/^(int|integer|number|long|double|float)/.test(kind)) return '0'
  if (kind.startsWith('enum ')) return kind.slice(5).split('|')[0] ?? '""'
  if (kind.endsWith('[]') || kind.startsWith('list')) return '[]'
  return kind.startsWith('map') || kind.includes('{') ? '{}' : '""'
}

export function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
}
