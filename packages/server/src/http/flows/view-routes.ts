// Flows looked at from aside: as graphs, by their parts, by what stands in their sources.
import { decodeValue, flowGraph, trust, type Flow } from '@batuta/core'
import { judgeFlow } from '../../flows/save-flow.ts'
import type { FlowEntry, HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { mapInTurns } from '../map-in-turns.ts'
import { json, jsonText, pageText } from '../reply.ts'
import { notFound } from '../request-error.ts'
import { expressionContext } from './expression-context.ts'
import { flowTopology, nodeOf, plainNode, type FlowNode } from './flow-topology.ts'
import { presentFlow } from './present-flow.ts'
import { invalidFlow, reportFlow } from './report-flow.ts'
import { findRow } from './find-row.ts'
import { findFlows, flowSearchOf } from './search-flows.ts'

type View =
  | 'expressions'
  | 'graphOfSource'
  | 'graph'
  | 'dependencies'
  | 'dependenciesOfNamespace'
  | 'searchSource'
  | 'deprecated'
  | 'validateTask'
  | 'validateTrigger'

export function viewHandlers(dependencies: HttpDependencies): Pick<Handlers<'flows'>, View> {
  const { flows, config, store, saveWorld, platform } = dependencies
  const { tenant } = config
  return {
    graphOfSource: ({ body }) => {
      const { flow, diagnostics } = judgeFlow(body, saveWorld)
      if (!flow) throw invalidFlow(diagnostics)
      return json(flowGraph(flow))
    },
    expressions: async ({ body, query }) => jsonText(await expressionContext(body, query.taskId, dependencies)),
    graph: async ({ params: { namespace, id }, query }) => {
      const key = { tenant, namespace, flowId: id }
      const row = await findRow(key, query.revision, { dependencies, isWithDeleted: false })
      return json(flowGraph(parsedOf(row)))
    },
    dependencies: async ({ params: { namespace, id }, query }) => {
      if (!flows.newest({ tenant, namespace, flowId: id })) throw notFound(`The flow "${namespace}.${id}"`)
      return json(
        flowTopology(await readNodes(dependencies), {
          ...query,
          isStart: flow => flow.namespace === namespace && flow.id === id,
        }),
      )
    },
    dependenciesOfNamespace: async ({ params: { namespace }, query }) => {
      const isWithin = (flow: { readonly namespace: string }): boolean =>
        flow.namespace === namespace || flow.namespace.startsWith(`${namespace}.`)
      return json(flowTopology(await readNodes(dependencies), { ...query, isStart: isWithin }))
    },
    searchSource: async ({ query: { q = '', namespace, page = 1, size = 10, sort }, dialect }) => {
      const entries = findFlows(flowSearchOf(namespace === undefined ? {} : { namespace }, []), dependencies, sort)
      const hits = await mapInTurns(
        entries,
        async ({ namespace: of, flowId }) => {
          const row = await store.read.findFlow({ tenant, namespace: of, flowId })
          const fragments = row && q !== '' ? fragmentsOf(row.source, q) : []
          return row && (q === '' || fragments.length > 0) ? { row, fragments } : undefined
        },
        platform,
      )
      const found = hits.filter(hit => hit !== undefined)
      const shown = found.slice((page - 1) * size, page * size).map(({ row, fragments }) => {
        return `{"model":${presentFlow(row, { dialect })},"fragments":${JSON.stringify(fragments)}}`
      })
      return pageText(shown, found.length)
    },
    deprecated: async ({ query: { namespace } }) => {
      const entries = findFlows(flowSearchOf(namespace === undefined ? {} : { namespace }, []), dependencies)
      const judged = await mapInTurns(
        entries,
        async key => {
          const row = await store.read.findFlow({ tenant, namespace: key.namespace, flowId: key.flowId })
          const found = row ? judgeFlow(row.source, saveWorld).diagnostics : []
          return { key, paths: found.filter(({ severity }) => severity === 'deprecation').map(({ path }) => path) }
        },
        platform,
      )
      return json(
        judged.flatMap(({ key, paths }) =>
          paths.length === 0 ? [] : [{ id: key.flowId, namespace: key.namespace, deprecationPaths: paths }],
        ),
      )
    },
    validateTask: ({ body, query }) =>
      json(reportPart(body, query.section === 'TRIGGERS' ? 'triggers' : 'tasks', dependencies)),
    validateTrigger: ({ body }) => json(reportPart(body, 'triggers', dependencies)),
  }
}

/** What flows name is read once for each revision. */
const nodes = new WeakMap<FlowEntry, FlowNode>()

export async function readNodes({ flows, platform }: HttpDependencies): Promise<readonly FlowNode[]> {
  const all = [...flows.all()]
  const unread = all.filter(entry => !nodes.has(entry))
  for (const entry of unread) if (!isNaming(entry)) nodes.set(entry, plainNode(entry))
  await mapInTurns(unread.filter(isNaming), entry => void nodes.set(entry, nodeOf(parsedOf(entry))), platform)
  return all.flatMap(entry => nodes.get(entry) ?? [])
}

/** Whoever names another flow, in a task or in a trigger, names its id: most flows do not, and are not read for it. */
function isNaming({ parsed }: FlowEntry): boolean {
  return parsed.includes('"flowId"')
}

function parsedOf({ parsed }: Pick<FlowEntry, 'parsed'>): Flow {
  return trust<Flow>(decodeValue(parsed))
}

const FRAGMENTS_MAX = 20

/** The lines that hold the text, each hit between marks. */
function fragmentsOf(source: string, q: string): readonly string[] {
  const wanted = q.toLowerCase()
  const fragments: string[] = []
  for (const line of source.split('\n')) {
    const at = line.toLowerCase().indexOf(wanted)
    if (at < 0) continue
    fragments.push(`${line.slice(0, at)}[mark]${line.slice(at, at + q.length)}[/mark]${line.slice(at + q.length)}`)
    if (fragments.length >= FRAGMENTS_MAX) break
  }
  return fragments
}

const HEAD = 'id: part\nnamespace: part\n'
const ANY_TASK = 'tasks:\n  - { id: part-of-nothing, type: io.kestra.plugin.core.debug.Return }\n'

/** A part is judged as the only one of a flow; what is said of other places is not about it. */
function reportPart(
  part: string,
  section: 'tasks' | 'triggers',
  { saveWorld }: HttpDependencies,
): Readonly<Record<string, unknown>> {
  const indented = part
    .split('\n')
    .map(line => `    ${line}`)
    .join('\n')
  const source = `${HEAD}${section === 'triggers' ? ANY_TASK : ''}${section}:\n  -\n${indented}\n`
  const prefix = `${section}[0]`
  const own = judgeFlow(source, saveWorld).diagnostics.flatMap(({ line: _line, column: _column, ...diagnostic }) => {
    if (diagnostic.severity !== 'error' && !diagnostic.path.startsWith(prefix)) return []
    return [{ ...diagnostic, path: diagnostic.path.replace(prefix, '').replace(/^\./, '') }]
  })
  const { flow: _flow, namespace: _namespace, ...report } = reportFlow(source, 0, { diagnostics: own })
  return report
}
