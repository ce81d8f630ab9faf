// Flows of a folder of a repository become those of a namespace.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf, TaskError, type RunContext } from '@batuta/plugin-sdk'
import { deleteFlow, listFlows, saveFlow, type HomeFlow } from '../home.ts'
import { inNamespace, isFlowFile, namespaceOfPath } from './flow-source.ts'

export interface FlowDiff {
  readonly gitPath: string | null
  readonly syncState: 'ADDED' | 'UPDATED' | 'UNCHANGED' | 'DELETED'
  readonly flowId: string
  readonly namespace: string
  readonly revision: number | null
}

export interface FlowSync {
  /** Holds the files. */
  readonly folder: string
  /** Below it. */
  readonly paths: readonly string[]
  /** As rows name it. */
  readonly gitDirectory: string
  readonly namespace: string
  readonly withChildren: boolean
  readonly isDryRun: boolean
  /** What happens to files that are no valid flows. */
  readonly onInvalid: 'SKIP' | 'WARN' | 'FAIL'
  /** What happens to flows that no file holds. */
  readonly onMissing: 'DELETE' | 'KEEP' | 'FAIL'
}

export async function syncFlowsInto(ctx: RunContext, sync: FlowSync): Promise<readonly FlowDiff[]> {
  const { folder, paths, gitDirectory, namespace, withChildren, isDryRun } = sync
  const files = paths.filter(path => isFlowFile(path) && (withChildren || !path.includes('/')))
  const sources: { readonly path: string; readonly source: string }[] = []
  for (const path of files) {
    const source = inNamespace(await readFile(join(folder, path), 'utf8'), namespaceOfPath(path, namespace))
    // All are judged before the first is saved.
    if (await isValid(ctx, { path, source }, sync)) sources.push({ path, source })
  }
  const rows: FlowDiff[] = []
  for (const { path, source } of sources) {
    const { state, id, namespace: of, revision } = await saveFlow(ctx, source, isDryRun)
    const gitPath = `${gitDirectory}/${path}`.replace(/^\/+/, '')
    rows.push({ gitPath, syncState: state, flowId: id, namespace: of, revision: revision ?? null })
  }
  return [...rows, ...(await dropMissing(ctx, sync, rows))]
}

async function isValid(
  ctx: RunContext,
  { path, source }: { readonly path: string; readonly source: string },
  { onInvalid }: FlowSync,
): Promise<boolean> {
  try {
    await saveFlow(ctx, source, true)
    return true
  } catch (error) {
    const text = `the file "${path}" holds no valid flow: ${messageOf(error)}`
    if (onInvalid === 'FAIL') throw new TaskError(text)
    if (onInvalid === 'WARN') ctx.logger.warn(text)
    else ctx.logger.info(text)
    return false
  }
}

async function dropMissing(ctx: RunContext, sync: FlowSync, rows: readonly FlowDiff[]): Promise<readonly FlowDiff[]> {
  const { namespace, withChildren, isDryRun, onMissing } = sync
  if (onMissing === 'KEEP') return []
  const kept = new Set(rows.map(row => `${row.namespace}.${row.flowId}`))
  const isOwn = ({ namespace: of, id }: HomeFlow): boolean => of === ctx.flow.namespace && id === ctx.flow.id
  const there = await listFlows(ctx, { namespace, includeChildNamespaces: withChildren })
  const missing = there.filter(flow => !kept.has(`${flow.namespace}.${flow.id}`) && !isOwn(flow))
  if (onMissing === 'FAIL' && missing.length > 0)
    throw new TaskError(`the repository has no ${missing.map(({ namespace: of, id }) => `${of}.${id}`).join(', ')}`)
  for (const flow of missing) if (!isDryRun) await deleteFlow(ctx, flow)
  return missing.map(({ namespace: of, id, revision }) => ({
    ...{ gitPath: null, syncState: 'DELETED', flowId: id, namespace: of, revision },
  }))
}
