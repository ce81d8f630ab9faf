// batuta flow push PATH…: makes the server hold what lies in files: all documents are judged before the first is saved. With --delete flows of
// these namespaces that are in no file go. With --dry-run only what would be done is told, with the lines that change.
import type { Client, FlowDocument } from '@batuta/api'
import { ApiError } from '@batuta/api'
import { connect } from '../connect.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import { identify, readFlowSources } from '../flow-sources.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printableDiff } from '../line-diff.ts'
import { printJson, printLine, remark } from '../print.ts'
import { openProgress } from '../progress.ts'
import { inNamespace } from '../source-namespace.ts'

export interface FlowPushOptions extends GlobalOptions {
  /** That all documents must be of; without it they may be of any. */
  readonly namespace?: string
  /** Documents of namespaces below are taken too. */
  readonly isWithChildren?: boolean
  readonly overrideNamespaces?: boolean
  readonly delete?: boolean
  readonly dryRun?: boolean
  readonly diff?: boolean
}

type Change = 'create' | 'update' | 'keep' | 'delete'

interface Step {
  readonly change: Change
  readonly namespace: string
  readonly id: string
  readonly file?: string
  readonly before?: string
  readonly after?: string
}

interface Local {
  readonly file: string
  readonly source: string
  readonly namespace: string
  readonly id: string
}

const DONE: Readonly<Record<Change, string>> = {
  create: 'created',
  update: 'updated',
  keep: 'unchanged',
  delete: 'deleted',
}
const MARKS: Readonly<Record<Change, string>> = { create: '+', update: '~', keep: '=', delete: '-' }

export async function flowPush(paths: readonly string[], options: FlowPushOptions): Promise<ExitCode> {
  const client = connect(options)
  const locals = await readLocals(paths, options)
  const steps = await planOf(client, locals, options)
  if (options.dryRun) return await rehearse(client, locals, { steps, options })
  const saved = await save(client, locals, options)
  const revisions = new Map(saved.map(flow => [`${flow.namespace}.${flow.id}`, flow.revision]))
  if (options.json)
    printJson(
      steps.map(({ change, namespace, id, file }) => ({
        change: DONE[change],
        namespace,
        id,
        file,
        revision: revisions.get(`${namespace}.${id}`),
      })),
    )
  else for (const line of steps.flatMap(step => linesOf(step, options.diff === true))) printLine(line)
  remark(summaryOf(steps, ''))
  return EXIT.ok
}

async function readLocals(
  paths: readonly string[],
  { namespace, overrideNamespaces }: FlowPushOptions,
): Promise<readonly Local[]> {
  const documents = await readFlowSources(paths)
  return documents.map(({ file, source: own }) => {
    const source = overrideNamespaces && namespace !== undefined ? inNamespace(own, namespace) : own
    const name = identify(source)
    // Whatever cannot be read is told by the server, with its place.
    return { file, source, namespace: name?.namespace ?? '', id: name?.id ?? '' }
  })
}

async function planOf(client: Client, locals: readonly Local[], options: FlowPushOptions): Promise<readonly Step[]> {
  const isShown = options.dryRun === true || options.diff === true
  const namespaces = new Set(options.namespace === undefined ? locals.map(each => each.namespace) : [options.namespace])
  const all = new Set([...namespaces, ...locals.map(each => each.namespace)].filter(each => each !== ''))
  const known = new Map<string, FlowDocument>()
  for (const namespace of all)
    for (const flow of await client.flows.listOfNamespace({ params: { namespace } }))
      known.set(`${flow.namespace}.${flow.id}`, flow)
  const progress = openProgress('comparing', locals.length)
  const steps: Step[] = []
  for (const { file, source, namespace, id } of locals) {
    progress.step(file)
    const there = known.has(`${namespace}.${id}`) ? await sourceOf(client, namespace, id) : undefined
    const change = there === undefined ? 'create' : isEqual(there, source) ? 'keep' : 'update'
    steps.push({ change, namespace, id, file, ...(isShown && { before: there ?? '', after: source }) })
  }
  progress.end()
  if (!options.delete) return steps
  const kept = new Set(locals.map(({ namespace, id }) => `${namespace}.${id}`))
  for (const [name, { namespace, id }] of known)
    if (namespaces.has(namespace) && !kept.has(name)) steps.push({ change: 'delete', namespace, id })
  return steps
}

async function sourceOf(client: Client, namespace: string, id: string): Promise<string | undefined> {
  try {
    return (await client.flows.get({ params: { namespace, id }, query: { source: true } })).source ?? ''
  } catch (error) {
    // Somebody deleted it meanwhile.
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}

function isEqual(a: string, b: string): boolean {
  return a.trim() === b.trim()
}

/** Nothing is changed; what the server would refuse is told as well. */
async function rehearse(
  client: Client,
  locals: readonly Local[],
  { steps, options }: { readonly steps: readonly Step[]; readonly options: FlowPushOptions },
): Promise<ExitCode> {
  const problems: string[] = []
  for (const { file, source, namespace } of locals) {
    const [violation] = await client.flows.validate({ body: source })
    if (violation?.constraints !== undefined)
      problems.push(...violation.constraints.split('\n').map(line => `${file}: ${line}`))
    const wanted = options.namespace
    const isForeign =
      wanted !== undefined &&
      namespace !== wanted &&
      !(options.isWithChildren === true && namespace.startsWith(`${wanted}.`))
    if (isForeign && namespace !== '')
      problems.push(`${file}: its namespace is ${namespace}, not ${wanted}; --override-namespaces would move it`)
  }
  if (options.json) printJson({ dryRun: true, steps, problems })
  else {
    for (const line of steps.flatMap(step => linesOf(step, true))) printLine(line)
    for (const problem of problems) printLine(`✗ ${problem}`)
  }
  remark(`${summaryOf(steps, 'to be ')}; nothing was changed`)
  return problems.length === 0 ? EXIT.ok : EXIT.failed
}

async function save(
  client: Client,
  locals: readonly Local[],
  options: FlowPushOptions,
): Promise<readonly FlowDocument[]> {
  const { namespace } = options
  const body = locals.map(({ source }) => (source.endsWith('\n') ? source : `${source}\n`)).join('---\n')
  const isDeleting = options.delete === true
  if (namespace !== undefined && options.isWithChildren !== true)
    return await client.flows.updateNamespace({ params: { namespace }, query: { delete: isDeleting }, body })
  if (locals.some(each => each.namespace === '') && isDeleting)
    throw new CommandError(EXIT.usage, 'a document does not say its namespace: nothing is deleted on such ground')
  const query = { delete: isDeleting, ...(namespace !== undefined && { namespace, allowNamespaceChild: true }) }
  return await client.flows.updateMany({ query, body })
}

function linesOf({ change, namespace, id, file, before, after }: Step, isWithDiff: boolean): readonly string[] {
  const head = `${MARKS[change]} ${namespace}.${id}${file === undefined ? '' : `  ${file}`}`
  if (!isWithDiff || change !== 'update') return [head]
  return [head, ...printableDiff(before ?? '', after ?? '').map(line => `    ${line}`)]
}

function summaryOf(steps: readonly Step[], tense: string): string {
  const counts = (['create', 'update', 'keep', 'delete'] as const).flatMap(change => {
    const count = steps.filter(step => step.change === change).length
    if (count === 0) return []
    return change === 'keep' ? [`${count} unchanged`] : [`${count} ${tense}${DONE[change]}`]
  })
  return counts.join(', ')
}
