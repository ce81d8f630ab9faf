// The flows that come with the program, read when they are first asked for. A comment in the first line is the title.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { walkFlow, type Flow } from '@batuta/core'
import { judgeFlow } from '../../flows/save-flow.ts'
import type { HttpDependencies } from '../dependencies.ts'

export interface Blueprint {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly includedTasks: readonly string[]
  readonly tags: readonly string[]
  readonly kind: 'flow'
  readonly source: string
  readonly flow: Flow
}

const EXTENSION = '.yaml'
/** The order of the cards of the welcome page; others follow by name. */
const FIRST: readonly string[] = ['hello-parallel', 'read-shape-report', 'approve-by-a-human', 'fail-and-fix']

export function readBlueprints(
  folders: readonly string[],
  { saveWorld }: Pick<HttpDependencies, 'saveWorld'>,
): readonly Blueprint[] {
  const found = new Map<string, Blueprint>()
  for (const folder of folders.filter(existsSync)) {
    for (const name of readdirSync(folder).filter(file => file.endsWith(EXTENSION))) {
      const id = name.slice(0, -EXTENSION.length)
      const source = readFileSync(join(folder, name), 'utf8')
      const { flow } = judgeFlow(source, saveWorld)
      if (flow) found.set(id, blueprintOf(id, source, flow))
    }
  }
  return [...found.values()].sort((one, other) => placeOf(one) - placeOf(other) || (one.id < other.id ? -1 : 1))
}

function placeOf({ id }: Blueprint): number {
  const at = FIRST.indexOf(id)
  return at < 0 ? FIRST.length : at
}

function blueprintOf(id: string, source: string, flow: Flow): Blueprint {
  const [first = ''] = source.split('\n', 1)
  return {
    id,
    title: first.startsWith('# ') ? first.slice(2).trim() : titleOf(id),
    description: flow.description?.trim() ?? '',
    includedTasks: typesIn(flow),
    tags: flow.labels.filter(({ key }) => key === 'topic').map(({ value }) => value),
    kind: 'flow',
    source,
    flow,
  }
}

export function typesIn(flow: Flow): readonly string[] {
  const types = new Set<string>()
  for (const { task } of walkFlow(flow)) types.add(task.type)
  return [...types]
}

function titleOf(id: string): string {
  const words = id.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
