// The same to many executions, by their ids or as a search finds them: all of them or, when one cannot be, none.
import type { Client } from '@batuta/api'
import { connect } from '../connect.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { show } from '../show.ts'
import { labelsOf } from './execution-act.ts'
import { executionQuery, type ExecutionQueryOptions } from './execution-list.ts'

export const BULK_VERBS = [
  'kill',
  'restart',
  'replay',
  'pause',
  'resume',
  'force-run',
  'unqueue',
  'set-state',
  'label',
  'delete',
] as const

export type BulkVerb = (typeof BULK_VERBS)[number]

export interface BulkOptions extends GlobalOptions {
  /** That they are to have: of `set-state` and `unqueue`. */
  readonly newState?: string
  readonly newStatus?: string
  readonly status?: string
  readonly latestRevision?: boolean
  readonly includeNonTerminated?: boolean
  readonly logs?: boolean
  readonly metrics?: boolean
  readonly files?: boolean
  readonly ids?: readonly string[]
}

const DONE: Readonly<Record<BulkVerb, string>> = {
  kill: 'killed',
  restart: 'restarted',
  replay: 'replayed',
  pause: 'paused',
  resume: 'resumed',
  'force-run': 'forced',
  unqueue: 'unqueued',
  'set-state': 'changed',
  label: 'labelled',
  delete: 'deleted',
}

export async function executionBulk(verb: BulkVerb, args: readonly string[], options: BulkOptions): Promise<ExitCode> {
  const named = options.ids ?? []
  const [ids, words] = verb === 'label' ? [named, args] : [[...args, ...named], []]
  if (ids.length === 0) throw new CommandError(EXIT.usage, 'say which executions: their ids, or --ids ID')
  const { count } = await byIds(connect(options), verb, { ids: [...ids], words, options })
  return show(options, { count }, `${DONE[verb]} ${count} executions`)
}

async function byIds(
  { executions }: Client,
  verb: BulkVerb,
  { ids, words, options }: { readonly ids: string[]; readonly words: readonly string[]; readonly options: BulkOptions },
): Promise<{ readonly count: number }> {
  const body = ids
  switch (verb) {
    case 'kill':
      return await executions.killByIds({ body })
    case 'restart':
      return await executions.restartByIds({ body })
    case 'replay':
      return await executions.replayByIds({ body, query: { latestRevision: options.latestRevision === true } })
    case 'pause':
      return await executions.pauseByIds({ body })
    case 'resume':
      return await executions.resumeByIds({ body })
    case 'force-run':
      return await executions.forceRunByIds({ body })
    case 'unqueue':
      return await executions.unqueueByIds({ body, query: stateQuery(options) })
    case 'set-state':
      return await executions.changeStatusByIds({ body, query: { newStatus: newStatus(options) } })
    case 'label':
      return await executions.setLabelsByIds({ body: { executionsId: ids, executionLabels: labelsOf(words) } })
    case 'delete':
      return await executions.deleteByIds({ body, query: deletion(options) })
  }
}

export interface BulkQueryOptions extends BulkOptions, ExecutionQueryOptions {
  readonly all?: boolean
}

export async function executionByQuery(
  verb: BulkVerb,
  words: readonly string[],
  options: BulkQueryOptions,
): Promise<ExitCode> {
  const query = executionQuery(options)
  if (Object.keys(query).length === 0 && !options.all)
    throw new CommandError(
      EXIT.usage,
      'this would be all executions: narrow it with --namespace, --flow, --state or --filter, or say --all',
    )
  const { count } = await byQuery(connect(options), verb, { query, words, options })
  return show(options, { count }, `${DONE[verb]} ${count} executions`)
}

async function byQuery(
  { executions }: Client,
  verb: BulkVerb,
  {
    query,
    words,
    options,
  }: {
    readonly query: ReturnType<typeof executionQuery>
    readonly words: readonly string[]
    readonly options: BulkOptions
  },
): Promise<{ readonly count: number }> {
  switch (verb) {
    case 'kill':
      return await executions.killByQuery({ query })
    case 'restart':
      return await executions.restartByQuery({ query })
    case 'replay':
      return await executions.replayByQuery({ query: { ...query, latestRevision: options.latestRevision === true } })
    case 'pause':
      return await executions.pauseByQuery({ query })
    case 'resume':
      return await executions.resumeByQuery({ query })
    case 'force-run':
      return await executions.forceRunByQuery({ query })
    case 'unqueue': {
      const { newState } = options
      return await executions.unqueueByQuery({ query: { ...query, ...(newState !== undefined && { newState }) } })
    }
    case 'set-state':
      return await executions.changeStatusByQuery({ query: { ...query, newStatus: newStatus(options) } })
    case 'label':
      return await executions.setLabelsByQuery({ query, body: labelsOf(words) })
    case 'delete':
      return await executions.deleteByQuery({ query: { ...query, ...deletion(options) } })
  }
}

function newStatus({ newState, newStatus: told, status }: BulkOptions): string {
  const state = newState ?? told ?? status
  if (state !== undefined) return state.toUpperCase()
  throw new CommandError(EXIT.usage, 'say which state they are to have: --new-state STATE')
}

function stateQuery({ newState }: BulkOptions): { readonly state?: string } {
  return newState === undefined ? {} : { state: newState.toUpperCase() }
}

function deletion({ includeNonTerminated, logs, metrics, files }: BulkOptions): {
  readonly includeNonTerminated: boolean
  readonly deleteLogs: boolean
  readonly deleteMetrics: boolean
  readonly deleteStorage: boolean
} {
  return {
    includeNonTerminated: includeNonTerminated === true,
    deleteLogs: logs !== false,
    deleteMetrics: metrics !== false,
    deleteStorage: files !== false,
  }
}
