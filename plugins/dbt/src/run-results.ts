// What dbt writes about a run: which node came to what, how long it took and how many rows it touched.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { storeOutputFiles, TaskError, type RunContext } from '@batuta/plugin-sdk'

const FAILURES: ReadonlySet<string> = new Set(['error', 'fail', 'runtime error'])

export interface NodeResult {
  readonly unique_id?: unknown
  readonly status?: unknown
  readonly message?: unknown
  readonly execution_time?: unknown
  readonly adapter_response?: { readonly rows_affected?: unknown }
}

/** Stores what is there, and tells each node's result; gives the URIs by file name. */
export async function keepResults(ctx: RunContext, projectDir: string): Promise<Readonly<Record<string, string>>> {
  const folder = await ctx.workingDir.resolve(join(projectDir, 'target'))
  const kept: Record<string, string> = {}
  for (const name of ['run_results.json', 'manifest.json']) {
    if (!existsSync(join(folder, name))) continue
    const stored = await storeOutputFiles(ctx, [join(projectDir, 'target', name)])
    for (const uri of Object.values(stored)) kept[name] = uri
  }
  if (existsSync(join(folder, 'run_results.json')))
    tellResults(ctx, await readResults(join(folder, 'run_results.json')))
  return kept
}

async function readResults(path: string): Promise<readonly NodeResult[]> {
  return resultsOf(await readFile(path, 'utf8'))
}

export function resultsOf(text: string): readonly NodeResult[] {
  try {
    const { results }: { readonly results?: unknown } = Object(JSON.parse(text))
    return Array.isArray(results) ? results.map(result => Object(result)) : []
  } catch (cause) {
    throw new TaskError('run_results.json cannot be read: set parseRunResults to false to pass over it', { cause })
  }
}

export function tellResults(ctx: RunContext, results: readonly NodeResult[]): void {
  for (const { unique_id, status, message, execution_time, adapter_response } of results) {
    const [node, state] = [String(unique_id), String(status)]
    const tags = { node }
    const seconds = Number(execution_time)
    if (Number.isFinite(seconds)) ctx.metrics.timer('duration', seconds * 1000, tags)
    const rows = Number(adapter_response?.rows_affected)
    if (Number.isFinite(rows)) ctx.metrics.counter('rows.affected', rows, tags)
    const why = typeof message === 'string' && message !== '' ? `: ${message}` : ''
    ctx.logger.log(FAILURES.has(state) ? 'ERROR' : state === 'warn' ? 'WARN' : 'DEBUG', `${node} ${state}${why}`)
  }
}
