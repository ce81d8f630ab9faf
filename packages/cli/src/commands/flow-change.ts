// Commands that change flows: create, delete, switch on and off, one by one or as a search finds them.
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { ApiError, type Client } from '@batuta/api'
import { connect, explain } from '../connect.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import { flowNameOf, parsePair, type FlowName } from '../flow-name.ts'
import { identify, readFlowSources } from '../flow-sources.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine, remark } from '../print.ts'
import { openProgress } from '../progress.ts'
import { filterQuery } from '../query-filters.ts'
import { show } from '../show.ts'
import { inNamespace } from '../source-namespace.ts'
import { linesOfSaved, saveFlow, type Saved } from './flow-update.ts'

export interface FlowCreateOptions extends GlobalOptions {
  readonly namespace?: string
  readonly override?: boolean
  readonly failFast?: boolean
}

/** New flows; those that are there are refused, unless they are to be overwritten. */
export async function flowCreate(paths: readonly string[], options: FlowCreateOptions): Promise<ExitCode> {
  const client = connect(options)
  const documents = await readFlowSources(paths)
  const saved: Saved[] = []
  const progress = openProgress('saving flows', documents.length)
  for (const { file, source } of documents) {
    const told = options.namespace === undefined ? source : inNamespace(source, options.namespace)
    saved.push(await createOne(client, { file, source: told }, options))
    progress.step(file)
    if (options.failFast && saved.at(-1)?.error !== undefined) break
  }
  progress.end()
  if (options.json) printJson(saved.map(documentOf))
  else for (const line of saved.flatMap(linesOfSaved)) printLine(line)
  return saved.find(({ error }) => error !== undefined)?.error?.exitCode ?? EXIT.ok
}

async function createOne(
  client: Client,
  { file, source }: { readonly file: string; readonly source: string },
  options: FlowCreateOptions,
): Promise<Saved> {
  try {
    if (options.override) return { file, flow: await saveFlow(client, source) }
    return { file, flow: await client.flows.create({ body: source }) }
  } catch (error) {
    const told = explain(error, options.server)
    if (!(told instanceof CommandError) || told.exitCode !== EXIT.refused) throw error
    const name = identify(source)
    const isThere = name !== undefined && (await exists(client, name))
    const hint = isThere ? ['it is there already: "flow update" or --override saves a new revision of it'] : []
    return { file, error: new CommandError(told.exitCode, told.message, [...told.details, ...hint]) }
  }
}

async function exists(client: Client, params: FlowName): Promise<boolean> {
  try {
    await client.flows.get({ params })
    return true
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return false
    throw error
  }
}

function documentOf({ file, flow, error }: Saved): unknown {
  return { file, ...flow, ...(error && { error: error.message, details: error.details }) }
}

export async function flowDelete(args: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const name = flowNameOf(args)
  await connect(options).flows.delete({ params: name })
  return show(options, { deleted: [name] }, `deleted ${name.namespace}.${name.id}`)
}

export type FlowVerb = 'enable' | 'disable' | 'delete'

export async function flowSwitch(verb: FlowVerb, args: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const name = flowNameOf(args)
  const { count } = await byIds(connect(options), verb, [name])
  if (count === 0) throw new CommandError(EXIT.notFound, `there is no flow ${name.namespace}.${name.id}`)
  return show(options, { count }, `${verb}d ${name.namespace}.${name.id}`)
}

export async function flowBulk(verb: FlowVerb, names: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const { count } = await byIds(connect(options), verb, names.map(parsePair))
  return show(options, { count }, `${verb}d ${count} flows`)
}

async function byIds(client: Client, verb: FlowVerb, names: readonly FlowName[]): Promise<{ readonly count: number }> {
  const body = names.map(({ namespace, id }) => ({ namespace, id }))
  switch (verb) {
    case 'enable':
      return await client.flows.enableByIds({ body })
    case 'disable':
      return await client.flows.disableByIds({ body })
    case 'delete':
      return await client.flows.deleteByIds({ body })
  }
}

export interface FlowQueryOptions extends GlobalOptions {
  readonly namespace?: string
  readonly query?: string
  readonly labels: readonly string[]
  readonly filter: readonly string[]
  readonly all?: boolean
}

export async function flowByQuery(verb: FlowVerb, options: FlowQueryOptions): Promise<ExitCode> {
  const { flows } = connect(options)
  const query = flowQuery(options)
  if (Object.keys(query).length === 0 && !options.all)
    throw new CommandError(
      EXIT.usage,
      'this would be all flows: narrow it with --namespace, --query or --filter, or say --all',
    )
  const acts = {
    enable: () => flows.enableByQuery({ query }),
    disable: () => flows.disableByQuery({ query }),
    delete: () => flows.deleteByQuery({ query }),
  }
  const { count } = await acts[verb]()
  return show(options, { count }, `${verb}d ${count} flows`)
}

export function flowQuery({ namespace, query, labels, filter }: Omit<FlowQueryOptions, keyof GlobalOptions>): {
  readonly namespace?: string
  readonly q?: string
  readonly labels?: string[]
} {
  return {
    ...(namespace !== undefined && { namespace }),
    ...(query !== undefined && { q: query }),
    ...(labels.length > 0 && { labels: labels.map(text => text.replace('=', ':')) }),
    ...filterQuery(filter),
  }
}

export async function flowImport(
  [file = '']: readonly string[],
  options: GlobalOptions & { readonly failOnError?: boolean },
): Promise<ExitCode> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new CommandError(EXIT.usage, `"${file}" cannot be read: ${cause instanceof Error ? cause.message : ''}`)
  })
  const body = new FormData()
  body.append('fileUpload', new Blob([new Uint8Array(bytes)]), basename(file))
  const refused = await connect(options).flows.import({ query: { failOnError: options.failOnError === true }, body })
  if (options.json) printJson({ refused })
  else for (const name of refused) printLine(`✗ ${name}`)
  if (refused.length === 0) remark(`the flows of ${file} are saved`)
  return refused.length === 0 ? EXIT.ok : EXIT.refused
}
