import { useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useLive } from '../../lib/live/live.ts'
import { flagParam, useSearchState } from '../../lib/search-state.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import type { FlowDocument } from '../flow/use-flow.ts'
import { draftOf, useFlowDrafts } from '../flow/use-flow-drafts.ts'
import { useFlowActions } from '../flows/use-flow-actions.ts'
import { DraftNotice } from './drafts/draft-notice.tsx'
import { useOpenDraft } from './drafts/use-open-draft.ts'
import { FlowEditor } from './flow-editor.tsx'
import { t } from './messages.ts'

const PARAMS = { draft: flagParam }

/** The editor of a flow that is there, or of its draft. */
export function FlowEditorTab({ flow }: { readonly flow: FlowDocument }): ReactNode {
  const actions = useFlowActions()
  const client = useQueryClient()
  const { namespace, id } = flow
  const [{ draft: isWanted }, setSearch] = useSearchState(PARAMS)
  const show = (draft: boolean): void => {
    client.removeQueries({ queryKey: ['flow-draft', namespace, id] })
    setSearch({ draft }, { replace: true })
  }
  const drafts = useFlowDrafts(namespace)
  const head = draftOf(drafts.data, flow)
  const { data: opened, error } = useOpenDraft(flow, isWanted && head !== undefined)
  // Once open it stays open until one leaves it: a draft that was just published is gone before the page knows the new revision.
  const isOpen = isWanted && (head !== undefined || opened !== undefined)
  // Whoever writes is told at once when somebody else saves.
  useLive({ topic: `flow:${namespace}.${id}` }, ({ value }) => {
    if (revisionOf(value) > flow.revision) void client.invalidateQueries({ queryKey: ['flows', 'one', namespace, id] })
  })
  // What was just published may be known here before it is known to the page around.
  const newest = client.getQueryData<FlowDocument>(['flows', 'one', namespace, id]) ?? flow
  if (isOpen && error) return <ErrorCard title={t('draftFailed')} error={error} />
  if ((isWanted && drafts.isPending) || (isOpen && !opened)) return <SkeletonRows rows={8} />
  return (
    <FlowEditor
      key={isOpen ? 'draft' : 'published'}
      flow={newest}
      initial={(isOpen ? opened?.draft.source : newest.source) ?? ''}
      opened={isOpen ? opened : undefined}
      notice={<DraftNotice flow={flow} draft={head} isOpen={isOpen} onOpen={show} />}
      draftName={`${namespace}.${id}${isOpen ? '~draft' : ''}`}
      onDraft={draft => show(draft !== undefined)}
      onSaved={(saved, isToRun) => {
        // What is published takes the place of the draft at once, also when the page is being told of it only now.
        if (isOpen) {
          client.setQueryData(['flows', 'one', namespace, id], saved)
          show(false)
        }
        if (isToRun) void actions.run(saved)
      }}
    />
  )
}

function revisionOf(value: unknown): number {
  return typeof value === 'object' && value !== null && 'revision' in value && typeof value.revision === 'number'
    ? value.revision
    : 0
}
