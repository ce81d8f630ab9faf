// batuta flow dot FILE and flow graph FLOW: how the tasks of a flow hang together, as DOT for Graphviz or as the document that pages draw.
import { checkFlow, createCatalogue, flowGraph, type FlowGraph, type GraphNode } from '@batuta/core'
import { connect } from '../connect.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import { flowNameOf } from '../flow-name.ts'
import { readFlowSources } from '../flow-sources.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine } from '../print.ts'
import { parseRevision } from '../revision.ts'

/** Needs no server. */
export async function flowDot([file = '']: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const [document] = await readFlowSources([file])
  const { flow, diagnostics } = checkFlow(document?.source ?? '', { catalogue: createCatalogue() })
  if (flow === undefined)
    throw new CommandError(
      EXIT.failed,
      `${file} is no valid flow`,
      diagnostics
        .filter(({ severity }) => severity === 'error')
        .map(({ line = 1, message }) => `${file}:${line}: ${message}`),
    )
  const graph = flowGraph(flow)
  if (options.json) printJson(graph)
  else for (const line of dotOf(graph, flow.id)) printLine(line)
  return EXIT.ok
}

export interface GraphOptions extends GlobalOptions {
  readonly revision?: string
  readonly subflow: readonly string[]
  readonly file?: string
}

export async function flowGraphOf(args: readonly string[], options: GraphOptions): Promise<ExitCode> {
  const { flows } = connect(options)
  const revision = parseRevision(options.revision)
  const query = { ...(options.subflow.length > 0 && { subflows: [...options.subflow] }) }
  const params = flowNameOf(args)
  printJson(await flows.graph({ params, query: { ...query, ...(revision !== undefined && { revision }) } }))
  return EXIT.ok
}

export async function graphOfFile([file]: readonly string[], options: GraphOptions): Promise<ExitCode> {
  const [document] = await readFlowSources([file ?? options.file ?? '-'])
  const query = { ...(options.subflow.length > 0 && { subflows: [...options.subflow] }) }
  printJson(await connect(options).flows.graphOfSource({ body: document?.source ?? '', query }))
  return EXIT.ok
}

function dotOf({ nodes, edges, clusters }: FlowGraph, name: string): readonly string[] {
  const byId = new Map(nodes.map(node => [node.uid, node]))
  /** Each node is drawn in the innermost cluster that holds it. */
  const innermost = new Map<string, string>()
  for (const { cluster, nodes: inside } of [...clusters].sort((a, b) => a.parents.length - b.parents.length))
    for (const uid of inside) innermost.set(uid, cluster.uid)
  const draw = (within: string | undefined, indent: string): readonly string[] => [
    ...[...byId.values()].filter(({ uid }) => innermost.get(uid) === within).map(node => `${indent}${nodeLine(node)}`),
    ...clusters
      .filter(({ parents }) => parents.at(-1) === within)
      .flatMap(({ cluster: { uid, taskNode } }) => [
        `${indent}subgraph ${quoted(`cluster_${uid}`)} {`,
        `${indent}  label=${quoted(taskNode?.task?.id ?? uid)};`,
        ...draw(uid, `${indent}  `),
        `${indent}}`,
      ]),
  ]
  return [
    `digraph ${quoted(name)} {`,
    '  rankdir=LR;',
    '  node [shape=box, fontname="sans-serif"];',
    ...draw(undefined, '  '),
    ...edges.map(({ source, target, relation: { relationType, value } }) => {
      const label = value ?? (relationType === 'SEQUENTIAL' ? '' : relationType)
      return `  ${quoted(source)} -> ${quoted(target)}${label === '' ? '' : ` [label=${quoted(label)}]`};`
    }),
    '}',
  ]
}

function nodeLine({ uid, task, trigger }: GraphNode): string {
  const label = task?.id ?? trigger?.id
  return `${quoted(uid)} [${label === undefined ? 'shape=point' : `label=${quoted(label)}`}];`
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
