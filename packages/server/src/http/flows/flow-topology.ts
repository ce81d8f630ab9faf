// Which flow starts which: by a task that names the other one, or by a trigger that waits for it. What is named by an expression cannot be seen.
import { calledFlows, isList, isMap, mapGet, type Flow, type Value } from '@batuta/core'
import type { FlowKey } from '../../storage/store.ts'

export interface Topology {
  readonly nodes: readonly { readonly uid: string; readonly namespace: string; readonly id: string }[]
  readonly edges: readonly Edge[]
}

export interface Edge {
  readonly source: string
  readonly target: string
  readonly relation: 'FLOW_TASK' | 'FLOW_TRIGGER'
}

/** A flow, and what it names. */
export interface FlowNode {
  readonly uid: string
  readonly namespace: string
  readonly id: string
  readonly edges: readonly Edge[]
}

export interface TopologyWish {
  readonly isStart: (flow: Pick<FlowNode, 'namespace' | 'id'>) => boolean
  /** Only what the flows lead to. */
  readonly destinationOnly?: boolean
  /** Neighbours of neighbours as well. */
  readonly expandAll?: boolean
}

export function nodeOf(flow: Flow): FlowNode {
  return { uid: uidOf(flow), namespace: flow.namespace, id: flow.id, edges: edgesOf(flow) }
}

/** Of a flow that names no other. */
export function plainNode({ namespace, flowId: id }: Pick<FlowKey, 'namespace' | 'flowId'>): FlowNode {
  return { uid: uidOf({ namespace, id }), namespace, id, edges: [] }
}

export function flowTopology(flows: readonly FlowNode[], wish: TopologyWish): Topology {
  const byUid = new Map(flows.map(flow => [flow.uid, flow]))
  const edges = flows.flatMap(flow => flow.edges).filter(({ source, target }) => byUid.has(source) && byUid.has(target))
  const shown = new Set(flows.filter(wish.isStart).map(({ uid }) => uid))
  const kept = new Set<Edge>()
  for (let size = -1; size < kept.size;) {
    size = kept.size
    const from = new Set(shown)
    for (const edge of edges) {
      const isOut = from.has(edge.source)
      const isIn = wish.destinationOnly !== true && from.has(edge.target)
      if (!isOut && !isIn) continue
      kept.add(edge)
      shown.add(edge.source)
      shown.add(edge.target)
    }
    if (wish.expandAll !== true) break
  }
  const nodes = [...shown].flatMap(uid => {
    const flow = byUid.get(uid)
    return flow ? [{ uid, namespace: flow.namespace, id: flow.id }] : []
  })
  return { nodes, edges: [...kept] }
}

export function uidOf({ namespace, id }: { readonly namespace: string; readonly id: string }): string {
  return `${namespace}_${id}`
}

function edgesOf(flow: Flow): readonly Edge[] {
  const own = uidOf(flow)
  const called = new Set(calledFlows(flow).map(uidOf))
  const upstream = new Set(
    flow.triggers
      .filter(({ type }) => type === 'io.kestra.plugin.core.trigger.Flow')
      .flatMap(({ conditions, properties }) => [
        ...conditions.flatMap(namedFlow),
        ...listOf(mapGet(properties, 'dependsOn')).flatMap(namedFlow),
        ...flowsOf(mapGet(properties, 'preconditions')).flatMap(namedFlow),
      ]),
  )
  return [
    ...[...called].map(target => ({ source: own, target, relation: 'FLOW_TASK' as const })),
    ...[...upstream].map(source => ({ source, target: own, relation: 'FLOW_TRIGGER' as const })),
  ]
}

function flowsOf(preconditions: Value | undefined): readonly Value[] {
  return preconditions !== undefined && isMap(preconditions) ? listOf(mapGet(preconditions, 'flows')) : []
}

function listOf(value: Value | undefined): readonly Value[] {
  return value !== undefined && isList(value) ? value : []
}

/** `{namespace, flowId}`, where both are written out. */
function namedFlow(value: Value): readonly string[] {
  if (!isMap(value)) return []
  const namespace = mapGet(value, 'namespace')
  const id = mapGet(value, 'flowId')
  return typeof namespace === 'string' && typeof id === 'string' ? [uidOf({ namespace, id })] : []
}
