// The draft that an editor opens, with the revision that it is a change of: what was published since is merged, not written over.
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { api, isNotFound } from '../../../lib/api.ts'
import type { FlowRef } from '../../../lib/paths.ts'
import { savedOf, type SavedFlow } from '../use-save.ts'

export type DraftDocument = Awaited<ReturnType<typeof api.flows.getDraft>>

export interface OpenDraft {
  readonly draft: DraftDocument
  /** Undefined where nothing was published before. */
  readonly base: SavedFlow | undefined
}

/** What it has read stays as long as the page asks, also when the draft is gone meanwhile. */
export function useOpenDraft(flow: FlowRef | undefined, isThere = true): UseQueryResult<OpenDraft> {
  return useQuery({
    // Not below ['flows']: what somebody else keeps while one writes does not change the text under the hand.
    queryKey: ['flow-draft', flow?.namespace, flow?.id],
    queryFn: async ({ signal }) => {
      const params = { namespace: flow?.namespace ?? '', id: flow?.id ?? '' }
      const draft = await api.flows.getDraft({ params, signal })
      return { draft, base: draft.follows === 0 ? undefined : await revisionOf(params, draft.follows) }
    },
    enabled: flow !== undefined && isThere,
    staleTime: Infinity,
    gcTime: 0,
  })
}

export async function revisionOf(params: FlowRef, revision: number): Promise<SavedFlow> {
  try {
    return savedOf(await api.flows.get({ params, query: { source: true, revision } }))
  } catch (error) {
    // That revision is gone: with nothing in common both texts are shown whole, and one chooses.
    if (isNotFound(error)) return { ...params, revision, source: '' }
    throw error
  }
}
