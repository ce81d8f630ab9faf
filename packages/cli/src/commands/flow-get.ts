// Commands that read a flow: its source, its revisions, its parts, whom it belongs together with.
import type { Client, FlowDocument } from '@batuta/api'
import { connect } from '../connect.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import { flowNameOf } from '../flow-name.ts'
import { readFlowSources } from '../flow-sources.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine } from '../print.ts'
import { readPages, type PageOptions } from '../read-pages.ts'
import { parseRevision } from '../revision.ts'
import { field, moment, show, showTable } from '../show.ts'

export interface FlowGetOptions extends GlobalOptions {
  readonly revision?: string
}

/** The source itself, as it could be saved again. */
export async function flowGet(args: readonly string[], options: FlowGetOptions): Promise<ExitCode> {
  const flow = await getFlow(connect(options), args, options.revision)
  return show(options, flow, (flow.source ?? '').replace(/\n$/, ''))
}

async function getFlow(client: Client, args: readonly string[], told: string | undefined): Promise<FlowDocument> {
  const revision = parseRevision(told)
  return await client.flows.get({
    params: flowNameOf(args),
    query: { source: true, ...(revision !== undefined && { revision, allowDeleted: true }) },
  })
}

export async function flowRevisions(args: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const revisions = await connect(options).flows.revisions({ params: flowNameOf(args) })
  return showTable(options, revisions, [
    ['REVISION', flow => String(flow.revision)],
    ['UPDATED', flow => moment(field(flow, 'updated'))],
    ['DELETED', flow => field(flow, 'deleted')],
  ])
}

export interface DeleteRevisionsOptions extends GlobalOptions {
  readonly revision: readonly string[]
  readonly beforeRevision?: string
}

export async function flowDeleteRevisions(args: readonly string[], options: DeleteRevisionsOptions): Promise<ExitCode> {
  const client = connect(options)
  const params = flowNameOf(args)
  const before = parseRevision(options.beforeRevision)
  const older =
    before === undefined
      ? []
      : (await client.flows.revisions({ params })).map(({ revision }) => revision).filter(each => each < before)
  const revisions = [...options.revision.flatMap(text => text.split(',')), ...older.map(String)]
  if (revisions.length === 0 && before === undefined)
    throw new CommandError(EXIT.usage, 'say which revisions: --revision NUMBER, or --before-revision NUMBER')
  if (revisions.length > 0) await client.flows.deleteRevisions({ params, query: { revisions } })
  return show(options, { deleted: revisions.map(Number) }, `deleted ${revisions.join(', ') || 'nothing'}`)
}

export async function flowTask(args: readonly string[], options: FlowGetOptions): Promise<ExitCode> {
  const taskId = args.at(-1) ?? ''
  const revision = parseRevision(options.revision)
  const task = await connect(options).flows.task({
    params: { ...flowNameOf(args.slice(0, -1)), taskId },
    query: { ...(revision !== undefined && { revision }) },
  })
  printJson(task)
  return EXIT.ok
}

export async function flowSearchSource(
  [text = '']: readonly string[],
  options: GlobalOptions & PageOptions & { readonly namespace?: string; readonly query?: string },
): Promise<ExitCode> {
  const { namespace, query: q = text } = options
  const client = connect(options)
  const found = await readPages(options, async (page, size) =>
    client.flows.searchSource({ query: { page, size, q, ...(namespace !== undefined && { namespace }) } }),
  )
  return showTable(options, found, [
    ['NAMESPACE', ({ model }) => model.namespace],
    ['ID', ({ model }) => model.id],
    ['WHERE', ({ fragments }) => fragments.map(part => part.replaceAll('[mark]', '').replaceAll('[/mark]', ''))],
  ])
}

export async function flowDeprecated(
  _: readonly string[],
  options: GlobalOptions & { readonly namespace?: string },
): Promise<ExitCode> {
  const { namespace } = options
  const found = await connect(options).flows.deprecated({ query: { ...(namespace !== undefined && { namespace }) } })
  return showTable(options, found, [
    ['NAMESPACE', flow => field(flow, 'namespace')],
    ['ID', flow => field(flow, 'id') ?? field(flow, 'flowId')],
    ['PLACES', flow => field(flow, 'paths') ?? field(flow, 'deprecationPaths') ?? flow],
  ])
}

export async function flowNamespaces(_: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const names = await connect(options).flows.distinctNamespaces({ query: {} })
  return show(options, names, ...names)
}

export interface DependenciesOptions extends GlobalOptions {
  readonly destinationOnly?: boolean
  readonly expandAll?: boolean
}

export async function flowDependencies(args: readonly string[], options: DependenciesOptions): Promise<ExitCode> {
  const { destinationOnly = false, expandAll = false } = options
  const query = { destinationOnly, expandAll }
  return showDependencies(await connect(options).flows.dependencies({ params: flowNameOf(args), query }), options)
}

export async function namespaceDependencies(
  [namespace = '']: readonly string[],
  options: DependenciesOptions,
): Promise<ExitCode> {
  const { destinationOnly = false, expandAll = false } = options
  const query = { destinationOnly, expandAll }
  return showDependencies(
    await connect(options).flows.dependenciesOfNamespace({ params: { namespace }, query }),
    options,
  )
}

function showDependencies(found: unknown, options: GlobalOptions): ExitCode {
  const list = (name: string): readonly unknown[] => {
    const value = field(found, name)
    return Array.isArray(value) ? value : []
  }
  if (options.json) return show(options, found)
  const names = new Map(
    list('nodes').map(node => [field(node, 'uid'), `${String(field(node, 'namespace'))}.${String(field(node, 'id'))}`]),
  )
  return showTable(options, list('edges'), [
    ['FROM', edge => names.get(field(edge, 'source'))],
    ['TO', edge => names.get(field(edge, 'target'))],
    ['RELATION', edge => field(edge, 'relation')],
  ])
}

/** What the expressions of a task, or of the flow, may name. */
export async function flowExpressions(
  args: readonly string[],
  options: GlobalOptions & { readonly file?: string; readonly taskId?: string },
): Promise<ExitCode> {
  const client = connect(options)
  const { file, taskId } = options
  const source =
    file === undefined ? (await getFlow(client, args, undefined)).source : (await readFlowSources([file]))[0]?.source
  printJson(await client.flows.expressions({ query: { ...(taskId !== undefined && { taskId }) }, body: source ?? '' }))
  return EXIT.ok
}

/** The part of a flow, judged by itself. */
export async function flowValidatePart(
  [file]: readonly string[],
  options: GlobalOptions & { readonly file?: string; readonly section: string },
): Promise<ExitCode> {
  const [part] = await readFlowSources([file ?? options.file ?? '-'])
  const { flows } = connect(options)
  const body = part?.source ?? ''
  const violation =
    options.section === 'TRIGGERS'
      ? await flows.validateTrigger({ body })
      : await flows.validateTask({ body, query: { section: 'TASKS' } })
  const { constraints } = violation
  if (options.json) printJson(violation)
  else printLine(constraints === undefined ? '✓ valid' : `✗ ${constraints}`)
  return constraints === undefined ? EXIT.ok : EXIT.failed
}
