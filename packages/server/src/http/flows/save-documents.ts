// Saving from the API: one document, or many that a namespace is to be made of. All are judged before the first is saved.
import { splitDocuments, type Flow } from '@batuta/core'
import { deleteFlow, judgeFlow, reviseFlow, saveFlow, withTaskFiles } from '../../flows/save-flow.ts'
import type { FlowKey, FlowRow } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { mapInTurns } from '../map-in-turns.ts'
import { RequestError, notFound, unprocessable } from '../request-error.ts'
import { refuseFailing } from '../tests/required-suites.ts'
import { invalidFlow } from './report-flow.ts'

const DOCUMENTS_MAX = 5_000

export async function createFlow(source: string, dependencies: HttpDependencies): Promise<FlowRow> {
  const { flows, saveWorld } = dependencies
  const flow = await readFlow(source, dependencies)
  if (flows.newest(keyOf(flow, dependencies))) {
    throw unprocessable(
      'flow-exists',
      `Invalid entity: flow.id: Flow id already exists: "${flow.namespace}.${flow.id}"`,
      [{ path: 'flow.id', message: 'Flow id already exists' }],
    )
  }
  await refuseFailing({ source, flow }, dependencies)
  return await saveFlow(source, flow, saveWorld)
}

/** `basedOn`: the revisions that the request names, one of which must be the newest; without them whatever is there is followed. */
export async function updateFlow(
  source: string,
  { basedOn, ...key }: FlowKey & { readonly basedOn?: readonly number[] | undefined },
  dependencies: HttpDependencies,
): Promise<FlowRow> {
  const { flows, saveWorld, store } = dependencies
  if (!flows.newest(key)) throw notFound(`The flow "${key.namespace}.${key.flowId}"`)
  const flow = await readFlow(source, dependencies)
  if (flow.id !== key.flowId) throw mismatch('id', flow.id, key.flowId)
  if (flow.namespace !== key.namespace) throw mismatch('namespace', flow.namespace, key.namespace)
  await refuseFailing({ source, flow }, dependencies)
  if (basedOn === undefined) return await saveFlow(source, flow, saveWorld)
  const newest = await store.read.findFlow(key)
  if (!newest) throw notFound(`The flow "${key.namespace}.${key.flowId}"`)
  const follows = basedOn.find(revision => revision === newest.revision) ?? basedOn[0] ?? 0
  const row = await reviseFlow({ source, flow, follows }, saveWorld)
  if (row) return row
  throw outdated(follows, (await store.read.findFlow(key)) ?? newest)
}

/** Whoever is refused is given what came in between, so that it can be merged without asking again. */
function outdated(follows: number, { namespace, flowId, revision, source, nowMs }: FlowRow): RequestError {
  const message = `The flow "${namespace}.${flowId}" is at revision ${revision} by now; what was sent is based on revision ${follows}: merge both and save again.`
  const newest = { namespace, id: flowId, revision, source, updated: new Date(nowMs).toISOString() }
  return new RequestError(412, 'revision-outdated', message, { fields: { newest } })
}

export interface ManyOptions {
  /** Flows of these namespaces that are not among the documents are deleted. */
  readonly isDeleting: boolean
  /** All documents must be of it. */
  readonly namespace?: string
  /** Documents of other namespaces are moved into it. */
  readonly isOverriding?: boolean
  readonly isWithChildren?: boolean
}

interface Judged {
  readonly source: string
  readonly flow: Flow
}

export async function saveMany(
  body: string,
  options: ManyOptions,
  dependencies: HttpDependencies,
): Promise<readonly FlowRow[]> {
  const { namespace, isDeleting } = options
  // The line that parts two documents belongs to neither of them.
  const documents = splitDocuments(body).map(source => source.replace(/^\r?\n/, ''))
  if (documents.length > DOCUMENTS_MAX)
    throw unprocessable(
      'too-many-documents',
      `There are ${documents.length} documents; at most ${DOCUMENTS_MAX} are taken.`,
    )
  const sources =
    options.isOverriding && namespace !== undefined ? documents.map(source => moveTo(source, namespace)) : documents
  const judge = async (source: string): Promise<Judged> => ({ source, flow: await readFlow(source, dependencies) })
  const judged = await mapInTurns(sources, judge, dependencies.platform)
  for (const { flow } of judged) refuseForeign(flow, options)
  const named = new Set(judged.map(({ flow }) => `${flow.namespace}.${flow.id}`))
  if (named.size < judged.length)
    throw unprocessable('flow-twice', 'Invalid entity: flow.id: a flow occurs twice among the documents.')
  for (const each of judged) await refuseFailing(each, dependencies)
  const saved: FlowRow[] = []
  for (const { source, flow } of judged) saved.push(await saveFlow(source, flow, dependencies.saveWorld))
  if (isDeleting) {
    const namespaces = new Set(namespace === undefined ? judged.map(({ flow }) => flow.namespace) : [namespace])
    await deleteOthers(namespaces, named, dependencies)
  }
  return saved
}

async function deleteOthers(
  namespaces: ReadonlySet<string>,
  kept: ReadonlySet<string>,
  { flows, saveWorld }: HttpDependencies,
): Promise<void> {
  const superfluous = [...flows.all()].filter(
    entry => namespaces.has(entry.namespace) && !kept.has(`${entry.namespace}.${entry.flowId}`),
  )
  for (const { tenant, namespace, flowId } of superfluous) await deleteFlow({ tenant, namespace, flowId }, saveWorld)
}

async function readFlow(source: string, { saveWorld }: HttpDependencies): Promise<Flow> {
  const { flow, diagnostics } = judgeFlow(source, await withTaskFiles(source, saveWorld))
  if (!flow) throw invalidFlow(diagnostics)
  return flow
}

function refuseForeign(flow: Flow, { namespace, isWithChildren = false }: ManyOptions): void {
  if (namespace === undefined || flow.namespace === namespace) return
  if (isWithChildren && flow.namespace.startsWith(`${namespace}.`)) return
  throw mismatch('namespace', flow.namespace, namespace)
}

function mismatch(field: 'id' | 'namespace', given: string, wanted: string): Error {
  const message = `The ${field} of the flow is "${given}", the address says "${wanted}".`
  return unprocessable('flow-mismatch', `Invalid entity: flow.${field}: ${message}`, [
    { path: `flow.${field}`, message },
  ])
}

const NAMESPACE_LINE = /^namespace[ \t]*:.*$/m

function moveTo(source: string, namespace: string): string {
  return NAMESPACE_LINE.test(source)
    ? source.replace(NAMESPACE_LINE, `namespace: ${namespace}`)
    : `namespace: ${namespace}\n${source}`
}

function keyOf(flow: Flow, { config }: HttpDependencies): FlowKey {
  return { tenant: config.tenant, namespace: flow.namespace, flowId: flow.id }
}
