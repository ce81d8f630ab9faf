// The source of a topic by its name.
import type { HttpDependencies } from '../dependencies.ts'
import { readFilters } from '../read-filters.ts'
import { RequestError } from '../request-error.ts'
import { executionSource } from './execution-source.ts'
import { listSource } from './list-source.ts'
import { logSource } from './log-source.ts'
import { countsSource, flowSource, inboxSource, operationSource, triggerSource } from './polled-sources.ts'
import type { Source, TopicWish } from './source.ts'

/** A sentence when there is no such topic. */
export function openSource({ topic, query = '' }: TopicWish, world: HttpDependencies): Source | string {
  const at = topic.indexOf(':')
  const [kind, rest] = at < 0 ? [topic, ''] : [topic.slice(0, at), topic.slice(at + 1)]
  switch (kind) {
    case 'exec':
      return executionSource(rest, world)
    case 'logs':
      return logSource(rest, world)
    case 'counts':
      return countsSource(world)
    case 'inbox':
      return inboxSource(world)
    case 'op':
      return operationSource(rest, world)
    case 'list':
      return listOf(query, world)
  }
  const flow = flowOf(rest)
  if (kind === 'trigger' && flow) return triggerSource(flow, world)
  if (kind === 'flow' && flow) return flowSource(flow, world)
  return `There is no topic "${topic.slice(0, 100)}": there are exec:{id}, logs:{id}, list:{name}, counts, inbox, op:{id}, trigger:{namespace}.{flow} and flow:{namespace}.{flow}.`
}

/** Bad filters are the client's to mend. */
function listOf(query: string, world: HttpDependencies): Source | string {
  try {
    const given = new URLSearchParams(query)
    return listSource(given, readFilters(given), world)
  } catch (error) {
    if (error instanceof RequestError) return error.message
    throw error
  }
}

/** The id of a flow has no dot. */
function flowOf(text: string): { readonly namespace: string; readonly flowId: string } | undefined {
  const at = text.lastIndexOf('.')
  return at < 1 ? undefined : { namespace: text.slice(0, at), flowId: text.slice(at + 1) }
}
