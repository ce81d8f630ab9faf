// Which flows have a draft. They are listed, not asked for one by one: what is not there is no failure then.
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import type { FlowRef } from '../../lib/paths.ts'

export type DraftHead = Awaited<ReturnType<typeof api.flows.listDrafts>>[number]

/** Of one namespace, or of all that one may see. */
export function useFlowDrafts(namespace?: string): UseQueryResult<readonly DraftHead[]> {
  return useQuery({
    queryKey: ['flows', 'drafts', namespace ?? ''],
    queryFn: ({ signal }) =>
      api.flows.listDrafts({ ...(namespace === undefined ? {} : { query: { namespace } }), signal }),
  })
}

export function draftOf(heads: readonly DraftHead[] | undefined, { namespace, id }: FlowRef): DraftHead | undefined {
  return heads?.find(head => head.namespace === namespace && head.id === id)
}
