// Which workers a job is for: `workerGroup` (1.x) or `workerSelector` (2.0) of the task, or else of the flow. A job waits in a queue whose name
// says all of it, so that workers and engines need nothing else to know whom it is for.
import type { Flow, Task } from '../flow/flow.ts'
import { mapGet, type Value, type ValueMap } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'
import { compileProperty, type Property } from './property.ts'
import { readProperty, type Renderer } from './renderer.ts'
import type { TaskRun } from './state.ts'

/** What becomes of a job when no worker that it is for is there. */
export type Fallback = 'WAIT' | 'FAIL' | 'CANCEL' | 'IGNORE'

/** Whom the jobs of a queue are for. */
export interface Queue {
  readonly group: string | undefined
  readonly tags: readonly string[]
  readonly isAnyTag: boolean
  readonly fallback: Fallback
}

/** A placement whose key or tags are still to be rendered. */
export interface Placement {
  readonly key: Property | undefined
  readonly tags: Property | undefined
  readonly isAnyTag: boolean
  readonly fallback: Fallback
}

export const DEFAULT_QUEUE = 'default'
const FALLBACKS: readonly Fallback[] = ['WAIT', 'FAIL', 'CANCEL', 'IGNORE']

export function compilePlacement(task: Task, flow: Flow): Placement | undefined {
  const own = task.workerSelector ?? task.workerGroup
  const map = own ?? flow.workerSelector ?? flow.workerGroup
  if (map === undefined) return undefined
  const compile = (name: string): Property | undefined => {
    const raw = mapGet(map, name)
    return raw === undefined || raw === null ? undefined : compileProperty(`worker.${name}`, raw, flow.dialect)
  }
  return {
    key: compile('key'),
    tags: compile('tags'),
    isAnyTag: textOf(map, 'match') === 'ANY',
    fallback: fallbackOf(map),
  }
}

/** The name of the queue that a job with this placement waits in. */
export function queueOf(placement: Placement, run: TaskRun, { scope }: Renderer): string {
  const { evaluated } = run
  const { key, tags, isAnyTag, fallback } = placement
  const group = key && printValue(readProperty(key, { scope, how: 'text', evaluated }))
  const wanted = tags ? tagsOf(readProperty(tags, { scope, how: 'value', evaluated })) : []
  return encodeQueue({ group: group === '' ? undefined : group, tags: wanted, isAnyTag, fallback })
}

const PIN = '@'

/** The queue of jobs that only this node can do. */
export function pinnedQueue(node: string): string {
  return `${PIN}${node}`
}

/** The node that a queue is for; undefined for one that is for several. */
export function nodeOfQueue(name: string): string | undefined {
  return name.startsWith(PIN) ? name.slice(PIN.length) : undefined
}

export function encodeQueue({ group, tags, isAnyTag, fallback }: Queue): string {
  if (group === undefined && tags.length === 0) return DEFAULT_QUEUE
  return JSON.stringify([group ?? null, [...tags].sort(), isAnyTag ? 'ANY' : 'ALL', fallback])
}

export function decodeQueue(name: string): Queue {
  const parts: unknown = name.startsWith('[') ? JSON.parse(name) : []
  const [group, tags, match, fallback] = Array.isArray(parts) ? parts : []
  return {
    group: typeof group === 'string' ? group : undefined,
    tags: Array.isArray(tags) ? tags.map(String) : [],
    isAnyTag: match === 'ANY',
    fallback: FALLBACKS.find(known => known === fallback) ?? 'WAIT',
  }
}

function tagsOf(value: Value): readonly string[] {
  if (value === null || value === '') return []
  return Array.isArray(value)
    ? value.map(printValue)
    : printValue(value)
        .split(',')
        .map(tag => tag.trim())
}

function textOf(map: ValueMap, name: string): string | undefined {
  const value = mapGet(map, name)
  return typeof value === 'string' ? value.toUpperCase() : undefined
}

function fallbackOf(map: ValueMap): Fallback {
  const given = textOf(map, 'fallback')
  return FALLBACKS.find(known => known === given) ?? 'WAIT'
}
