// Plugin defaults of namespaces and of the configuration reach flows that were saved before they changed: a flow says which defaults it was made with,
// and is made again from its source where these are others now. What its tasks are must stay the same, for executions name them by their place; where
// defaults would change that, the flow stays as it was saved until it is saved again.
import { createHash } from 'node:crypto'
import {
  compilePlan,
  decodeValue,
  encodeValue,
  parseFlow,
  trust,
  type Catalogue,
  type Dialect,
  type Flow,
  type Plan,
  type PluginDefault,
  type Value,
} from '@batuta/core'
import type { FlowRow } from '../storage/store.ts'

export interface DefaultsWorld {
  readonly catalogue: Catalogue
  readonly globalDefaults: readonly PluginDefault[]
  namespaceDefaults?(namespace: string): readonly PluginDefault[]
  readonly dialect?: Dialect
}

export interface FreshDefaults {
  /** The parsed flow of a row, with the defaults that hold now. */
  fresh(row: Pick<FlowRow, 'tenant' | 'namespace' | 'flowId' | 'revision' | 'source' | 'parsed'>): string
  /** Defaults of namespaces have changed. */
  forget(): void
}

type Notice = (message: string) => void

/** As it is kept: which defaults it was made with stands first, where it is found without reading the rest. */
export function keptFlow(flow: Flow, world: Omit<DefaultsWorld, 'catalogue'>): string {
  const mark = markOf(flow.namespace, world)
  return encodeValue(trust<Value>(mark === NONE ? flow : { madeWith: mark, ...flow }))
}

/** Whether triggers of a flow read otherwise than before. */
export function haveOtherTriggers(before: string, now: string): boolean {
  const triggersOf = (parsed: string): string => encodeValue(trust<Value>(trust<Flow>(decodeValue(parsed)).triggers))
  return before !== now && triggersOf(before) !== triggersOf(now)
}

export function newFreshDefaults(world: DefaultsWorld, onNotice: Notice): FreshDefaults {
  const marks = new Map<string, string>()
  const markNow = (namespace: string): string => {
    const known = marks.get(namespace) ?? markOf(namespace, world)
    marks.set(namespace, known)
    return known
  }
  return {
    fresh: row => {
      const mark = markNow(row.namespace)
      if (row.source === '' || markIn(row.parsed) === mark) return row.parsed
      const flow = remade(row, world)
      if (flow !== undefined) return keptFlow(flow, world)
      const name = `${row.namespace}.${row.flowId}`
      onNotice(
        `the plugin defaults that hold now do not fit the flow "${name}": it stays as it was saved, save it again`,
      )
      return row.parsed
    },
    forget: () => marks.clear(),
  }
}

const NONE = ''
const MARK = /^\{"madeWith":"([0-9a-f]*)"/
const MARK_CHARS = 16

function markOf(namespace: string, { globalDefaults, namespaceDefaults }: Omit<DefaultsWorld, 'catalogue'>): string {
  const levels = [namespaceDefaults?.(namespace) ?? [], globalDefaults]
  if (levels.every(level => level.length === 0)) return NONE
  return createHash('sha256')
    .update(encodeValue(trust<Value>(levels)))
    .digest('hex')
    .slice(0, MARK_CHARS)
}

function markIn(parsed: string): string {
  return MARK.exec(parsed)?.[1] ?? NONE
}

function remade(
  { source, parsed, tenant, revision }: Parameters<FreshDefaults['fresh']>[0],
  world: DefaultsWorld,
): Flow | undefined {
  const { flow } = parseFlow(source, world)
  const saved = trust<Flow>(decodeValue(parsed))
  if (!flow || flow.dialect !== saved.dialect) return undefined
  // Some are not written in the source: a file of flows may leave the namespace to its folder.
  const own: Flow = { ...flow, id: saved.id, namespace: saved.namespace, disabled: saved.disabled }
  const shape = (of: Flow): string => shapeOf(compilePlan(of, { tenant, revision }))
  return shape(own) === shape(saved) ? own : undefined
}

/** What executions hold on to. */
function shapeOf({ root, tasks }: Plan): string {
  const plain = (_key: string, value: unknown): unknown => (value instanceof Map ? [...value] : value)
  return JSON.stringify([root, tasks.map(({ id, type, parent, lists }) => [id, type, parent, lists])], plain)
}
