// This server's flows, files and boards, as the tasks of git reach them.
import { isList, isMap, mapEntries, mapGet, printValue, TaskError } from '@batuta/plugin-sdk'
import type { RunContext, Value } from '@batuta/plugin-sdk'

export interface HomeFlow {
  readonly namespace: string
  readonly id: string
  readonly revision: number
  readonly source: string
}

export interface Saved {
  readonly state: 'ADDED' | 'UPDATED' | 'UNCHANGED'
  readonly namespace: string
  readonly id: string
  readonly revision: number | undefined
}

export interface FlowWish {
  /** All namespaces without it. */
  readonly namespace?: string
  readonly includeChildNamespaces?: boolean
}

export async function listFlows(ctx: RunContext, wish: FlowWish): Promise<readonly HomeFlow[]> {
  const { namespace = null, includeChildNamespaces = false } = wish
  const rows = rowsOf(await ctx.ports.ask('flows.list', { namespace, includeChildNamespaces }))
  return rows.map(row => ({
    namespace: textAt(row, 'namespace'),
    id: textAt(row, 'id'),
    revision: Number(textAt(row, 'revision')),
    source: textAt(row, 'source'),
  }))
}

export async function saveFlow(ctx: RunContext, source: string, isDryRun: boolean): Promise<Saved> {
  const saved = await ctx.ports.ask('flows.save', { source, isDryRun })
  const revision = textAt(saved, 'revision')
  return {
    state: stateOf(textAt(saved, 'state')),
    namespace: textAt(saved, 'namespace'),
    id: textAt(saved, 'id'),
    revision: revision === '' ? undefined : Number(revision),
  }
}

export async function deleteFlow(ctx: RunContext, { namespace, id }: HomeFlow): Promise<void> {
  await ctx.ports.ask('flows.delete', { namespace, flowId: id })
}

export interface HomeBoard {
  readonly id: string
  readonly source: string
}

export async function listBoards(ctx: RunContext): Promise<readonly HomeBoard[]> {
  const rows = rowsOf(await ctx.ports.ask('dashboards.list', {}))
  return rows.map(row => ({ id: textAt(row, 'id'), source: textAt(row, 'source') }))
}

export async function saveBoard(
  ctx: RunContext,
  source: string,
  isDryRun: boolean,
): Promise<Pick<Saved, 'state' | 'id'>> {
  const saved = await ctx.ports.ask('dashboards.save', { source, isDryRun })
  return { state: stateOf(textAt(saved, 'state')), id: textAt(saved, 'id') }
}

export async function deleteBoard(ctx: RunContext, id: string): Promise<void> {
  await ctx.ports.ask('dashboards.delete', { id })
}

/** URIs by path. */
export async function listFiles(
  ctx: RunContext,
  namespace: string,
  include: readonly string[] = [],
): Promise<ReadonlyMap<string, string>> {
  const found = await ctx.ports.ask('namespaceFiles', { namespace, include })
  if (found === null || typeof found !== 'object' || !isMap(found))
    throw new TaskError(`the files of namespace "${namespace}" cannot be listed`)
  return new Map([...mapEntries(found)].map(([path, uri]) => [path, printValue(uri)]))
}

export async function putFile(ctx: RunContext, namespace: string, path: string, content: Uint8Array): Promise<void> {
  const uri = await ctx.files.put(content)
  await ctx.ports.ask('namespaceFiles.put', { namespace, path, uri })
  await ctx.files.delete(uri)
}

/** Exactly these, whatever letters their names have. */
export async function deleteFile(ctx: RunContext, namespace: string, path: string): Promise<void> {
  await ctx.ports.ask('namespaceFiles.delete', { namespace, paths: [path] })
}

export async function readFile(ctx: RunContext, uri: string): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of await ctx.files.open(uri)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function stateOf(text: string): Saved['state'] {
  return text === 'ADDED' || text === 'UNCHANGED' ? text : 'UPDATED'
}

function rowsOf(value: Value): readonly Value[] {
  return isList(value) ? value : []
}

function textAt(row: Value, name: string): string {
  const value = row !== null && typeof row === 'object' && isMap(row) ? (mapGet(row, name) ?? null) : null
  return value === null ? '' : printValue(value)
}
