import { useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useLive } from '../../lib/live/live.ts'
import type { FlowDocument } from '../flow/use-flow.ts'
import { useFlowActions } from '../flows/use-flow-actions.ts'
import { FlowEditor } from './flow-editor.tsx'

/** The editor of a flow that is there. */
export function FlowEditorTab({ flow }: { readonly flow: FlowDocument }): ReactNode {
  const actions = useFlowActions()
  const client = useQueryClient()
  const { namespace, id } = flow
  // Whoever writes is told at once when somebody else saves.
  useLive({ topic: `flow:${namespace}.${id}` }, ({ value }) => {
    if (revisionOf(value) > flow.revision) void client.invalidateQueries({ queryKey: ['flows', 'one', namespace, id] })
  })
  return (
    <FlowEditor
      flow={flow}
      initial={flow.source ?? ''}
      draftName={`${namespace}.${id}`}
      onSaved={(saved, isToRun) => {
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
